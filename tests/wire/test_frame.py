import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imnb.config import Limits
from imnb.errors import FrameError, LocalProtocolError
from imnb.wire.frame import Flag, FrameDecoder, Kind, pack_frame, pack_header
from tests.wire.feeding import all_ways

TABLE = [
    (Kind.HANDSHAKE, 0, b"", "4901010000000000"),
    (Kind.DATA, 0, b"hi", "4901020000000002" + b"hi".hex()),
    (Kind.DATA, Flag.ENCRYPTED, b"\0", "4901020100000001" + "00"),
    (Kind.CLOSE, Flag.ENCRYPTED | Flag.COMPRESSED, b"x", "4901030300000001" + "78"),
]


@pytest.mark.parametrize(("kind", "flags", "body", "wire"), TABLE)
def test_a_frame_has_these_bytes(kind, flags, body, wire):
    assert pack_frame(kind, flags, body).hex() == wire


@all_ways
def test_the_bytes_give_the_frames(cut):
    decoder = FrameDecoder()
    stream = bytes.fromhex("".join(wire for *_, wire in TABLE))
    frames = [frame for piece in cut(stream) for frame in decoder.feed(piece)]
    assert [(f.kind, f.flags, f.body) for f in frames] == [row[:3] for row in TABLE]
    assert b"".join(f.header + f.body for f in frames) == stream


@given(
    st.lists(st.binary(max_size=40), max_size=6),
    st.lists(st.integers(1, 30), min_size=1, max_size=40),
)
def test_any_cut_gives_the_same_frames(bodies, cuts):
    stream = b"".join(pack_frame(Kind.DATA, 0, body) for body in bodies)
    decoder, got, at = FrameDecoder(), [], 0
    for size in [*cuts, len(stream)]:
        got += decoder.feed(stream[at : at + size])
        at += size
    assert [frame.body for frame in got] == bodies


BAD = {
    "4801020000000000": "no imnb frame",
    b"HTTP/1.1 200 OK\r\n".hex(): "looks like HTTP",
    b"GET / HTTP/1.1\r\n".hex(): "looks like HTTP",
    b"hello there".hex(): "but 68",
    "4902020000000000": "version 2",
    "4901000000000000": "kind 0",
    "4901040000000000": "kind 4",
    "4901020400000000": "flags 0x04",
    "49010200ffffffff": "4294967295 bytes, the limit is 1048576",
}


@all_ways
@pytest.mark.parametrize(("wire", "problem"), BAD.items())
def test_a_wrong_header_is_named(cut, wire, problem):
    decoder = FrameDecoder()
    with pytest.raises(FrameError, match=problem):
        list(map(decoder.feed, cut(bytes.fromhex(wire))))


def test_a_wrong_first_byte_is_refused_at_once():
    with pytest.raises(FrameError, match="no imnb frame"):
        FrameDecoder().feed(b"G")


def test_the_limit_is_the_largest_body():
    decoder = FrameDecoder(Limits(max_body=10))
    assert decoder.feed(pack_frame(Kind.DATA, 0, bytes(10)))[0].body == bytes(10)
    with pytest.raises(FrameError, match="11 bytes"):
        decoder.feed(pack_header(Kind.DATA, 0, 11))


def test_a_length_of_4_gib_costs_no_memory():
    tracemalloc.start()
    with pytest.raises(FrameError):
        FrameDecoder().feed(pack_header(Kind.DATA, 0, 2**32 - 1))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 100_000


def test_the_repr_counts_bytes():
    decoder = FrameDecoder()
    [frame] = decoder.feed(pack_frame(Kind.DATA, 0, b"secret") + b"\x49")
    assert repr(frame) == "<Frame kind 2, flags 0, 6 bytes>"
    assert "1 bytes" in repr(decoder)


def test_a_body_beyond_32_bits_cannot_be_sent():
    with pytest.raises(LocalProtocolError, match="does not fit"):
        pack_header(Kind.DATA, 0, 2**32)


@given(st.binary(max_size=200))
def test_garbage_raises_only_frame_errors(data):
    decoder = FrameDecoder(Limits(max_body=64))
    try:
        for frame in decoder.feed(data):
            assert len(frame.body) <= 64
    except FrameError:
        pass
