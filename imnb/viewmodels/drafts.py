"""What was written and not sent, and that I am writing."""

from collections.abc import Callable
from typing import Any, Protocol

from imnb.errors import ConfigError
from imnb.models.ids import ConversationId
from imnb.viewmodels.commands import CommandRunner, ViewModel

Draft = tuple[str, int]
"""Text, and the seq of what it answers; 0: nothing."""


class DraftStore(Protocol):
    """Keeps drafts; see `imnb.client.api.preferences.Settings`."""

    async def set_draft(
        self, conversation: ConversationId, text: str, *, reply_to: Any = None
    ) -> object:
        """Keep one; an empty text is none."""


class TypingSignal(Protocol):
    """See `imnb.client.api.presence.Presences`."""

    async def typing(
        self, conversation: ConversationId, is_typing: bool = True
    ) -> object:
        """I am writing there, or not any more."""


class DraftCommands(Protocol):
    """What is asked of a client."""

    @property
    def preferences(self) -> DraftStore:
        """Where drafts are kept."""

    @property
    def presence(self) -> TypingSignal:
        """Whom my typing is told."""


class Drafts:
    """The newest draft of each conversation that was written to here.

    They are kept one after the other, each as it is when its turn comes, so that
    fast typing does not queue up. Nobody gives that as a command: a failure shows
    nothing, and the next letter tries again.
    """

    def __init__(
        self,
        owner: ViewModel,
        commands: DraftCommands,
        runner: CommandRunner,
        stored: Callable[[str], Draft] = lambda key: ("", 0),
    ) -> None:
        """``stored`` gives the draft of a conversation that was kept before."""
        self._owner = owner
        self._commands = commands
        self._runner = runner
        self._stored = stored
        self._written: dict[str, Draft] = {}
        self._unkept: dict[str, None] = {}
        self._is_keeping = False

    def __repr__(self) -> str:
        return f"<Drafts of {len(self._written)}, {len(self._unkept)} unkept>"

    def get(self, key: str) -> Draft:
        """The draft of a conversation."""
        return self._written.get(key) or self._stored(key)

    def write(self, key: str, text: str, reply_to: int) -> None:
        """Keep this one, and tell that I am writing."""
        if self.get(key) == (text, reply_to):
            return
        self._written[key] = (text, reply_to)
        self._unkept[key] = None
        self.flush()

    def flush(self) -> None:
        """Keep what is not kept yet."""
        if self._unkept and not self._is_keeping:
            self._is_keeping = True
            self._runner.run(self._owner, "keep draft", self._keep, self._failed)

    async def _keep(self) -> None:
        while self._unkept:
            key = next(iter(self._unkept))
            del self._unkept[key]
            text, reply_to = self._written[key]
            target = ConversationId(int(key))
            await self._commands.presence.typing(target, bool(text))
            try:
                await self._commands.preferences.set_draft(
                    target, text, reply_to=reply_to or None
                )
            except ConfigError:
                pass  # too long to be kept, and perhaps not too long to be sent
        self._is_keeping = False

    def _failed(self, _why: str) -> None:
        self._is_keeping = False
