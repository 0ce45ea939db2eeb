import dataclasses
import datetime

import pytest

from imnb.models.session import DeviceSession


def test_a_session_is_a_value():
    since = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    one = DeviceSession("s1", "phone", since, "1.0", is_mine=False)
    assert one == DeviceSession("s1", "phone", since, "1.0", is_mine=False)
    with pytest.raises(dataclasses.FrozenInstanceError):
        one.device = "laptop"
