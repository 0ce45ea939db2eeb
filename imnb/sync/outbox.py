"""My messages on their way out: stored first, then sent, in order, until answered.

Each conversation has at most one request in flight, which carries a list. What
the server refuses for good is marked as failed and does not hold those behind it.
What stays unanswered, because the connection or the process ended, is sent again
in order on the next connection; the server knows a client id that it has seen.

Bound: `MAX_DRAFTS` messages wait; one more is refused before it is stored.
"""

import asyncio
import contextlib
import functools
from collections.abc import Iterable

from imnb.errors import (
    CallRefused,
    ClosedError,
    ConfigError,
    ImnbError,
    StoreError,
    TooManyCalls,
)
from imnb.models.ids import ClientId, UserId
from imnb.models.message import Draft, Message
from imnb.pb.chat_pb2 import SendReply
from imnb.store.connection import Cursor
from imnb.store.database import Database
from imnb.store.tables import message as message_table
from imnb.store.tables import outbox as outbox_table
from imnb.store.transaction import Transaction
from imnb.sync.caller import Caller, ask
from imnb.sync.channels import OWN_SEND
from imnb.sync.pipeline import MessagePipeline
from imnb.sync.send_lane import SendLane
from imnb.sync.sending import Outcome, outcome_of, request_of
from imnb.tasks import TaskScope
from imnb.wire.mapping import message as message_mapping

MAX_DRAFTS = 10_000

GONE = "it was accepted before, and is not kept in the store any more"

Answer = asyncio.Future[Message]
Result = Message | ImnbError


class Outbox:
    """Sends what is in the outbox table; one lane for each conversation."""

    def __init__(
        self,
        caller: Caller,
        database: Database,
        pipeline: MessagePipeline,
        scope: TaskScope,
        *,
        me: UserId,
    ) -> None:
        self._caller = caller
        self._database = database
        self._pipeline = pipeline
        self._scope = scope
        self._me = me
        self._lanes: dict[int, SendLane] = {}
        self._running: dict[int, asyncio.Task[bool]] = {}
        self._answers: dict[ClientId, Answer] = {}
        self._adding: set[ClientId] = set()
        self._late: list[Draft] | None = None
        self._is_online = False

    def __repr__(self) -> str:
        state = "online" if self._is_online else "offline"
        return f"<Outbox {state}, {len(self._answers)} unanswered>"

    async def add(self, draft: Draft) -> Answer:
        """Store a draft; when this returns it will be sent, whatever happens.

        Returns:
            what to await for the accepted message; it raises CallRefused when
            the server does not take it. Nobody has to await it.

        Raises:
            ConfigError: it cannot be sent.
            TooManyCalls: too many wait.
            StoreError: it could not be stored.
        """
        self._pipeline.plugins.check(draft)
        if draft.client_id in self._answers:
            raise ConfigError(f"draft {draft.client_id} is in the outbox already")
        if len(self._answers) >= MAX_DRAFTS:
            raise TooManyCalls(
                f"{len(self._answers)} messages wait to be sent: wait until the "
                "connection is back"
            )
        stored = self._database.submit(lambda tx: outbox_table.add(tx, draft))
        answer = self._expect(draft.client_id)
        self._adding.add(draft.client_id)
        stored.add_done_callback(functools.partial(self._stored, draft))
        await asyncio.shield(stored)
        return answer

    async def retry(self, client_id: ClientId) -> None:
        """Send a failed draft again, behind those that wait."""
        await self._database.write(lambda tx: outbox_table.retry(tx, client_id))
        draft = await self._database.read(
            lambda cursor: outbox_table.find(cursor, client_id)
        )
        if draft is not None:
            self._expect(client_id)
            self._enqueue([draft])

    async def discard(self, client_id: ClientId) -> None:
        """Give a draft up; one that is on the wire may be accepted all the same."""
        await self._database.write(lambda tx: outbox_table.discard(tx, client_id))
        for lane in self._lanes.values():
            lane.remove(client_id)
        self._answer(client_id, CallRefused("Send", "DISCARDED", "given up"))

    async def go_online(self) -> None:
        """There is a connection: send all that is stored, in order."""
        await self.go_offline()
        waited_for = self._answers.keys() - self._adding
        # What is committed while the store is read may be missing in it, and has
        # to follow what is not.
        self._late = late = list[Draft]()
        drafts, results = await self._database.read(
            lambda cursor: self._look(cursor, waited_for)
        )
        self._late = None
        for client_id, result in results.items():
            self._answer(client_id, result)
        self._is_online = True
        for draft in drafts:
            self._expect(draft.client_id)
        self._enqueue([*drafts, *late])

    async def go_offline(self) -> None:
        """The connection is gone; nothing is sent until `go_online`."""
        self._is_online = False
        self._late = None
        running = list(self._running.values())
        for task in running:
            task.cancel()
        if running:
            await asyncio.wait(running)
        self._lanes.clear()

    async def close(self, kind: type[ImnbError] = ClosedError) -> None:
        """Stop; drafts stay in the store and are sent next time."""
        await self.go_offline()
        for client_id in list(self._answers):
            error = kind("closed before it was accepted; it is sent next time")
            self._answer(client_id, error)

    def _look(
        self, cursor: Cursor, waited_for: Iterable[ClientId]
    ) -> tuple[list[Draft], dict[ClientId, Result]]:
        """What is to be sent, and what became of drafts without our being told."""
        drafts = outbox_table.pending(cursor)
        unsent = {draft.client_id for draft in drafts}
        missing = [client_id for client_id in waited_for if client_id not in unsent]
        results: dict[ClientId, Result] = dict.fromkeys(missing, StoreError(GONE))
        for client_id, why in outbox_table.failures(cursor, missing).items():
            results[client_id] = CallRefused("Send", "REFUSED", why)
        for one in message_table.sent(cursor, self._me, missing):
            results[one.client_id] = one
        return drafts, results

    def _stored(self, draft: Draft, stored: asyncio.Future[None]) -> None:
        """Send it, also when who added it has stopped waiting."""
        self._adding.discard(draft.client_id)
        if stored.cancelled() or stored.exception() is not None:
            answer = self._answers.pop(draft.client_id, None)
            if answer is not None:
                answer.cancel()
        else:
            self._enqueue([draft])

    def _enqueue(self, drafts: Iterable[Draft]) -> None:
        if self._late is not None:
            self._late += drafts
        if not self._is_online:
            return
        touched = set()
        for draft in drafts:
            key = draft.conversation_id
            if key not in self._lanes:
                self._lanes[key] = SendLane(
                    self._send, self._settle, self._scope.report
                )
            self._lanes[key].append(draft)
            touched.add(key)
        for key in touched - self._running.keys():
            self._run(key)

    def _run(self, key: int) -> None:
        task = self._scope.spawn(self._lanes[key].run(), "send")
        self._running[key] = task
        task.add_done_callback(functools.partial(self._ended, key))

    def _ended(self, key: int, task: asyncio.Task[bool]) -> None:
        self._running.pop(key, None)
        if task.cancelled() or task.exception() is not None:
            return
        if not task.result():
            self._is_online = False
        elif self._lanes.get(key):
            self._run(key)  # a draft came while the task was ending
        else:
            self._lanes.pop(key, None)

    async def _send(self, drafts: list[Draft]) -> Outcome:
        reply = await ask(self._caller, "Send", request_of(drafts), SendReply)
        return outcome_of(drafts, reply, self._me)

    async def _settle(self, outcome: Outcome) -> None:
        """One transaction for all that the server said, then tell who waits."""
        own = [message_mapping.to_pb(one) for one in outcome.accepted]
        rows = self._pipeline.rows(OWN_SEND, own)

        def store(tx: Transaction) -> None:
            outbox_table.accepted(tx, rows)
            for one in outcome.accepted:
                outbox_table.discard(tx, one.client_id)  # plugins may drop rows
            for client_id, error in outcome.refused.items():
                outbox_table.failed(tx, client_id, error)

        await self._database.write(store, len(rows) + len(outcome.refused))
        for one in outcome.accepted:
            self._answer(one.client_id, one)
        for client_id, error in outcome.refused.items():
            self._answer(client_id, CallRefused("Send", "REFUSED", error))

    def _expect(self, client_id: ClientId) -> Answer:
        answer = self._answers.get(client_id)
        if answer is None:
            answer = asyncio.get_running_loop().create_future()
            answer.add_done_callback(_seen)
            self._answers[client_id] = answer
        return answer

    def _answer(self, client_id: ClientId, result: Result) -> None:
        answer = self._answers.pop(client_id, None)
        if answer is None or answer.done():
            return
        if isinstance(result, Message):
            answer.set_result(result)
        else:
            answer.set_exception(result)


def _seen(answer: Answer) -> None:
    """Nobody has to await an answer: the outbox table says what became of it."""
    with contextlib.suppress(asyncio.CancelledError):
        answer.exception()
