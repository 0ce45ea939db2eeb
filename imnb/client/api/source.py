"""Live collections of a client's store, for views."""

from typing import TYPE_CHECKING

from imnb.errors import CallError, ConnectionLost
from imnb.live import rules
from imnb.live.rule import Rule
from imnb.live.source import FillHole, Source
from imnb.models.ids import ConversationId

if TYPE_CHECKING:
    from imnb.client.client import Client


def conversations(client: "Client") -> Source:
    """See `Client.conversation_source`."""
    return _source(client, rules.conversations(client.user))


def users(client: "Client") -> Source:
    """See `Client.user_source`."""
    return _source(client, rules.users())


def chat(client: "Client", conversation_id: int) -> Source:
    """See `Client.chat_source`."""
    history = client.synchroniser.history

    async def fill_hole() -> int:
        try:
            return await history.fill(conversation_id)
        except (CallError, ConnectionLost):
            return 0  # no connection: what is here is all there is for now

    rule = rules.chat(ConversationId(conversation_id), client.user)
    return _source(client, rule, fill_hole)


def _source(client: "Client", rule: Rule, fill_hole: FillHole | None = None) -> Source:
    return Source(client.poller, rule, client.engine.scope.report, fill_hole=fill_hole)
