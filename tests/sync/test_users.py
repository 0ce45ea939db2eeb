"""Names are asked for once, when somebody unknown writes."""

import asyncio

import pytest

from imnb.errors import NotConnected, TooManyCalls
from imnb.pb import model_pb2
from imnb.pb.chat_pb2 import ListUsersReply, ListUsersRequest
from imnb.sync.fetcher import FetchState
from imnb.sync.users import UserDirectory
from tests.eventually import eventually

NAMES = {"bob": "Bob", "carol": "Carol"}


@pytest.fixture
async def directory(server, database, scope):
    def answer(request: ListUsersRequest) -> ListUsersReply:
        wanted = request.user_ids or list(NAMES)
        people = [
            model_pb2.User(user_id=one, name=NAMES[one])
            for one in wanted
            if one in NAMES
        ]
        return ListUsersReply(users=people)

    server.answers["ListUsers"] = answer
    it = UserDirectory(server, database, scope, asyncio.get_running_loop().time)
    yield it
    it.fetcher.close()


async def test_unknown_senders_are_fetched_and_stored_once(directory, server, database):
    directory.seen({"bob", "mallory"})
    directory.seen({"bob", "mallory"})

    def asked() -> list[str]:
        requests = server.requests("ListUsers")
        return sorted(name for one in requests for name in one.user_ids)

    # one at once, the other with the next batch
    await eventually(lambda: len(asked()) > 1)
    await eventually(lambda: directory.fetcher.state is FetchState.IDLE)
    assert asked() == ["bob", "mallory"]
    rows = await database.fetch('SELECT user_id, name FROM "user"')
    assert rows == [("bob", "Bob")]
    directory.seen({"bob", "mallory"})
    assert directory.fetcher.state is FetchState.IDLE


async def test_who_is_stored_already_is_not_asked_for(
    directory, server, database, scope
):
    assert {one.user_id for one in await directory.everybody()} == {"bob", "carol"}
    again = UserDirectory(server, database, scope, asyncio.get_running_loop().time)
    await again.open()
    before = len(server.asked)
    again.seen({"bob", "carol"})
    await asyncio.sleep(0.01)
    assert len(server.asked) == before


async def test_one_person_as_the_server_knows_them(directory):
    person = await directory.get("carol")
    assert (person.user_id, person.name) == ("carol", "Carol")
    assert await directory.get("mallory") is None


async def test_a_name_missed_offline_is_fetched_later(directory, server, database):
    answer, server.answers["ListUsers"] = (
        server.answers["ListUsers"],
        lambda _: NotConnected("offline"),
    )
    directory.seen({"bob"})
    await eventually(lambda: len(server.asked) == 1)
    server.answers["ListUsers"] = answer
    directory.fetcher.retry()
    await eventually(lambda: database.fetch('SELECT 1 FROM "user"'))


async def test_who_found_no_room_is_asked_for_when_they_write_again(
    directory, server, monkeypatch
):
    def is_full(user_id):
        raise TooManyCalls("full")

    with monkeypatch.context() as patch:
        patch.setattr(directory.fetcher, "notify", is_full)
        with pytest.raises(TooManyCalls):
            directory.seen({"bob"})
    directory.seen({"bob"})
    await eventually(lambda: server.requests("ListUsers"))
