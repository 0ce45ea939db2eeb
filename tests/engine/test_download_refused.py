"""Over real sockets, from servers that are none or lie."""

import asyncio

import pytest

from imnb.engine.download import MAX_TRIES
from imnb.errors import (
    FileDamaged,
    FileError,
    FileTooLarge,
    GatewayAnswerError,
    GatewayUnreachable,
)
from tests.engine.downloading import SIZE, UNKNOWN, pieces, place
from tests.engine.scripted import CONTENT, head, rest, whole

__all__ = ["place"]

WRONG = b"x" + CONTENT[1:]
HTML = b"<html>Welcome!</html>"
REFUSED = {
    "another content": (whole(WRONG), GatewayAnswerError, "has another file"),
    "another content, silently": (
        whole(WRONG, Repr_Digest=""),
        FileDamaged,
        "262,144 bytes came, but their checksum is not the expected one",
    ),
    "a web page": (
        head(Content_Type="text/html", Content_Length=len(HTML)) + HTML,
        GatewayAnswerError,
        "has another file .*is this the gateway's address",
    ),
    "10 GB": (
        head(Content_Length=10 << 30) + CONTENT,
        GatewayAnswerError,
        "has another file",
    ),
    "compressed": (
        whole(Content_Encoding="gzip"),
        GatewayAnswerError,
        "sends 'gzip' although no encoding was asked for",
    ),
    "a redirect": (
        head("302 Found", Location="http://192.0.2.1/", Content_Length=0),
        FileError,
        "refused with 302",
    ),
    "no such file": (head("404 No", Content_Length=0), FileError, "refused with 404"),
    "a range that nobody asked for": (rest(100), FileError, "refused with 206"),
    "errors": (head("500 No", Content_Length=4) + b"oops", GatewayUnreachable, "500"),
    "no HTTP": (b"SSH-2.0-OpenSSH\r\n\r\n", GatewayUnreachable, "is not HTTP"),
    "nothing": (b"", GatewayUnreachable, "closed without an answer"),
    "too long": (
        head(Transfer_Encoding="chunked") + b"fffff\r\n" + b"x" * 0xFFFFF + b"\r\n",
        FileTooLarge,
        "sends more than the 262,144 bytes that it announced",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
async def test_a_server_that_has_something_else(place, case):
    answer, error, says = REFUSED[case]
    place.target.write_bytes(b"before")
    async with place.serve(answer) as (url, _):
        with pytest.raises(error, match=says):
            await place.get(url)
    assert place.target.read_bytes() == b"before"
    assert place.names == ["photo.jpg"]
    assert place.told[-1].is_over


async def test_a_file_that_is_shorter_than_its_length(place):
    async with place.serve(whole(cut=SIZE - 1)) as (url, script):
        with pytest.raises(GatewayUnreachable, match="the answer broke off"):
            await place.get(url)
    assert "photo.jpg" not in place.names
    assert len(script.heads) >= MAX_TRIES


async def test_its_own_checksum_is_checked_when_no_other_is_known(place):
    async with place.serve(whole(WRONG, Repr_Digest=f"sha-256=:{'A' * 43}=:")) as (
        url,
        _,
    ):
        with pytest.raises(FileDamaged):
            await place.get(url, **UNKNOWN)
    assert place.names == []


@pytest.mark.parametrize(
    "answer",
    [
        whole(),
        head(Transfer_Encoding="chunked") + b"40000\r\n" + CONTENT + b"\r\n",
    ],
)
async def test_more_than_the_limit_is_not_taken(place, answer):
    async with place.serve(answer) as (url, _):
        with pytest.raises(FileTooLarge, match="1,000"):
            await place.get(url, limit=1_000, **UNKNOWN)
    assert place.names == []


async def test_a_byte_now_and_then_is_a_standstill(place):
    async with place.serve(pieces(1, 0.05)) as (url, _):
        with pytest.raises(
            GatewayUnreachable, match=r"less than 0\.3 KiB moved within"
        ):
            await place.get(url)


async def test_a_body_that_stops_is_a_standstill(place):
    async def stop(writer):
        writer.write(whole(cut=SIZE // 2))
        await asyncio.Event().wait()

    async with place.serve(stop, rest(SIZE // 2)) as (url, _):
        await place.get(url)
    assert place.target.read_bytes() == CONTENT


async def test_a_body_without_end_is_cut_off(place):
    endless = head(Transfer_Encoding="chunked") + b"fffffffff\r\n" + bytes(1 << 20)
    async with place.serve(endless) as (url, _):
        with pytest.raises(FileTooLarge):
            await place.get(url, limit=100_000, **UNKNOWN)
