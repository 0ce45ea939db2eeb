"""Sending a file piece by piece."""

import contextlib
import dataclasses
import hashlib
import os
import pathlib
import stat
from collections.abc import AsyncIterator, Iterator
from typing import Self

from imnb.engine.channels.http import HttpChannel
from imnb.engine.disk import PIECE, DiskThread, disk_error
from imnb.engine.http_reply import HttpReply, Incoming
from imnb.engine.patience import Patience
from imnb.engine.progress import Teller
from imnb.engine.requests import HttpRequest
from imnb.errors import DiskError, FileTooLarge, GatewayUnreachable

Content = bytes | bytearray | memoryview
Uploadable = str | os.PathLike[str] | Content
"""The path of a file, or the bytes themselves."""


@dataclasses.dataclass(frozen=True, slots=True)
class Sent:
    """What the server said, and the checksum of what it was sent."""

    reply: HttpReply
    size: int
    sha256: str


async def upload(
    channel: HttpChannel,
    request: HttpRequest,
    what: Uploadable,
    *,
    limit: int,
    teller: Teller,
) -> Sent:
    """Send a file as the body of a request; the answer is not judged.

    Raises:
        FileTooLarge: it has more than ``limit`` bytes; nothing was sent.
        DiskError: it cannot be read, or changes while it is.
        GatewayUnreachable: see `HttpChannel.transfer`.
    """
    disk = DiskThread("upload")
    source = _Source(what)
    try:
        await disk.run(source.open)
        if source.size > limit:
            raise FileTooLarge(
                f"{source.name} has {source.size:,} bytes, {limit:,} are the limit"
            )
        headers = {**request.headers, "Content-Length": str(source.size)}
        request = dataclasses.replace(request, headers=headers)
        return await _send(channel, request, source, disk, teller)
    finally:
        teller.end()
        await disk.end(source.close)


async def _send(
    channel: HttpChannel,
    request: HttpRequest,
    source: "_Source",
    disk: DiskThread,
    teller: Teller,
) -> Sent:
    body: _Pieces | None = None

    def begin(patience: Patience) -> _Pieces:
        nonlocal body
        body = _Pieces(source, disk, patience, teller)
        return body

    try:
        reply = await channel.transfer(request, Incoming.reply, begin)
    except GatewayUnreachable:
        if body is not None and body.error is not None:
            raise body.error from None  # the true reason why the body ended
        raise
    assert body is not None
    return Sent(reply, body.done, body.sha256)


class _Source:
    """What is sent; its methods block."""

    def __init__(self, what: Uploadable) -> None:
        self._what = what
        self._descriptor: int | None = None
        self.path = pathlib.Path() if isinstance(what, Content) else pathlib.Path(what)
        self.name = str(self.path) if self.path.name else "the content"
        self.size = 0

    def open(self) -> None:
        if isinstance(self._what, Content):
            self.size = memoryview(self._what).nbytes
            return
        with self._disk_errors():
            # A pipe would block here without the flag.
            flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK
            self._descriptor = os.open(self.path, flags)
            state = os.fstat(self._descriptor)
        if not stat.S_ISREG(state.st_mode):
            raise DiskError(f"{self.path} is no file: give the path of one")
        self.size = state.st_size

    def read(self, offset: int) -> bytes:
        size = min(PIECE, self.size - offset)
        if isinstance(self._what, Content):
            return bytes(memoryview(self._what).cast("B")[offset : offset + size])
        assert self._descriptor is not None
        with self._disk_errors():
            piece = os.pread(self._descriptor, size, offset)
        if size and not piece:
            raise DiskError(f"{self.path} became shorter while it was sent: try again")
        return piece

    def close(self) -> None:
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)

    @contextlib.contextmanager
    def _disk_errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise disk_error(self.path, error) from None


class _Pieces(AsyncIterator[bytes]):
    """One pass through a source. No generator: those end when they are collected."""

    def __init__(
        self, source: _Source, disk: DiskThread, patience: Patience, teller: Teller
    ) -> None:
        self.done = 0
        self.error: Exception | None = None
        self._source = source
        self._disk = disk
        self._patience = patience
        self._teller = teller
        self._hash = hashlib.sha256()
        self._sent = 0

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        # Asked for more: the piece before has left.
        self._patience.moved(self._sent)
        self._teller.tell(self.done, self._source.size)
        try:
            with self._patience.pause():
                piece = await self._disk.run(self._read)
        except DiskError as error:
            self.error = error
            raise
        self._sent = len(piece)
        self.done += len(piece)
        if not piece:
            raise StopAsyncIteration
        return piece

    def _read(self) -> bytes:
        piece = self._source.read(self.done)
        self._hash.update(piece)
        return piece
