"""``POST /v1/files`` and ``GET /v1/files/{file_id}``: in and out, piece by piece."""

import base64
import logging
import os
import pathlib
from collections.abc import Awaitable, Callable

import aiohttp
from aiohttp import web

from imnb.devserver.answers import Problem, answer
from imnb.devserver.bearer import Bearer
from imnb.devserver.file_store import FileStore, Reception
from imnb.engine.disk import PIECE, DiskThread, disk_error
from imnb.engine.patience import patience
from imnb.errors import DiskError
from imnb.models.file import FileRef
from imnb.pb import gateway_pb2 as pb
from imnb.wire.mapping import file as file_mapping

log = logging.getLogger(__name__)

MAX_TRANSFERS = 100
"""At a time; each has a thread."""
STANDSTILL = 30.0
"""Seconds within which something must move."""
LEAST = 32 * 1024
"""Bytes that must move in that time."""


class Files:
    """Any account may have a file whose id it knows."""

    def __init__(self, store: FileStore, bearer: Bearer) -> None:
        self._store = store
        self._bearer = bearer
        self._transfers = 0

    def __repr__(self) -> str:
        return f"<Files: {self._store!r}, {self._transfers} transfers>"

    async def upload(self, request: web.Request) -> web.StreamResponse:
        """Take the body; the answer has the id."""
        owner = self._bearer.user(request)
        size = request.content_length
        if size is None:
            raise Problem(411, "length_required", "give the Content-Length")
        reception = self._store.begin(owner, request.query.get("name", ""), size)
        try:
            return await self._on_thread(
                lambda disk: _receive(request, reception, disk), reception.close
            )
        finally:
            self._store.end(reception)

    async def download(self, request: web.Request) -> web.StreamResponse:
        """Give all of a file, or the one range that is asked for."""
        self._bearer.user(request)
        file = self._store.find(request.match_info["file_id"])
        start, stop = _wanted(request, file)
        response = _head(file, start, stop)
        if request.method == "HEAD":
            return response
        source = _Source(self._store.path(file))
        return await self._on_thread(
            lambda disk: _give(request, response, source, disk, start, stop),
            source.close,
        )

    async def _on_thread(
        self,
        work: Callable[[DiskThread], Awaitable[web.StreamResponse]],
        last: Callable[[], None],
    ) -> web.StreamResponse:
        if self._transfers >= MAX_TRANSFERS:
            text = "too many files are on their way: try again later"
            raise Problem(503, "overloaded", text)
        self._transfers += 1
        disk = DiskThread("devserver-file")
        try:
            return await work(disk)
        except DiskError as error:
            log.error("a transfer failed: %s", error)
            text = "the server's disk refuses it; its log has more"
            raise Problem(507, "disk", text) from None
        finally:
            self._transfers -= 1
            await disk.end(last)


async def _receive(
    request: web.Request, reception: Reception, disk: DiskThread
) -> web.Response:
    try:
        async with patience(STANDSTILL, LEAST) as left:
            while piece := await request.content.readany():
                left.moved(len(piece))
                with left.pause():
                    await disk.run(reception.write, piece)
    except TimeoutError:
        text = f"less than {LEAST} bytes came within {STANDSTILL:g} s"
        raise Problem(408, "standstill", text) from None
    except (aiohttp.ClientPayloadError, ConnectionError):
        raise Problem(400, "broke_off", "the body broke off") from None
    if reception.size != reception.file.size:
        raise Problem(400, "broke_off", "the body is shorter than its length")
    await disk.run(reception.write, b"")  # of a file without content
    file = await disk.run(reception.finish)
    return answer(pb.UploadReply(file=file_mapping.to_pb(file)))


def _wanted(request: web.Request, file: FileRef) -> tuple[int, int]:
    """Where to begin and end; a range of another version is not given.

    Raises:
        Problem: there is nothing there.
    """
    if request.headers.get("If-Range", file.etag) != file.etag:
        return 0, file.size
    try:
        asked = request.http_range
    except ValueError:  # more than one, or no range at all
        return 0, file.size
    if asked.start is None and asked.stop is None:
        return 0, file.size
    start, stop, _ = asked.indices(file.size)
    if start >= stop:
        size = {"Content-Range": f"bytes */{file.size}"}
        raise Problem(416, "no_such_range", f"it has {file.size:,} bytes", size)
    return start, stop


def _head(file: FileRef, start: int, stop: int) -> web.StreamResponse:
    is_whole = stop - start == file.size
    digest = base64.b64encode(bytes.fromhex(file.sha256)).decode()
    response = web.StreamResponse(
        status=200 if is_whole else 206,
        headers={
            "Accept-Ranges": "bytes",
            "ETag": file.etag,
            "Repr-Digest": f"sha-256=:{digest}:",
            # What somebody uploaded is shown by no browser.
            "Content-Type": "application/octet-stream",
            "Content-Disposition": "attachment",
            "X-Content-Type-Options": "nosniff",
        },
    )
    if not is_whole:
        response.headers["Content-Range"] = f"bytes {start}-{stop - 1}/{file.size}"
    response.content_length = stop - start
    return response


async def _give(
    request: web.Request,
    response: web.StreamResponse,
    source: "_Source",
    disk: DiskThread,
    start: int,
    stop: int,
) -> web.StreamResponse:
    await disk.run(source.open)
    try:
        async with patience(STANDSTILL, LEAST) as left:
            await response.prepare(request)
            while start < stop:
                with left.pause():
                    piece = await disk.run(source.read, start, stop)
                await response.write(piece)
                left.moved(len(piece))
                start += len(piece)
    except (TimeoutError, DiskError, ConnectionError) as error:
        # The head has left: only the end of the connection tells the client.
        log.info("a download broke off: %s", type(error).__name__)
        if request.transport is not None:
            request.transport.abort()
    return response


class _Source:
    """A file that is read on a thread."""

    def __init__(self, path: pathlib.Path) -> None:
        self._path = path
        self._descriptor = -1

    def open(self) -> None:
        try:
            self._descriptor = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError as error:
            raise disk_error(self._path, error) from None

    def read(self, start: int, stop: int) -> bytes:
        try:
            piece = os.pread(self._descriptor, min(PIECE, stop - start), start)
        except OSError as error:
            raise disk_error(self._path, error) from None
        if not piece:
            raise DiskError(f"{self._path} has become shorter")
        return piece

    def close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
