"""A folder to download into, from servers that a test scripts."""

import asyncio
import threading

import pytest

from imnb.config import Backoff, Timeouts
from imnb.engine.channels import HttpChannel
from imnb.engine.download import Download, Wanted
from imnb.engine.progress import Teller
from imnb.engine.requests import HttpRequest
from imnb.errors import FileError
from tests.engine.scripted import CONTENT, ETAG, SHA256, head, scripted
from tests.eventually import eventually

LIMIT = 10 << 20
SIZE = len(CONTENT)
UNKNOWN = {"size": None, "sha256": "", "etag": ""}


class Place:
    """A folder, a channel, and the download of one file."""

    def __init__(self, folder):
        self.target = folder / "photo.jpg"
        self.channel = HttpChannel(lambda *_: None, Timeouts(transfer=0.3))
        self.told = []

    async def get(self, url, limit=LIMIT, size=SIZE, sha256=SHA256, etag=ETAG):
        await Download(
            self.channel,
            Wanted(HttpRequest("GET", url), size, sha256, etag),
            self.target,
            limit=limit,
            teller=Teller(self.told.append, lambda *_: None),
            refuse=lambda reply: FileError(f"refused with {reply.status}"),
            backoff=Backoff(base=0.0),
        ).run()

    def serve(self, *answers):
        return scripted(
            *answers, progress=lambda: max((x.done for x in self.told), default=0)
        )

    @property
    def names(self):
        return sorted(path.name for path in self.target.parent.iterdir())

    @property
    def parts(self):
        return list(self.target.parent.glob("*.part"))


@pytest.fixture
async def place(tmp_path):
    threads = threading.active_count()
    made = Place(tmp_path)
    yield made
    await made.channel.close()
    await eventually(lambda: threading.active_count() <= threads)


def pieces(size, pause, count=10**9):
    async def write(writer):
        writer.write(head(Content_Length=len(CONTENT), ETag=ETAG))
        for _ in range(count):
            writer.write(CONTENT[:size])
            await writer.drain()
            await asyncio.sleep(pause)

    return write
