"""Over real sockets, from servers that cut and resume."""

import asyncio
import hashlib
import pathlib
import threading

import pytest

from imnb.engine.download import MAX_TRIES, WORTHWHILE
from imnb.engine.part_file import PartFile
from imnb.errors import (
    ClosedError,
    DiskError,
    FileError,
    GatewayAnswerError,
    GatewayUnreachable,
)
from tests.engine.downloading import SIZE, UNKNOWN, pieces, place
from tests.engine.scripted import CONTENT, ETAG, SHA256, head, rest, whole
from tests.eventually import eventually

__all__ = ["place"]

HALF = SIZE // 2


@pytest.mark.parametrize("known", [{}, UNKNOWN])
async def test_a_file_comes_whole(place, known):
    async with place.serve(whole()) as (url, script):
        await place.get(url, **known)
    assert place.target.read_bytes() == CONTENT
    assert place.names == ["photo.jpg"]
    assert place.told[0].done == 0
    assert place.told[-1].done == place.told[-1].total == SIZE
    assert [step.is_over for step in place.told].count(True) == 1
    assert script.asked("Range") == [""]


async def test_a_file_without_content(place):
    async with place.serve(whole(b"")) as (url, _):
        await place.get(url, **UNKNOWN)
    assert place.target.read_bytes() == b""


async def test_a_file_of_unknown_length(place):
    body = b"%x\r\n%b\r\n0\r\n\r\n" % (SIZE, CONTENT)
    answer = head(Transfer_Encoding="chunked") + body
    async with place.serve(answer) as (url, _):
        await place.get(url, **UNKNOWN)
    assert place.target.read_bytes() == CONTENT
    assert place.told[1].total is None


@pytest.mark.parametrize("known", [{}, UNKNOWN])
async def test_what_broke_off_is_gone_on_with(place, known):
    answers = whole(cut=100), rest(100, cut=HALF), rest(100 + HALF)
    async with place.serve(*answers) as (url, script):
        await place.get(url, **known)
    assert place.target.read_bytes() == CONTENT
    assert script.asked("Range") == ["", "bytes=100-", f"bytes={100 + HALF}-"]
    assert script.asked("If-Range") == ["", ETAG, ETAG]


async def test_many_cuts_that_bring_something_are_survived(place):
    cuts = [rest(n, cut=WORTHWHILE) for n in range(0, SIZE, WORTHWHILE)]
    async with place.serve(whole(cut=WORTHWHILE), *cuts[1:]) as (url, _):
        await place.get(url)
    assert place.target.read_bytes() == CONTENT


async def test_cuts_that_bring_nothing_are_not(place):
    answers = whole(cut=100), *(rest(100, cut=0) for _ in range(9))
    async with place.serve(*answers) as (url, script):
        with pytest.raises(GatewayUnreachable, match="the answer broke off"):
            await place.get(url)
    assert len(script.heads) == MAX_TRIES
    [part] = place.parts
    assert part.read_bytes() == CONTENT[:100]


async def test_the_next_download_goes_on_there(place):
    async with place.serve(whole(cut=100), rest(100, cut=0)) as (url, script):
        with pytest.raises(GatewayUnreachable):
            await place.get(url)
        script.answers[:] = [rest(100)]
        await place.get(url)
        assert script.asked("Range")[-1] == "bytes=100-"
    assert place.target.read_bytes() == CONTENT
    assert place.names == ["photo.jpg"]


async def test_a_whole_part_needs_no_question(place):
    async with place.serve(whole(cut=HALF), rest(HALF, cut=0)) as (url, script):
        with pytest.raises(GatewayUnreachable):
            await place.get(url)
        place.parts[0].write_bytes(CONTENT)
        asked = len(script.heads)
        await place.get(url)
        assert len(script.heads) == asked
    assert place.target.read_bytes() == CONTENT


async def test_an_earlier_part_that_was_altered_is_thrown_away(place):
    async with place.serve(whole(cut=100), rest(100, cut=0)) as (url, script):
        with pytest.raises(GatewayUnreachable):
            await place.get(url)
        place.parts[0].write_bytes(b"x" * 100)
        script.answers[:] = [rest(100), whole()]
        await place.get(url)
    assert place.target.read_bytes() == CONTENT


OTHER = {"ETag": '"v2"'}


@pytest.mark.parametrize(
    "answer",
    [
        rest(100, Content_Range=f"bytes 99-{SIZE - 1}/{SIZE}"),
        rest(100, Content_Range=f"bytes 100-{SIZE}/{SIZE + 1}"),
        rest(100, Content_Range="bytes 100-200/*"),
        rest(100, Content_Range="nonsense"),
        rest(100, **OTHER),
        rest(100, Repr_Digest="sha-256=:AAAA:"),
        head("416 Range Not Satisfiable", Content_Length=0),
    ],
    ids=range(7),
)
async def test_a_range_that_does_not_fit_is_not_taken(place, answer):
    async with place.serve(whole(cut=100), answer, whole()) as (url, script):
        await place.get(url)
    assert place.target.read_bytes() == CONTENT
    assert script.asked("Range") == ["", "bytes=100-", ""]


@pytest.mark.parametrize("second", [whole(), whole(**OTHER)])
async def test_a_server_without_ranges_begins_again(place, second):
    async with place.serve(whole(cut=HALF), second) as (url, _):
        await place.get(url)
    assert place.target.read_bytes() == CONTENT


async def test_what_has_no_etag_is_not_gone_on_with(place):
    async with place.serve(whole(cut=HALF, ETag=""), whole(ETag="")) as (url, script):
        await place.get(url, **UNKNOWN)
    assert script.asked("Range") == ["", ""]
    assert place.target.read_bytes() == CONTENT


async def test_a_server_error_may_pass(place):
    busy = head("503 Service Unavailable", Content_Length=0)
    async with place.serve(busy, whole(cut=100), busy, rest(100)) as (url, _):
        await place.get(url)
    assert place.target.read_bytes() == CONTENT


async def test_a_cancelled_one_leaves_only_its_part(place, tmp_path):
    async with place.serve(pieces(1_000, 0.01)) as (url, _):
        task = asyncio.create_task(place.get(url))
        await eventually(lambda: place.told and place.told[-1].done)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await place.channel.close()
    [part] = place.parts
    assert place.names == [part.name]
    assert opened(tmp_path) == []
    assert place.told[-1].is_over


def opened(folder):
    links = []
    for entry in pathlib.Path("/proc/self/fd").glob("*"):
        try:
            links.append(str(entry.readlink()))
        except OSError:
            continue
    return [link for link in links if link.startswith(str(folder))]


async def test_two_of_the_same_do_not_spoil_each_other(place):
    async with place.serve(pieces(1_000, 0.01)) as (url, _):
        task = asyncio.create_task(place.get(url))
        await eventually(lambda: place.parts)
        with pytest.raises(FileError, match="being downloaded already"):
            await place.get(url)
        assert place.parts
        task.cancel()
        await asyncio.wait([task])


async def test_a_closed_channel_ends_it(place):
    async with place.serve(pieces(1_000, 0.01)) as (url, _):
        task = asyncio.create_task(place.get(url))
        await eventually(lambda: place.told and place.told[-1].done)
        await place.channel.close()
        with pytest.raises(ClosedError):
            await task


async def test_a_place_that_cannot_be_is_told_before_anything_is_asked(place):
    place.target = place.target / "nowhere"
    async with place.serve(whole()) as (url, script):
        with pytest.raises(DiskError, match="check the path"):
            await place.get(url)
    assert script.heads == []


async def test_a_slow_disk_is_not_the_servers_fault(place, monkeypatch):
    write, begun, gate = PartFile.write, threading.Event(), threading.Event()

    def slow(self, piece):
        begun.set()
        gate.wait()
        write(self, piece)

    monkeypatch.setattr(PartFile, "write", slow)
    async with place.serve(whole()) as (url, script):
        task = asyncio.create_task(place.get(url))
        await eventually(begun.is_set)
        await asyncio.sleep(3)  # ten times as long as the server may stand still
        gate.set()
        await task
    assert len(script.heads) == 1
    assert hashlib.sha256(place.target.read_bytes()).hexdigest() == SHA256


async def test_a_web_page_in_between_does_no_harm_to_what_came(place):
    page = head(Content_Type="text/html", Content_Length=4) + b"Pay!"
    async with place.serve(whole(cut=100), page) as (url, script):
        with pytest.raises(GatewayAnswerError):
            await place.get(url)
        assert place.parts[0].read_bytes() == CONTENT[:100]
        script.answers[:] = [rest(100)]
        await place.get(url)
    assert place.target.read_bytes() == CONTENT
