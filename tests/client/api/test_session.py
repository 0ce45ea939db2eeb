import datetime

import pytest

from imnb.client.version import VERSION
from imnb.engine.states import State
from imnb.errors import CallRefused
from tests.eventually import eventually


async def test_the_sessions_of_two_devices_side_by_side(server, make, alice):
    phone = make("alice", server, device="phone")
    await phone.login()
    here, there = await alice.sessions()
    assert (here.device, here.is_mine) == ("notebook", True)
    assert (there.device, there.is_mine) == ("phone", False)
    assert [one.is_mine for one in await phone.sessions()] == [False, True]
    assert here.client_version == VERSION
    age = datetime.datetime.now(datetime.UTC) - here.since
    assert datetime.timedelta(0) <= age < datetime.timedelta(minutes=5)


async def test_one_device_ends_the_session_of_another_by_its_name(server, make, alice):
    phone = make("alice", server, device="phone")
    await phone.login()
    changes = []
    phone.on_state(changes.append)
    _, there = await alice.sessions()
    await alice.kick(there.session_id)
    await eventually(lambda: phone.state is State.KICKED)
    reason = (
        f"session {there.session_id} was ended by the server: ended from the device"
    )
    assert reason in changes[-1].reason
    assert "'notebook'" in str(phone.engine.failure)
    assert [one.device for one in await alice.sessions()] == ["notebook"]
    await phone.login()
    assert len(await phone.sessions()) == 2


async def test_what_cannot_be_ended(alice):
    [own] = await alice.sessions()
    with pytest.raises(CallRefused, match=r"BAD_REQUEST.*log out"):
        await alice.kick(own.session_id)
    with pytest.raises(CallRefused, match="NOT_FOUND"):
        await alice.kick("no such session")
    assert alice.state is State.ONLINE
