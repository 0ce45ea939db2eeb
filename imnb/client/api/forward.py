"""Passing messages on."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from imnb.client.api import conversation as conversation_api
from imnb.client.api import message as message_api
from imnb.client.api import reference
from imnb.client.api.conversation import Target
from imnb.client.api.reference import MessageRef
from imnb.errors import ConfigError
from imnb.models import forms
from imnb.models.content import Content
from imnb.models.ids import UserId
from imnb.models.kinds import FORWARD, WITH_CONTENT
from imnb.models.message import Draft, Message
from imnb.store.connection import Reader
from imnb.wire.mapping import content as content_mapping

if TYPE_CHECKING:
    from imnb.client.messenger import Messenger


async def forward(
    client: "Messenger",
    messages: MessageRef | Iterable[MessageRef],
    to: Target,
    *,
    title: str | None,
    wait: bool,
) -> Message | Draft:
    """See `Messenger.forward`."""
    found = await reference.load(client, _several(messages))
    forms.require_passable(found)
    if len(found) == 1:
        kind, text, content = found[0].kind, found[0].text, _passed_on(found[0])
    else:
        kind, text = FORWARD, ""
        content = await _bundle(client, found, title)
    return await message_api.send(
        client, to, text, kind=kind, content=content, wait=wait
    )


def _several(messages: MessageRef | Iterable[MessageRef]) -> list[MessageRef]:
    """One message, or several; ``("bob", 7)`` is one."""
    if isinstance(messages, Message):
        return [messages]
    if isinstance(messages, tuple) and len(messages) == 2:
        first, second = messages
        if isinstance(second, int) and not isinstance(first, tuple | Message):
            return [(first, second)]
    try:
        return list(messages)  # type: ignore[arg-type]
    except TypeError:
        raise ConfigError("messages: give one, or a list of them") from None


def _passed_on(message: Message) -> bytes:
    """Kinds of plugins go as they are: there is no place for a mark."""
    if message.kind not in WITH_CONTENT:
        return message.content
    return content_mapping.to_bytes(forms.passed_on(message))


async def _bundle(
    client: "Messenger", messages: list[Message], title: str | None
) -> bytes:
    people = list({one.sender_id for one in messages})
    names = await client.db.read(lambda reader: _names(reader, people))
    if title is None:
        title = await conversation_api.title(client, messages[0].conversation_id)
    card = forms.bundle(messages, names, title)
    return content_mapping.to_bytes(Content(card=card))


def _names(reader: Reader, people: list[UserId]) -> dict[UserId, str]:
    """Members are known at once, others when they were asked for."""
    rows = reader.fetch(
        "SELECT user_id, name FROM member WHERE user_id IN "
        "(SELECT unnest($1::VARCHAR[])) UNION ALL "
        'SELECT user_id, name FROM "user" WHERE user_id IN '
        "(SELECT unnest($1::VARCHAR[])) AND name <> ''",
        [people],
    )
    return {UserId(user_id): name for user_id, name in rows}
