from imnb.faults.fault import DelayFrame, Direction, SwapFrame
from imnb.faults.frames import Frames
from imnb.faults.plan import Plan
from imnb.wire.frame import Kind, pack_frame

FIRST, SECOND, THIRD = (pack_frame(Kind.DATA, 1, bytes([n]) * 5) for n in (1, 2, 3))


def frames(*faults):
    plan = Plan(faults)
    return Frames(plan, 1, Direction.OUT, plan.dice(1, Direction.OUT))


def test_a_frame_passes_when_it_is_whole():
    stage = frames()
    assert stage.feed(FIRST[:9], 0.0) == []
    assert stage.held == 9
    assert stage.feed(FIRST[9:] + SECOND, 0.0) == [FIRST, SECOND]
    assert stage.held == 0


def test_a_frame_is_told_its_place():
    seen = []
    stage = frames(SwapFrame(when=lambda m: seen.append((m.number, m.offset))))
    stage.feed(FIRST + SECOND, 0.0)
    assert seen == [(1, 0), (2, len(FIRST))]


def test_late_frames_come_by_their_times():
    stage = frames(
        DelayFrame(2.0, when=lambda moment: moment.number == 1),
        DelayFrame(1.0, when=lambda moment: moment.number == 2),
    )
    assert stage.feed(FIRST + SECOND + THIRD, 0.0) == [THIRD]
    assert stage.due == 1.0
    assert (stage.late(0.9), stage.late(1.0)) == ([], [SECOND])
    assert stage.late(2.0) == [FIRST]
    assert stage.due is None


def test_the_last_frame_is_overtaken_by_nothing_but_a_release():
    stage = frames(SwapFrame())
    assert stage.feed(FIRST, 0.0) == []
    assert stage.rest() == [FIRST]


def test_bytes_behind_a_damaged_header_pass():
    stage = frames(SwapFrame(count=1))
    assert stage.feed(FIRST, 0.0) == []
    assert stage.feed(b"garbage!", 0.0) == [FIRST, b"garbage!"]
    assert stage.feed(SECOND, 0.0) == [SECOND]
