import contextlib

import pytest

from imnb.client.api import user as api
from imnb.errors import (
    CallRefused,
    CallTimeout,
    ConnectionLost,
    NotConnected,
    StoreError,
)
from imnb.models.ids import UserId
from imnb.models.user import User
from tests.live.stores import open_store


class Directory:
    """Answers, or raises what it was given."""

    def __init__(self, answer):
        self.answer = answer

    async def get(self, user_id):
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
async def store():
    """Knows Alice and Bob."""
    async with contextlib.AsyncExitStack() as stack:
        database = await open_store()
        stack.push_async_callback(database.close)
        yield database


ALICE = User(UserId("alice"), "Alice")
RENAMED = User(UserId("alice"), "Alice Liddell")


@pytest.mark.parametrize(
    ("answer", "me"),
    [
        (RENAMED, RENAMED),
        (None, User(UserId("alice"), "")),
        (NotConnected("no"), ALICE),
        (CallTimeout("no"), ALICE),
        (ConnectionLost("no"), ALICE),
    ],
)
async def test_myself_from_the_server_or_as_the_store_knows_me(store, answer, me):
    assert await api.load_me(Directory(answer), store, UserId("alice")) == me


async def test_a_name_is_not_needed_to_begin(store):
    me = await api.load_me(Directory(NotConnected("no")), store, UserId("new"))
    assert me == User(UserId("new"), "")


async def test_a_broken_store_is_told(store):
    with pytest.raises(StoreError):
        await api.load_me(Directory(StoreError("broken")), store, UserId("alice"))


@pytest.mark.parametrize(("who", "name"), [("bob", "Bob"), ("nobody", None)])
async def test_somebody_whom_the_store_knows(store, who, name):
    person = await store.read(lambda cursor: api.stored(cursor, who))
    assert (person and person.name) == name


async def test_a_new_name_is_in_the_store_at_once(alice):
    assert (await api.update_profile(alice, "Alice Liddell")).name == "Alice Liddell"
    person = await alice.db.read(lambda cursor: api.stored(cursor, "alice"))
    assert person == RENAMED


async def test_a_name_that_cannot_be_one_is_refused(alice):
    with pytest.raises(CallRefused, match="name"):
        await api.update_profile(alice, " ")
    assert alice.me.name == "Alice"
