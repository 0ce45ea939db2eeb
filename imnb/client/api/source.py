"""Live collections of a client's store, for views."""

from collections.abc import Awaitable
from typing import TYPE_CHECKING

from imnb.errors import CallError, ConnectionLost
from imnb.live import rules
from imnb.live.count import Count, Figure
from imnb.live.rule import Rule
from imnb.live.rules import CHAT_COLUMNS
from imnb.live.snapshot import Row
from imnb.live.source import WINDOW, Source
from imnb.models.ids import ConversationId
from imnb.sync.history import PAGE, History

if TYPE_CHECKING:
    from imnb.client.client import Client

_SEQ = CHAT_COLUMNS.index("seq")


def conversations(client: "Client") -> Source:
    """See `Client.conversation_source`."""
    return observed(client, rules.conversations(client.user))


def users(client: "Client", name_contains: str = "") -> Source:
    """See `Client.user_source`."""
    return observed(client, rules.users(name_contains))


def chat(client: "Client", conversation_id: int) -> Source:
    """See `Client.chat_source`."""
    one = ConversationId(conversation_id)
    hidden = _hidden(client)

    def around(seq: int) -> Rule:
        return rules.chat(one, client.user, around=seq, hidden=hidden)

    return Source(
        client.poller,
        rules.chat(one, client.user, hidden=hidden),
        client.engine.scope.report,
        gaps=ChatGaps(client.synchroniser.history, one),
        around=around,
    )


def search(client: "Client", text: str, conversation_id: int | None) -> Source:
    """See `Client.search_source`."""
    one = None if conversation_id is None else ConversationId(conversation_id)
    return observed(client, rules.search(text, one, _hidden(client)))


def observed(client: "Client", rule: Rule) -> Source:
    """See `Client.observe`."""
    return Source(client.poller, rule, client.engine.scope.report)


async def count(client: "Client", figure: Figure) -> Count:
    """See `Client.count`."""
    counted = Count(figure, client.engine.scope.report)
    await client.poller.open(counted)
    return counted


class ChatGaps:
    """Messages of a conversation that the server has and the store has not.

    Without a connection what is here is all there is for now.
    """

    def __init__(self, history: History, conversation_id: ConversationId) -> None:
        self._history = history
        self._id = conversation_id

    async def below(self, oldest: Row | None) -> int:
        """See `imnb.live.source.Gaps`."""
        seq = None if oldest is None else oldest[_SEQ]
        return await _came(self._history.fill(self._id, seq))  # type: ignore[arg-type]

    async def above(self, newest: Row) -> int:
        """See `imnb.live.source.Gaps`."""
        seq = newest[_SEQ]
        if not isinstance(seq, int):
            return 0
        return await _came(self._history.fill(self._id, seq + PAGE + 1))

    async def around(self, place: int) -> int:
        """See `imnb.live.source.Gaps`."""
        return await _came(self._history.fill(self._id, place + WINDOW // 2 + 1))


async def _came(filling: Awaitable[int]) -> int:
    try:
        return await filling
    except (CallError, ConnectionLost):
        return 0


def _hidden(client: "Client") -> frozenset[str]:
    return client.synchroniser.pipeline.plugins.hidden_kinds
