"""My messages on their way out: stored first, then sent, in order, until answered.

Each conversation has at most one request in flight, which carries a list. What
the server refuses for good is marked as failed and does not hold those behind it.
What stays unanswered, because the connection or the process ended, is sent again
in order on the next connection; the server knows a client id that it has seen.
A draft with a file is in line when its file is uploaded, and not before.

The order is that of the commits, in the store as in the lanes. Bound: `MAX_DRAFTS`
messages wait; one more is refused before it is stored.
"""

import asyncio
import functools
from collections.abc import Awaitable, Callable, Iterable

from imnb.engine.progress import OnProgress
from imnb.errors import (
    CallRefused,
    ClosedError,
    ConfigError,
    FileError,
    ImnbError,
    TooManyCalls,
)
from imnb.models.attachment import Attachment
from imnb.models.file import FileRef
from imnb.models.ids import ClientId, UserId
from imnb.models.message import Draft
from imnb.pb.chat_pb2 import SendReply
from imnb.store.database import Database
from imnb.store.tables import attachment as attachment_table
from imnb.store.tables import outbox as outbox_table
from imnb.store.tables.outbox import Job
from imnb.store.transaction import Transaction
from imnb.sync.answers import Answer, Answers, results_of
from imnb.sync.attachments import Upload, Uploads, named_content, no_upload
from imnb.sync.caller import Caller, ask
from imnb.sync.channels import OWN_SEND
from imnb.sync.pipeline import MessagePipeline
from imnb.sync.send_lane import SendLane
from imnb.sync.sending import Outcome, outcome_of, request_of
from imnb.sync.splitting import Piece
from imnb.tasks import TaskScope
from imnb.tasks.killpoints import reached
from imnb.wire.mapping import message as message_mapping

MAX_DRAFTS = 10_000


class Outbox:
    """Sends what is in the outbox table; one lane for each conversation.

    Attributes:
        uploads: files of drafts that are on their way to the server.
    """

    def __init__(
        self,
        caller: Caller,
        database: Database,
        pipeline: MessagePipeline,
        scope: TaskScope,
        *,
        me: UserId,
        upload: Upload = no_upload,
    ) -> None:
        self._caller = caller
        self._database = database
        self._pipeline = pipeline
        self._scope = scope
        self._me = me
        self._lanes: dict[int, SendLane] = {}
        self._running: dict[int, asyncio.Task[bool]] = {}
        self._answers = Answers()
        self._adding: set[ClientId] = set()
        self._late: list[Job] | None = None
        self._is_online = False
        self.uploads = Uploads(
            upload, database, scope, uploaded=self._uploaded, failed=self._failed
        )

    def __repr__(self) -> str:
        state = "online" if self._is_online else "offline"
        return f"<Outbox {state}, {len(self._answers)} unanswered>"

    async def add(self, draft: Draft, attachment: Attachment | None = None) -> Answer:
        """Store a draft; when this returns it will be sent, whatever happens.

        Returns and raises as `begin` does.
        """
        stored, answer = self.begin(draft, attachment)
        await asyncio.shield(stored)
        return answer

    def begin(
        self,
        draft: Draft,
        attachment: Attachment | None = None,
        progress: OnProgress | None = None,
    ) -> tuple[Awaitable[object], Answer]:
        """Have a draft stored, and its place in the order is taken.

        Args:
            draft: its content has a card without a file if there is an attachment.
            attachment: the file to upload before.
            progress: told of the upload.

        Returns:
            what to await (shielded) until it will be sent, whatever happens; and
            for the accepted message, which raises CallRefused when the server does
            not take it, FileError when its file cannot be uploaded. Nobody has to.

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
        if progress is not None:
            self.uploads.listen(draft.client_id, progress)
        reached("outbox.before_store")
        stored = self._submit(lambda tx: outbox_table.add(tx, draft, attachment))
        answer = self._answers.expect(draft.client_id)
        self._adding.add(draft.client_id)
        stored.add_done_callback(functools.partial(self._added, draft.client_id))
        return stored, answer

    async def retry(self, client_id: ClientId) -> Answer | None:
        """Send a failed draft again, behind those that wait; once, if asked twice.

        Returns:
            what to await for it; None when it does not wait for anything.

        Raises:
            StoreError: its conversation was lost.
        """
        await asyncio.shield(self._submit(lambda tx: outbox_table.retry(tx, client_id)))
        return self._answers.find(client_id)

    async def discard(self, client_id: ClientId) -> None:
        """Give a draft up; one that is on the wire may be accepted all the same."""
        await self._database.write(lambda tx: outbox_table.discard(tx, client_id))
        self.uploads.cancel(client_id)
        for lane in self._lanes.values():
            lane.remove(client_id)
        self._answers.give(client_id, CallRefused("Send", "DISCARDED", "given up"))

    async def go_online(self) -> None:
        """There is a connection: send all that is stored, in order."""
        await self.go_offline()
        waited_for = self._answers.open - self._adding
        # What is committed while the store is read may be missing in it, and has
        # to follow what is not.
        self._late = late = list[Job]()
        jobs, results = await self._database.read(
            lambda cursor: (
                outbox_table.jobs(cursor),
                results_of(cursor, self._me, waited_for),
            )
        )
        self._late = None
        for client_id, result in results.items():
            self._answers.give(client_id, result)
        self._is_online = True
        self.uploads.wake()
        self._enqueue([*jobs, *late])

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
        await self.uploads.close()
        for client_id in self._answers.open:
            error = kind("closed before it was accepted; it is sent next time")
            self._answers.give(client_id, error)

    def _submit(
        self, change: Callable[[Transaction], Job | None]
    ) -> asyncio.Future[Job | None]:
        """Send what a change gives, in the order of the commits."""
        stored = self._database.submit(change)
        stored.add_done_callback(self._stored)
        return stored

    def _stored(self, stored: asyncio.Future[Job | None]) -> None:
        """Also when who asked for it has stopped waiting."""
        if not stored.cancelled() and stored.exception() is None:
            reached("outbox.after_store")
            job = stored.result()
            if job is not None:
                self._enqueue([job])

    def _added(self, client_id: ClientId, stored: asyncio.Future[Job | None]) -> None:
        self._adding.discard(client_id)
        if stored.cancelled() or stored.exception() is not None:
            self._answers.drop(client_id)

    def _enqueue(self, jobs: list[Job]) -> None:
        if self._late is not None:
            self._late += jobs
        ready = []
        for draft, attachment in jobs:
            self._answers.expect(draft.client_id)
            if attachment is None:
                ready.append(draft)
            else:
                self.uploads.start(draft, attachment)
        if self._is_online:
            self._send_all(ready)

    def _send_all(self, drafts: Iterable[Draft]) -> None:
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

    async def _send(self, pieces: list[Piece]) -> Outcome:
        reached("outbox.before_send")
        reply = await ask(self._caller, "Send", request_of(pieces), SendReply)
        reached("outbox.after_send")
        return outcome_of(pieces, reply, self._me)

    async def _settle(self, outcome: Outcome) -> None:
        """One transaction for all that the server said, then tell who waits."""
        own = [message_mapping.to_pb(one) for one in outcome.accepted]
        arrivals = self._pipeline.read(OWN_SEND, own)

        def store(tx: Transaction) -> None:
            whole = [one.client_id for one in outcome.finished]
            arrivals.store(tx)
            outbox_table.accepted(tx, whole)
            for client_id, error in outcome.refused.items():
                outbox_table.failed(tx, client_id, error)

        reached("outbox.before_settle")
        await self._database.write(store, len(own) + len(outcome.refused))
        reached("outbox.after_settle")
        for one in outcome.finished:
            self._answers.give(one.client_id, one)
        for client_id, error in outcome.refused.items():
            self._answers.give(client_id, CallRefused("Send", "REFUSED", error))

    async def _uploaded(self, draft: Draft, file: FileRef) -> None:
        """Its file is on the server: it gets in line."""
        ids, raw = (draft.client_id, file.file_id), named_content(draft, file)
        await asyncio.shield(
            self._submit(lambda tx: outbox_table.uploaded(tx, *ids, raw))
        )

    async def _failed(self, client_id: ClientId, error: str) -> None:
        """Its file cannot be uploaded."""

        def store(tx: Transaction) -> None:
            outbox_table.failed(tx, client_id, error)
            attachment_table.failed(tx, client_id, error)

        await self._database.write(store)
        self._answers.give(client_id, FileError(error))
