import asyncio
import base64
import hashlib
import io
import os

import pytest

from imnb.devserver import files as module
from tests.devserver.http_client import LIMIT, desk
from tests.eventually import eventually

CONTENT = os.urandom(1_000_000)


@pytest.fixture
async def here():
    async with desk() as it:
        yield it


@pytest.fixture
async def kept(here):
    """The path of a file on the server."""
    file = await here.upload(CONTENT, params={"name": "photo.jpg"})
    return f"/v1/files/{file['fileId']}"


async def test_what_goes_in_comes_out(here):
    file = await here.upload(CONTENT, params={"name": "photo é.jpg"})
    assert file["name"] == "photo é.jpg"
    assert int(file["size"]) == len(CONTENT)
    assert file["sha256"] == hashlib.sha256(CONTENT).hexdigest()
    path = f"/v1/files/{file['fileId']}"
    async with here.request("GET", path, user="bob") as answer:
        assert answer.status == 200
        assert await answer.read() == CONTENT
        digest = base64.b64encode(hashlib.sha256(CONTENT).digest()).decode()
        assert answer.headers["Repr-Digest"] == f"sha-256=:{digest}:"
        assert answer.headers["ETag"] == f'"{file["sha256"]}"'
        assert answer.headers["Accept-Ranges"] == "bytes"
        assert answer.headers["Content-Disposition"] == "attachment"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    async with here.request("HEAD", path) as answer:
        assert answer.headers["Content-Length"] == str(len(CONTENT))


async def test_a_file_without_content(here):
    file = await here.upload(b"")
    async with here.request("GET", f"/v1/files/{file['fileId']}") as answer:
        assert (answer.status, await answer.read()) == (200, b"")


SIZE = len(CONTENT)


@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [
        ("bytes=0-9", 0, 10),
        ("bytes=999990-", SIZE - 10, SIZE),
        ("bytes=-7", SIZE - 7, SIZE),
        ("bytes=999999-9999999", SIZE - 1, SIZE),
    ],
)
async def test_a_range(here, kept, asked, start, stop):
    async with here.request("GET", kept, headers={"Range": asked}) as answer:
        assert answer.status == 206
        said = f"bytes {start}-{stop - 1}/{SIZE}"
        assert answer.headers["Content-Range"] == said
        assert await answer.read() == CONTENT[start:stop]


@pytest.mark.parametrize(
    "headers",
    [
        {"Range": "bytes=0-"},
        {"Range": "bytes=0-1,5-6"},
        {"Range": "lines=1-2"},
        {"Range": "bytes=9-3"},
        {"Range": "bytes=5-", "If-Range": '"another"'},
    ],
)
async def test_what_is_no_range_of_this_file_gets_all_of_it(here, kept, headers):
    async with here.request("GET", kept, headers=headers) as answer:
        assert answer.status == 200
        assert await answer.read() == CONTENT


async def test_a_range_of_the_same_file(here, kept):
    etag = f'"{hashlib.sha256(CONTENT).hexdigest()}"'
    headers = {"Range": "bytes=5-", "If-Range": etag}
    async with here.request("GET", kept, headers=headers) as answer:
        assert answer.status == 206


async def test_a_range_that_is_not_there(here, kept):
    async with here.request("GET", kept, headers={"Range": "bytes=1000000-"}) as answer:
        assert answer.status == 416
        assert answer.headers["Content-Range"] == f"bytes */{SIZE}"


too_much = io.BytesIO(bytes(LIMIT + 1))


@pytest.mark.parametrize(
    ("method", "path", "options", "status", "code"),
    [
        ("POST", "/v1/files", {"user": None, "data": b"x"}, 401, "bad_token"),
        ("GET", "/v1/files/abc", {"user": None}, 401, "bad_token"),
        ("GET", "/v1/files/abc", {}, 404, "unknown_file"),
        ("GET", "/v1/files/..%2F..%2Fetc", {}, 404, "unknown_file"),
        (
            "POST",
            "/v1/files",
            {"data": too_much},
            413,
            "file_too_large",
        ),
    ],
)
async def test_problems(here, method, path, options, status, code):
    found, problem = await here.json(method, path, **options)
    assert (found, problem["code"]) == (status, code)


async def test_the_length_must_be_given(here):
    async def pieces():
        yield b"x"

    status, problem = await here.json("POST", "/v1/files", data=pieces())
    assert (status, problem["code"]) == (411, "length_required")


async def begin(here, body=b"some of it"):
    """An upload of which only the beginning is sent."""
    reader, writer = await asyncio.open_connection(
        here.endpoint.host, here.endpoint.port
    )
    head = (
        "POST /v1/files HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n"
        f"Authorization: Bearer {here.token('alice')}\r\n\r\n"
    )
    writer.write(head.encode() + body)
    await eventually(lambda: here.gateway._files._transfers)
    return reader, writer


async def test_an_upload_that_breaks_off_leaves_nothing(here):
    _, writer = await begin(here)
    writer.transport.abort()
    await eventually(lambda: not here.gateway._files._transfers)
    store = here.gateway._store
    await eventually(lambda: store._used == {"alice": 0})
    assert list(store._folder.iterdir()) == []


async def test_an_upload_that_stands_still_is_ended(here, monkeypatch):
    monkeypatch.setattr(module, "STANDSTILL", 0.1)
    reader, writer = await begin(here)
    assert b"408" in await reader.readline()
    writer.close()


async def test_a_client_that_does_not_read_is_left(here, monkeypatch):
    monkeypatch.setattr(module, "STANDSTILL", 0.2)
    file = await here.upload(io.BytesIO(bytes(LIMIT)))
    reader, writer = await asyncio.open_connection(
        here.endpoint.host, here.endpoint.port
    )
    reader._transport.pause_reading()
    for _ in range(4):  # more than the sockets' buffers hold
        writer.write(
            f"GET /v1/files/{file['fileId']} HTTP/1.1\r\nHost: h\r\n"
            f"Authorization: Bearer {here.token('alice')}\r\n\r\n".encode()
        )
    await eventually(lambda: here.gateway._files._transfers)
    await eventually(lambda: not here.gateway._files._transfers)
    writer.transport.abort()


async def test_too_many_at_once(here, monkeypatch):
    monkeypatch.setattr(module, "MAX_TRANSFERS", 0)
    status, problem = await here.json("POST", "/v1/files", data=b"x")
    assert (status, problem["code"]) == (503, "overloaded")


async def test_a_content_that_is_gone_is_the_servers_fault(here, kept, caplog):
    store = here.gateway._store
    store.path(store.find(kept.rpartition("/")[2])).unlink()
    status, problem = await here.json("GET", kept)
    assert (status, problem["code"]) == (507, "disk")
    assert "No such file" in caplog.text
    assert "imnb-files" not in problem["message"]


async def test_files_survive_a_restart(tmp_path):
    async with desk(files=tmp_path / "f") as first:
        file = await first.upload(CONTENT)
    async with desk(files=tmp_path / "f") as second:
        path = f"/v1/files/{file['fileId']}"
        async with second.request("GET", path) as answer:
            assert await answer.read() == CONTENT
