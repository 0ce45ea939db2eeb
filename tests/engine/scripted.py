"""A server that answers each request as a test says, byte for byte."""

import asyncio
import base64
import contextlib
import hashlib

from tests.eventually import eventually

CONTENT = bytes(range(256)) * 1024  # 256 KiB
SHA256 = hashlib.sha256(CONTENT).hexdigest()
ETAG = f'"{SHA256}"'


class Cut(bytes):
    """An answer that breaks off when the client has that much of the file."""

    upto = 0


class Script:
    """Answers in order; the last one again and again.

    An answer is bytes, after which the connection is closed, or an async function
    that gets the writer.

    Args:
        progress: how much of the file the client has.
    """

    def __init__(self, *answers, progress):
        self.answers = list(answers)
        self._progress = progress
        self.heads = []
        self._tasks = set()
        self._writers = []

    async def answer(self, reader, writer):
        self._tasks.add(asyncio.current_task())
        self._writers.append(writer)
        # Of a cancelled task, streams of Python 3.11 make an error of their own.
        ends = asyncio.CancelledError, asyncio.IncompleteReadError, ConnectionError
        with contextlib.suppress(*ends):
            head = await reader.readuntil(b"\r\n\r\n")
            self.heads.append(head.decode())
            answer = self.answers[0]
            if len(self.answers) > 1:
                del self.answers[0]
            await self._say(answer, writer)
        writer.close()

    async def _say(self, answer, writer):
        if not isinstance(answer, bytes):
            await answer(writer)
            return
        writer.write(answer)
        await writer.drain()
        if isinstance(answer, Cut):
            await eventually(lambda: self._progress() >= answer.upto)

    def asked(self, header):
        """What each request said."""
        name = f"{header.lower()}: "
        found = []
        for said in self.heads:
            lines = [x for x in said.split("\r\n") if x.lower().startswith(name)]
            found.append(lines[0][len(name) :] if lines else "")
        return found

    async def stop(self):
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for writer in self._writers:
            writer.transport.abort()
        await asyncio.sleep(0)


@contextlib.asynccontextmanager
async def scripted(*answers, progress=lambda: 0):
    """The server's URL and its script."""
    script = Script(*answers, progress=progress)
    server = await asyncio.start_server(script.answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}/file", script
    finally:
        server.close()
        await script.stop()


def head(status="200 OK", **headers):
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([f"HTTP/1.1 {status}", *lines, "", ""]).encode()


def repr_digest(content):
    digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
    return f"sha-256=:{digest}:"


def whole(content=CONTENT, cut=None, **headers):
    """All of a file, or what was sent of it before the connection broke."""
    given = {
        "Content_Length": len(content),
        "ETag": ETAG,
        "Repr_Digest": repr_digest(content),
    } | headers
    return _broken(head(**given) + content[:cut], cut)


def rest(start, content=CONTENT, cut=None, **headers):
    """The file from ``start`` on."""
    given = {
        "Content_Length": len(content) - start,
        "Content_Range": f"bytes {start}-{len(content) - 1}/{len(content)}",
        "ETag": ETAG,
        "Repr_Digest": repr_digest(content),
    } | headers
    said = head("206 Partial Content", **given) + content[start:][:cut]
    return _broken(said, None if cut is None else start + cut)


def _broken(said, upto):
    if upto is None:
        return said
    answer = Cut(said)
    answer.upto = upto
    return answer
