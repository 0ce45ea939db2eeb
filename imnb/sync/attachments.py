"""Files that go with drafts: uploaded beside the send lanes, so that none waits.

What fails on the way is tried again with growing waits, after a restart too, from
the file on the disk. A file that is gone or was changed is not what its sender
meant: the draft fails and says so. Bound: `AT_ONCE` uploads run, others wait; how
many there are is bounded by the outbox.
"""

import asyncio
import contextlib
import dataclasses
import functools
import logging
import os
import pathlib
import random
from collections.abc import Awaitable, Callable

from imnb.config import Backoff
from imnb.engine.backoff import BackoffSeries
from imnb.engine.disk import DiskThread, disk_error
from imnb.engine.progress import OnProgress, Progress, Teller
from imnb.errors import (
    AuthError,
    CallError,
    ClosedError,
    ConfigError,
    ConnectionFailed,
    DiskError,
    FileDamaged,
    FileTooLarge,
    GatewayInsecure,
    GatewayUnreachable,
    ImnbError,
)
from imnb.models.attachment import Attachment
from imnb.models.content import FileCard
from imnb.models.file import FileRef
from imnb.models.ids import ClientId
from imnb.models.message import Draft
from imnb.store.database import Database
from imnb.store.tables import attachment as attachment_table
from imnb.tasks import TaskScope
from imnb.wire.mapping import content as content_mapping

log = logging.getLogger(__name__)

AT_ONCE = 2
BACKOFF = Backoff(base=1.0, cap=60.0)
MAX_ATTEMPTS = 5
"""Of an upload whose failure may be the file's own fault."""
WRITE_EVERY = 0.5
"""Seconds between two notes in the store of how far an upload is."""
_PASSES = (GatewayUnreachable, ConnectionFailed, CallError, AuthError, ClosedError)
"""There is no way to the server now, whatever is to be sent."""
_FOR_GOOD = (DiskError, FileTooLarge, GatewayInsecure, ConfigError)

Upload = Callable[[str, str, OnProgress], Awaitable[FileRef]]
"""Gives the server the file at a path under a name."""
Uploaded = Callable[[Draft, FileRef], Awaitable[None]]
Failed = Callable[[ClientId, str], Awaitable[None]]


async def no_upload(path: str, name: str, progress: OnProgress) -> FileRef:
    """For an outbox without a gateway."""
    raise ConfigError(f"{name} cannot be sent: there is no gateway to upload it to")


def named_content(draft: Draft, file: FileRef) -> bytes:
    """The content of a draft whose file is on the server now."""
    content = content_mapping.from_bytes(draft.content)
    assert isinstance(content.card, FileCard)
    card = content.card.uploaded(file)
    return content_mapping.to_bytes(dataclasses.replace(content, card=card))


class Uploads:
    """One task for each draft with a file that is not on the server."""

    def __init__(
        self,
        upload: Upload,
        database: Database,
        scope: TaskScope,
        *,
        uploaded: Uploaded,
        failed: Failed,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._upload = upload
        self._database = database
        self._scope = scope
        self._uploaded = uploaded
        self._failed = failed
        self._jitter = jitter
        self._room = asyncio.Semaphore(AT_ONCE)
        self._woken = asyncio.Event()
        self._tasks: dict[ClientId, asyncio.Task[None]] = {}
        self._listeners: dict[ClientId, Teller] = {}
        self._now: dict[ClientId, Progress] = {}

    def __repr__(self) -> str:
        return f"<Uploads {len(self._tasks)} under way>"

    def listen(self, client_id: ClientId, listener: OnProgress) -> None:
        """Tell how far an upload is that begins next."""
        self._listeners[client_id] = Teller(listener, self._scope.report)

    def progress(self, client_id: ClientId) -> Progress | None:
        """How far an upload is; None when it is over, or has not begun."""
        return self._now.get(client_id)

    def start(self, draft: Draft, attachment: Attachment) -> None:
        """Upload it, unless that is being done."""
        if draft.client_id not in self._tasks:
            task = self._scope.spawn(self._run(draft, attachment), "attachment")
            self._tasks[draft.client_id] = task
            task.add_done_callback(functools.partial(self._ended, draft.client_id))

    def cancel(self, client_id: ClientId) -> None:
        """Its draft was given up."""
        task = self._tasks.get(client_id)
        if task is not None:
            task.cancel()

    def wake(self) -> None:
        """There is a connection: try again at once."""
        self._woken.set()
        self._woken = asyncio.Event()

    async def close(self) -> None:
        """Stop; what is not uploaded is so next time."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    async def _run(self, draft: Draft, attachment: Attachment) -> None:
        backoff = BackoffSeries(BACKOFF, self._jitter)
        attempts = 0
        while True:
            try:
                async with self._room:
                    file = await self._send(attachment)
                break
            except ImnbError as error:
                attempts += not isinstance(error, _PASSES)
                if isinstance(error, _FOR_GOOD) or attempts >= MAX_ATTEMPTS:
                    return await self._failed(draft.client_id, str(error))
                log.info("uploading an attachment: %s; again later", error)
                is_refused = isinstance(error, AuthError)
            # One who is refused asks no more before the next log-in.
            await self._pause(None if is_refused else backoff.fail())
        return await self._uploaded(draft, file)

    async def _send(self, attachment: Attachment) -> FileRef:
        await _on_disk(_require_unchanged, attachment)
        note = _Notes(self._database, attachment.client_id)

        def moved(progress: Progress) -> None:
            self._now[attachment.client_id] = progress
            note(progress)
            teller = self._listeners.get(attachment.client_id)
            if teller is not None:
                teller.tell(progress.done, progress.total)

        file = await self._upload(attachment.path, attachment.name, moved)
        await _on_disk(_require_unchanged, attachment)
        if file.size != attachment.size:
            raise FileDamaged(f"{attachment.path}: the server has {file.size:,} bytes")
        return file

    async def _pause(self, seconds: float | None) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._woken.wait()

    def _ended(self, client_id: ClientId, task: asyncio.Task[None]) -> None:
        self._tasks.pop(client_id, None)
        self._now.pop(client_id, None)
        teller = self._listeners.pop(client_id, None)
        if teller is not None:
            teller.end()


class _Notes:
    """Writes down how far an upload is, now and then."""

    def __init__(self, database: Database, client_id: ClientId) -> None:
        self._database = database
        self._client_id = client_id
        self._clock = asyncio.get_running_loop().time
        self._next = 0.0

    def __call__(self, progress: Progress) -> None:
        if self._clock() < self._next or progress.is_over:
            return
        self._next = self._clock() + WRITE_EVERY
        client_id, done = self._client_id, progress.done
        with contextlib.suppress(ClosedError):
            written = self._database.submit(
                lambda tx: attachment_table.moved(tx, client_id, done)
            )
            written.add_done_callback(_seen)


def _seen(written: asyncio.Future[None]) -> None:
    """A note that could not be written is no loss."""
    if not written.cancelled():
        written.exception()


async def _on_disk(work: Callable[[Attachment], None], attachment: Attachment) -> None:
    disk = DiskThread("attachment")
    try:
        await disk.run(work, attachment)
    finally:
        await disk.end(lambda: None)


def _require_unchanged(attachment: Attachment) -> None:
    path = pathlib.Path(attachment.path)
    try:
        state = os.stat(path)
    except OSError as error:
        raise disk_error(path, error) from None
    if (state.st_size, state.st_mtime_ns) != (attachment.size, attachment.modified_ns):
        raise DiskError(f"{path} was changed after it was sent: send it again")
