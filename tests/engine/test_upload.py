"""Over real sockets: what arrives is what was sent, whatever the disk does."""

import asyncio
import hashlib
import os
import threading

import pytest

from imnb.config import Timeouts
from imnb.engine import upload as module
from imnb.engine.channels import HttpChannel
from imnb.engine.progress import Teller
from imnb.engine.requests import HttpRequest
from imnb.engine.upload import upload
from imnb.errors import DiskError, FileTooLarge, GatewayUnreachable
from tests.eventually import eventually

CONTENT = os.urandom(700_000)
LIMIT = 1 << 20
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class Receiver:
    """Takes one body after the other, and answers as it is told."""

    def __init__(self):
        self.bodies = []
        self.answer = OK
        self.reads = lambda length: length

    async def serve(self, reader, writer):
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            length = int(head.partition("content-length: ")[2].partition("\r\n")[0])
            self.bodies.append(await reader.readexactly(self.reads(length)))
            if self.answer is None:
                await asyncio.Event().wait()
            writer.write(self.answer)
            await writer.drain()
        except (asyncio.CancelledError, asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.transport.abort() if self.answer == b"" else writer.close()


@pytest.fixture
async def receiver():
    it = Receiver()
    server = await asyncio.start_server(it.serve, "127.0.0.1", 0)
    it.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    yield it
    server.close()


@pytest.fixture
async def send(receiver):
    threads = threading.active_count()
    channel = HttpChannel(lambda *_: None, Timeouts(transfer=0.3))
    told = []

    async def send(what, limit=LIMIT):
        request = HttpRequest("POST", receiver.url)
        teller = Teller(told.append, lambda *_: None)
        return await upload(channel, request, what, limit=limit, teller=teller)

    send.told = told
    yield send
    await channel.close()
    await eventually(lambda: threading.active_count() == threads)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "photo.jpg"
    path.write_bytes(CONTENT)
    return path


@pytest.mark.parametrize("form", [bytes, bytearray, memoryview, "path", str])
async def test_it_arrives_whole(send, receiver, file, form):
    what = {"path": file, str: str(file)}.get(form)
    sent = await send(form(CONTENT) if what is None else what)
    assert receiver.bodies == [CONTENT]
    assert sent.size == len(CONTENT)
    assert sent.sha256 == hashlib.sha256(CONTENT).hexdigest()
    assert (sent.reply.status, sent.reply.body) == (200, b"ok")
    done = [step.done for step in send.told]
    assert done == sorted(done)
    assert done[-1] == send.told[-1].total == len(CONTENT)
    assert [step.is_over for step in send.told].count(True) == 1


async def test_nothing_is_something_too(send, receiver):
    assert (await send(b"")).sha256 == hashlib.sha256(b"").hexdigest()
    assert receiver.bodies == [b""]


async def test_wide_items_are_bytes_too(send, receiver):
    await send(memoryview(CONTENT).cast("I"))
    assert receiver.bodies == [CONTENT]


async def test_too_much_is_not_begun(send, receiver, file):
    with pytest.raises(FileTooLarge, match=r"photo\.jpg has 700,000 bytes, 1,000 are"):
        await send(file, limit=1_000)
    assert receiver.bodies == []
    assert send.told[-1].is_over


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda path: None, "No such file or directory: check the path"),
        (lambda path: path.mkdir(), "is no file: give the path of one"),
        (lambda path: os.mkfifo(path), "is no file: give the path of one"),
    ],
    ids=["nothing", "folder", "pipe"],
)
async def test_what_cannot_be_read(send, tmp_path, make, says):
    path = tmp_path / "thing"
    make(path)
    with pytest.raises(DiskError, match=says):
        await send(path)


async def test_a_file_that_shrinks_is_the_files_fault(send, file, monkeypatch):
    pread = os.pread

    def shrinking(descriptor, size, offset):
        return pread(descriptor, size, offset) if offset < 300_000 else b""

    monkeypatch.setattr(module.os, "pread", shrinking)
    with pytest.raises(DiskError, match="became shorter while it was sent"):
        await send(file)


async def test_a_disk_that_fails_is_named(send, file, monkeypatch):
    def fail(descriptor, size, offset):
        raise OSError(5, "no")

    monkeypatch.setattr(module.os, "pread", fail)
    with pytest.raises(DiskError, match=r"photo\.jpg: Input/output error"):
        await send(file)


async def test_a_refusal_in_the_middle_is_an_answer(send, receiver):
    receiver.reads = lambda length: 1_000
    receiver.answer = b"HTTP/1.1 413 No\r\nContent-Length: 2\r\n\r\nno"
    try:
        assert (await send(CONTENT)).reply.status == 413
    except GatewayUnreachable:  # the reset may overtake the answer
        pass
    assert len(receiver.bodies) == 1


async def test_a_connection_that_breaks_off(send, receiver):
    receiver.reads = lambda length: 1_000
    receiver.answer = b""
    with pytest.raises(GatewayUnreachable):
        await send(CONTENT)


async def test_a_server_that_takes_it_and_says_nothing(send, receiver):
    receiver.answer = None
    with pytest.raises(GatewayUnreachable, match=r"less than 0\.3 KiB moved within"):
        await send(b"small")


async def test_a_server_that_takes_nothing(send, receiver):
    receiver.reads = lambda length: 0
    receiver.answer = None
    with pytest.raises(GatewayUnreachable, match="KiB moved within"):
        await send(bytes(32 << 20), limit=64 << 20)


async def test_a_cancelled_one_leaves_nothing(send, receiver, file):
    receiver.answer = None
    before = asyncio.all_tasks()
    task = asyncio.create_task(send(file))
    await eventually(lambda: receiver.bodies)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert send.told[-1].is_over
    serving = {t for t in asyncio.all_tasks() if "Receiver" in repr(t)}
    assert asyncio.all_tasks() - before - serving == set()
