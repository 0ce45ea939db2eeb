import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imnb.faults import way as way_module
from imnb.faults.fault import (
    Cut,
    Delay,
    DelayFrame,
    Direction,
    DoubleFrame,
    DropFrame,
    Flip,
    HalfClose,
    Join,
    Silence,
    Split,
    Stall,
    SwapFrame,
)
from imnb.faults.plan import Plan
from imnb.faults.way import End, Way
from imnb.wire.frame import Kind, pack_frame

FIRST, SECOND, THIRD = (pack_frame(Kind.DATA, 1, bytes([n]) * 5) for n in (1, 2, 3))


def way(*faults, seed=0):
    return Way(Plan(faults, seed), 1, Direction.IN)


def out_of(line, now=math.inf):
    steps = []
    while (step := line.take(now)) is not None:
        steps.append(step)
    return steps


def at(line, *times):
    return [out_of(line, now) for now in times]


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Delay(2.0), [[], [b"abc", b"de"]]),
        (Stall(2.0, count=1), [[], [b"abc", b"de"]]),
        (Stall(), [[], []]),
        (Split(2), [[b"ab", b"c", b"de"], []]),
        (Split(2, gap=1.0), [[b"ab"], [b"c", b"de"]]),
        (Join(2.0), [[], [b"abcde"]]),
        (Silence(), [[], []]),
        (Cut(), [[End.CUT], []]),
        (HalfClose(), [[End.HALF_CLOSED], []]),
        (Cut(when=lambda moment: moment.number == 2), [[End.CUT], []]),
        (Delay(2.0, direction=Direction.OUT), [[b"abc", b"de"], []]),
        (Delay(2.0, probability=0.0), [[b"abc", b"de"], []]),
        (Silence(when=lambda moment: moment.offset == 3), [[b"abc"], []]),
    ],
)
def test_segments(fault, expected):
    line = way(fault)
    line.feed(b"abc", 0.0)
    line.feed(b"de", 0.0)
    assert at(line, 0.0, 2.0) == expected


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (DropFrame(count=1), [[SECOND, THIRD], []]),
        (DoubleFrame(count=1), [[FIRST, FIRST, SECOND, THIRD], []]),
        (SwapFrame(count=1), [[SECOND, FIRST, THIRD], []]),
        (DelayFrame(2.0, count=1), [[SECOND, THIRD], [FIRST]]),
        (DelayFrame(2.0, count=2), [[THIRD], [FIRST, SECOND]]),
    ],
)
def test_frames_however_they_come(fault, expected):
    line = way(fault)
    for byte in FIRST + SECOND + THIRD:
        line.feed(bytes([byte]), 0.0)
    assert at(line, 0.0, 2.0) == expected


def test_a_flip_changes_as_many_bits_as_said():
    line = way(Flip(3))
    line.feed(bytes(100), 0.0)
    [changed] = out_of(line)
    assert sum(byte.bit_count() for byte in changed) == 3


def test_a_frame_that_comes_late_stays_whole():
    line = way(DelayFrame(1.0, count=1), Split(4, gap=1.0))
    for frame in (FIRST, SECOND):
        line.feed(frame, 0.0)
    assert b"".join(out_of(line)) == SECOND + FIRST


def test_an_end_comes_behind_what_is_late():
    line = way(Delay(1.0))
    line.feed(b"abc", 0.0)
    line.end(0.0)
    assert at(line, 0.0, 1.0) == [[], [b"abc", End.CLOSED]]


def test_a_line_that_is_released_holds_nothing():
    line = way(Stall(), DelayFrame(9.0, count=1), SwapFrame())
    line.feed(FIRST + SECOND + b"\x49", 0.0)
    assert line.held == len(FIRST + SECOND) + 1
    line.release(5.0)
    assert b"".join(out_of(line, 5.0)) == SECOND + FIRST + b"\x49"
    assert line.held == 0


def test_what_is_no_frame_passes():
    line = way(DropFrame())
    line.feed(b"GET / HTTP/1.1", 0.0)
    line.feed(b" and more", 0.0)
    assert b"".join(out_of(line)) == b"GET / HTTP/1.1 and more"


def test_a_network_does_not_hold_for_ever(monkeypatch):
    monkeypatch.setattr(way_module, "MAX_HELD", 10)
    line = way(Stall())
    line.feed(bytes(11), 0.0)
    assert out_of(line, 0.0) == [End.CUT]


CHUNKS = st.lists(st.binary(max_size=30), max_size=20)
FRAMES = st.lists(st.binary(max_size=30), max_size=10)
HARMLESS = st.lists(
    st.sampled_from([Delay(1.0, 1.0), Split(3), Split(1, 0.5), Join(0.5), Stall(3.0)])
)


@given(CHUNKS)
def test_without_faults_bytes_pass_as_they_came(chunks):
    line = way()
    for chunk in chunks:
        line.feed(chunk, 0.0)
    assert out_of(line, 0.0) == [chunk for chunk in chunks if chunk]


@given(CHUNKS, HARMLESS, st.integers())
def test_what_only_delays_or_cuts_up_keeps_all_bytes_in_order(chunks, faults, seed):
    line = way(*faults, seed=seed)
    for number, chunk in enumerate(chunks):
        line.feed(chunk, number / 4)
    assert b"".join(out_of(line)) == b"".join(chunks)


@given(FRAMES, st.lists(st.integers(1, 50)), HARMLESS)
def test_faults_of_frames_that_do_not_happen_change_nothing(bodies, sizes, faults):
    line = way(DropFrame(probability=0.0), *faults)
    data = b"".join(pack_frame(Kind.DATA, 1, body) for body in bodies)
    rest = data
    for size in [*sizes, len(data)]:
        line.feed(rest[:size], 0.0)
        rest = rest[size:]
    assert b"".join(out_of(line)) == data


@given(CHUNKS, st.integers())
def test_the_same_seed_does_the_same(chunks, seed):
    def once():
        line = way(Delay(1.0, 5.0, probability=0.5), Flip(probability=0.3), seed=seed)
        for chunk in chunks:
            line.feed(chunk, 0.0)
        return at(line, 0.0, 2.0, 4.0, 9.0)

    assert once() == once()
