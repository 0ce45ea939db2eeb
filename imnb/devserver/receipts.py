"""Which messages have reached their members, by what devices acknowledged.

Acknowledgements of half a second count together, so that a conversation hears of
each member at most twice a second.
"""

import asyncio
from collections.abc import Callable, Iterator

from imnb.devserver import splice
from imnb.devserver.account import Account
from imnb.devserver.ledger import Ledger
from imnb.devserver.record import Record
from imnb.devserver.refusal import Refusal
from imnb.devserver.sessions import Sessions
from imnb.devserver.world import MAX_TOLD, World
from imnb.models.ids import ConversationId, UserId
from imnb.pb.chat_pb2 import Delivered
from imnb.pb.sync_pb2 import AcknowledgeRequest, Event
from imnb.tasks import TaskScope
from imnb.wire.commands import builtin_commands

DELIVERED = "delivered"
"""Kind of the records of it in a data file."""
INTERVAL = 0.5
"""Seconds."""
MAX_AT_ONCE = 5_000
"""Events of one account that are looked at in one go."""
_DELIVERED = builtin_commands().command_of(Delivered)


def arrivals(world: World, who: UserId, event_seq: int) -> dict[ConversationId, int]:
    """What is new when ``who`` has everything up to an event: newest seqs."""
    account = world.account(who)
    found: dict[ConversationId, int] = {}
    for room_id, seq in _arrived(world, account, event_seq):
        member = world.rooms[room_id].members.get(who)
        if member is not None and seq > member.delivered_seq:
            found[room_id] = seq
    return found


def deliver(world: World, who: UserId, event_seq: int) -> dict[ConversationId, int]:
    """Note that it is so, and give `arrivals`."""
    found = arrivals(world, who, event_seq)
    account = world.account(who)
    account.acknowledged = max(account.acknowledged, event_seq)
    for room_id, seq in found.items():
        world.rooms[room_id].members[who].delivered_seq = seq
    return found


def _arrived(
    world: World, account: Account, event_seq: int
) -> Iterator[tuple[ConversationId, int]]:
    """Conversations with a message that has arrived; the last word counts."""
    feed, before = account.feed, account.acknowledged
    if feed.continues(before):
        yield from map(_place, _messages(feed.between(before, event_seq)))
    elif feed.continues(event_seq):
        # The device was told by a reset: it has all but what came afterwards.
        missing: dict[ConversationId, int] = {}
        for change in _messages(feed.between(event_seq, feed.head)):
            missing.setdefault(*_place(change))
        for room_id in account.rooms:
            last_seq = world.rooms[room_id].last_seq
            yield room_id, missing.get(room_id, last_seq + 1) - 1


def _messages(changes: list[bytes]) -> Iterator[bytes]:
    return filter(splice.brings_message, changes)


def _place(change: bytes) -> tuple[ConversationId, int]:
    message = Event.FromString(change).message
    return ConversationId(message.conversation_id), message.seq


class Receipts:
    """Collects acknowledgements, and tells others what they mean.

    Args:
        wall_clock: microseconds since 1970, UTC.
    """

    def __init__(
        self,
        world: World,
        ledger: Ledger,
        sessions: Sessions,
        *,
        scope: TaskScope,
        wall_clock: Callable[[], int],
    ) -> None:
        self._world = world
        self._ledger = ledger
        self._sessions = sessions
        self._scope = scope
        self._wall_clock = wall_clock
        self._acknowledged: dict[UserId, int] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._flushed_at = float("-inf")

    def __repr__(self) -> str:
        return f"<Receipts: {len(self._acknowledged)} users to look at>"

    def acknowledge(self, who: UserId, event_seq: int) -> None:
        """A device of ``who`` has stored everything up to an event."""
        if event_seq > self._world.account(who).acknowledged:
            known = self._acknowledged.get(who, 0)
            self._acknowledged[who] = max(known, event_seq)
            self._schedule()

    def close(self) -> None:
        """Tell nothing any more."""
        if self._timer is not None:
            self._timer.cancel()

    def flush(self) -> None:
        """Look at what was acknowledged."""
        self._timer = None
        self._flushed_at = asyncio.get_running_loop().time()
        waiting, self._acknowledged = self._acknowledged, {}
        for who, event_seq in waiting.items():
            done = self._advance(who, event_seq)
            if done < event_seq:
                self._acknowledged[who] = event_seq
        if self._acknowledged:
            self._schedule()

    def _schedule(self) -> None:
        if self._timer is None:
            loop = asyncio.get_running_loop()
            due = max(loop.time(), self._flushed_at + INTERVAL)
            self._timer = loop.call_at(due, self.flush)

    def _advance(self, who: UserId, event_seq: int) -> int:
        """One step on the way to an event; gives how far it went."""
        account = self._world.account(who)
        step = event_seq
        if account.feed.continues(account.acknowledged):
            step = min(event_seq, account.acknowledged + MAX_AT_ONCE)
        if not arrivals(self._world, who, step):
            account.acknowledged = max(account.acknowledged, step)
            return step
        body = AcknowledgeRequest(event_seq=step).SerializeToString()
        try:
            self._ledger.commit(
                Record(DELIVERED, self._wall_clock(), who, body),
                lambda: self._tell(who, deliver(self._world, who, step)),
                lambda error: self._scope.report("receipts", error),
            )
        except Refusal:  # the disk is slow: again in a while
            return account.acknowledged
        return step

    def _tell(self, who: UserId, found: dict[ConversationId, int]) -> None:
        for room_id, seq in found.items():
            members = self._world.rooms[room_id].members
            if len(members) <= MAX_TOLD:  # else everybody would hear of everybody
                push = Delivered(conversation_id=room_id, user_id=who, seq=seq)
                others = (user for user in members if user != who)
                self._sessions.signal(others, _DELIVERED, push.SerializeToString())
