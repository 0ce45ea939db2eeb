"""What is wrong with a draft, told before it is stored."""

from imnb.errors import ConfigError
from imnb.models.content import MAX_CONTENT_BYTES
from imnb.models.message import MAX_LONG_TEXT_BYTES, MAX_TEXT_BYTES, Draft
from imnb.wire.mapping.content import details


def check_text(draft: Draft) -> None:
    """A text must say something, and not be longer than its parts may be.

    Raises:
        ConfigError: what is wrong.
    """
    if not draft.text.strip():
        raise ConfigError("the text is empty: there is nothing to send")
    _check_size(draft, MAX_LONG_TEXT_BYTES, "split it, or send it as a file")
    _check_content(draft)


def check_card(draft: Draft) -> None:
    """A file, a place or a bundle, perhaps with a text.

    Raises:
        ConfigError: what is wrong.
    """
    _check_size(draft, MAX_TEXT_BYTES, "send it as a message of its own")
    _check_content(draft)


def _check_size(draft: Draft, most: int, advice: str) -> None:
    size = len(draft.text.encode())
    if size > most:
        raise ConfigError(
            f"the text has {size:,} bytes, at most {most:,} can be sent: {advice}"
        )


def _check_content(draft: Draft) -> None:
    size = len(draft.content)
    if size > MAX_CONTENT_BYTES:
        raise ConfigError(
            f"what goes with the message has {size:,} bytes, at most "
            f"{MAX_CONTENT_BYTES:,} can be sent: forward fewer messages at once"
        )
    if details(draft.kind, draft.content) is None:
        raise ConfigError(f"a content that no message of kind {draft.kind!r} can have")
