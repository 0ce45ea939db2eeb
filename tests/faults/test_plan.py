import pytest

from imnb.faults.fault import Cut, Delay, Direction, Moment, Refuse, SegmentFault
from imnb.faults.plan import Injection, Plan


def moment(number=1, direction=Direction.OUT, data=b"secret"):
    return Moment(2, direction, number, 10, data, 3.0)


def happens(plan, where):
    return list(plan.happening(SegmentFault, where, plan.dice(2, where.direction)))


@pytest.mark.parametrize(
    ("fault", "times"),
    [
        (Cut(), 3),
        (Cut(count=2), 2),
        (Cut(direction=Direction.IN), 0),
        (Cut(direction=Direction.OUT), 3),
        (Cut(when=lambda here: here.number > 1), 2),
        (Cut(probability=0.0), 0),
        (Refuse(), 0),
    ],
)
def test_where_and_how_often(fault, times):
    plan = Plan([fault])
    for number in (1, 2, 3):
        happens(plan, moment(number))
    assert len(plan.injections) == times


def test_what_happened_is_written_down():
    plan = Plan([Delay(1.0)])
    happens(plan, moment())
    assert list(plan.injections) == [Injection(3.0, 2, Direction.OUT, "Delay", 10, 6)]
    assert str(plan.injections[0]) == (
        "3.000 s: Delay on connection 2 out, 6 bytes at 10"
    )


def test_a_change_counts_anew():
    plan = Plan([Cut(count=1)])
    assert happens(plan, moment()) == [Cut(count=1)]
    assert happens(plan, moment()) == []
    plan.change([Cut(count=1)])
    assert happens(plan, moment()) == [Cut(count=1)]


def test_dice_of_one_connection_do_not_depend_on_another():
    plan = Plan(seed=7)
    alone = plan.dice(1, Direction.IN).random()
    plan.dice(2, Direction.IN).random()
    assert plan.dice(1, Direction.IN).random() == alone
    assert plan.dice(1, Direction.OUT).random() != alone


def test_nothing_shows_the_bytes():
    plan = Plan([Delay(1.0)])
    happens(plan, moment())
    assert "secret" not in f"{moment()!r} {plan!r} {plan.injections!r}"
