"""Settings of a conversation, on two devices of one user."""

import datetime
import time

import pytest

from imnb.errors import ConfigError
from imnb.models.preferences import FOR_GOOD
from imnb.sync import drafts
from tests.eventually import eventually


@pytest.fixture
async def phone(server, make, alice):
    client = make("alice", server, device="phone")
    await client.login()
    return client


def has(client, **values):
    async def look():
        found = await client.preferences.get("bob")
        return all(getattr(found, name) == value for name, value in values.items())

    return look


async def test_pinned_and_muted_on_all_devices(alice, phone):
    await alice.preferences.pin("bob")
    pinned = await alice.preferences.get("bob")
    assert pinned.is_pinned
    await alice.preferences.mute("bob")
    muted = await alice.preferences.get("bob")
    assert (muted.pinned_at, muted.muted_until) == (pinned.pinned_at, FOR_GOOD)
    await eventually(has(phone, pinned_at=pinned.pinned_at, muted_until=FOR_GOOD))
    await phone.preferences.unmute("bob")
    await phone.preferences.unpin("bob")
    await eventually(has(alice, pinned_at=0, muted_until=0))


@pytest.mark.parametrize(
    "until",
    [
        datetime.timedelta(hours=1),
        datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=1),
    ],
)
async def test_muted_for_a_while(alice, until):
    await alice.preferences.mute("bob", until)
    left = (await alice.preferences.get("bob")).muted_until / 1e6 - time.time()
    assert 3_000 < left <= 3_600


@pytest.mark.parametrize(
    ("until", "says"),
    [(datetime.timedelta(0), "that is over"), (60, "give a datetime or a timedelta")],
)
async def test_a_time_that_is_none(alice, until, says):
    with pytest.raises(ConfigError, match=says):
        await alice.preferences.mute("bob", until)


async def test_a_draft_is_here_at_once_and_there_soon(alice, phone, monkeypatch):
    monkeypatch.setattr(drafts, "DELAY", 0.05)
    sent = await alice.send_text("bob", "hi")
    await alice.preferences.set_draft("bob", "well", reply_to=sent)
    here = await alice.preferences.get("bob")
    assert (here.draft, here.draft_reply_to) == ("well", 1)
    await eventually(has(phone, draft="well", draft_reply_to=1))
    await phone.preferences.set_draft("bob", "")
    await eventually(has(alice, draft="", draft_reply_to=0))


async def test_a_draft_that_is_too_long(alice):
    with pytest.raises(ConfigError, match="65,537 bytes, at most 65,536"):
        await alice.preferences.set_draft("bob", "x" * 65_537)
