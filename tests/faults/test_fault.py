import dataclasses

import pytest

from imnb.faults import fault
from imnb.faults.fault import Delay, Direction, Fault, Moment, always

KINDS = [
    kind
    for kind in vars(fault).values()
    if isinstance(kind, type) and dataclasses.is_dataclass(kind) and kind is not Fault
]


@pytest.mark.parametrize("kind", KINDS)
def test_each_is_a_frozen_value_with_a_place_and_a_number(kind):
    needed = {"seconds": 1.0} if kind.__name__ in {"Delay", "DelayFrame"} else {}
    one = kind(**needed, direction=Direction.IN, probability=0.5, count=3)
    assert one == kind(**needed, direction=Direction.IN, probability=0.5, count=3)
    with pytest.raises(dataclasses.FrozenInstanceError):
        one.count = 4


def test_it_happens_everywhere_unless_told_otherwise():
    assert always(Moment(1, Direction.OUT, 1, 0, b"", 0.0))
    assert (Delay(1.0).direction, Delay(1.0).count) == (None, None)
    assert Delay(1.0).probability == 1.0
