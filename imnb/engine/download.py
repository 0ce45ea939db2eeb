"""Receiving a file piece by piece, over as many connections as it takes."""

import asyncio
import dataclasses
import hashlib
import pathlib
import random
from collections.abc import Callable

from imnb.config import Backoff
from imnb.engine.backoff import BackoffSeries
from imnb.engine.channels.http import HttpChannel
from imnb.engine.disk import DiskThread
from imnb.engine.http_reply import HttpReply, Incoming
from imnb.engine.part_file import PartFile
from imnb.engine.progress import Teller
from imnb.engine.representation import Representation
from imnb.engine.requests import HttpRequest
from imnb.errors import (
    FileDamaged,
    FileTooLarge,
    GatewayAnswerError,
    GatewayUnreachable,
)

MAX_TRIES = 5
"""Connections in a row that bring next to nothing."""
WORTHWHILE = 64 * 1024
"""Bytes that a connection must bring not to count as one of those."""
SERVER_ERROR = 500
"""From here on the next try may succeed."""

Refuse = Callable[[HttpReply], Exception]
"""What an answer that is no file means."""


@dataclasses.dataclass(frozen=True, slots=True)
class Wanted:
    """A file on the server; what is known of it is checked.

    Attributes:
        etag: with it, a part of an earlier time is gone on with.
        sha256: in hex; the server's own word is taken where it is empty.
    """

    request: HttpRequest
    size: int | None = None
    sha256: str = ""
    etag: str = ""

    @property
    def key(self) -> str:
        """Names the part file."""
        content = f"{self.request.address} {self.etag}"
        return hashlib.sha256(content.encode()).hexdigest()[:12]


class Download:
    """One file on its way to the disk.

    Args:
        limit: bytes; more are not taken, whatever the server says.
        refuse: tells what an answer means that is no file.
    """

    def __init__(
        self,
        channel: HttpChannel,
        wanted: Wanted,
        target: pathlib.Path,
        *,
        limit: int,
        teller: Teller,
        refuse: Refuse,
        backoff: Backoff,
    ) -> None:
        self._channel = channel
        self._wanted = wanted
        self._limit = limit
        self._teller = teller
        self._refuse = refuse
        self._backoff = backoff
        self._series = BackoffSeries(backoff, random.random)
        self._disk = DiskThread("download")
        self._part = PartFile(target, wanted.key)
        self._known = Representation(wanted.size, wanted.etag, wanted.sha256)
        self._may_resume = True

    def __repr__(self) -> str:
        return f"<Download {self._wanted.request.address} to {self._part!r}>"

    async def run(self) -> None:
        """Until the target is there, whole and right.

        Raises:
            FileDamaged: its checksum is another; nothing is left of it.
            FileTooLarge: beyond the limit; nothing is left of it.
            ImnbError: for any other reason what has come is kept: `DiskError`,
                `GatewayUnreachable` (it broke off too often),
                `GatewayAnswerError` (something else answers), a refusal.
        """
        last = self._part.close
        try:
            await self._disk.run(self._part.open)
            await self._get()
            await self._disk.run(self._part.finish)
        except (FileDamaged, FileTooLarge):  # what has come is of no use
            last = self._part.remove
            raise
        finally:
            self._teller.end()
            await self._disk.end(last)

    async def _get(self) -> None:
        if not self._wanted.etag:  # it might be a part of anything
            await self._restart()
        was_here = self._part.size
        await self._fill()
        if not self._is_right and was_here:  # that was no part of it
            await self._restart()
            await self._fill()
        if not self._is_right:
            raise FileDamaged(
                f"{self._wanted.request.address}: {self._part.size:,} bytes came, "
                "but their checksum is not the expected one: nothing was kept, "
                "try again"
            )

    @property
    def _is_right(self) -> bool:
        return self._known.sha256 in {"", self._part.sha256}

    async def _fill(self) -> None:
        tries = 0
        while not self._part.size or self._part.size != self._known.size:
            before = self._part.size
            try:
                await self._channel.transfer(await self._request(), self._read)
                return
            except GatewayUnreachable:
                if self._can_resume and self._part.size - before >= WORTHWHILE:
                    tries = 0
                    self._series = BackoffSeries(self._backoff, random.random)
                tries += 1
                if tries >= MAX_TRIES:
                    raise
            await asyncio.sleep(self._series.fail())

    @property
    def _can_resume(self) -> bool:
        return self._may_resume and bool(self._known.etag)

    async def _request(self) -> HttpRequest:
        """For all of it, or for what is missing."""
        request = self._wanted.request
        if not self._can_resume:
            await self._restart()
        if not self._part.size:
            return request
        headers = {
            **request.headers,
            "Range": f"bytes={self._part.size}-",
            "If-Range": self._known.etag,
        }
        return dataclasses.replace(request, headers=headers)

    async def _read(self, incoming: Incoming) -> None:
        match incoming.status:
            case 200:
                self._meet(Representation.of(incoming))
                await self._restart()
            case 206 if self._part.size:
                await self._check_range(incoming)
            case 416 if self._part.size:  # it has become shorter
                await self._start_anew(incoming, "has not the range that it had")
            case status if status >= SERVER_ERROR:
                raise GatewayUnreachable(f"{incoming.request.address} says {status}")
            case _:
                raise self._refuse(await incoming.reply())
        await self._take(incoming)

    async def _check_range(self, incoming: Incoming) -> None:
        found = Representation.of(incoming)
        if found.start != self._part.size or not self._known.agrees(found):
            await self._start_anew(incoming, "sends a range that does not fit")
        self._meet(found)

    async def _start_anew(self, incoming: Incoming, why: str) -> None:
        self._may_resume = False
        await self._restart()
        raise GatewayUnreachable(f"{incoming.request.address} {why}")

    def _meet(self, found: Representation) -> None:
        """Take the server's word for what is not known, and no other."""
        where = self._wanted.request.address
        wanted = Representation(self._wanted.size, sha256=self._wanted.sha256)
        if not wanted.agrees(found):
            raise GatewayAnswerError(
                f"{where} has another file than the one that is wanted: its size "
                "or checksum is another; is this the gateway's address?"
            )
        self._known = found.completed_by(wanted)
        if (self._known.size or 0) > self._limit:
            raise FileTooLarge(
                f"{where} has {self._known.size:,} bytes, {self._limit:,} are the limit"
            )

    async def _take(self, incoming: Incoming) -> None:
        part, size = self._part, self._known.size
        most = self._limit if size is None else size
        self._teller.tell(part.size, size)
        while piece := await incoming.piece():
            if part.size + len(piece) > most:
                raise FileTooLarge(
                    f"{incoming.request.address} sends more than the {most:,} bytes "
                    f"that {'are the limit' if size is None else 'it announced'}"
                )
            with incoming.patience.pause():
                await self._disk.run(part.write, piece)
            self._teller.tell(part.size, size)
        if size is not None and part.size < size:
            raise GatewayUnreachable(
                f"{incoming.request.address}: the answer broke off after "
                f"{part.size:,} of {size:,} bytes"
            )

    async def _restart(self) -> None:
        if self._part.size:
            await self._disk.run(self._part.restart)
