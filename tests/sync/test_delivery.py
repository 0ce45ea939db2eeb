import pytest

from imnb.models.conversation import Member
from imnb.models.ids import UserId
from imnb.pb.chat_pb2 import Delivered
from imnb.store.tables import member
from imnb.sync import delivery as module
from imnb.sync.delivery import Delivery


class Store:
    """Counts the writes."""

    def __init__(self, database):
        self.database = database
        self.sizes = []

    def submit(self, change, rows):
        self.sizes.append(rows)
        return self.database.submit(change, rows)


@pytest.fixture
async def store(database):
    people = [Member(UserId(user), "") for user in ("bob", "carol")]
    await database.write(lambda tx: member.replace(tx, {1: people}))
    return Store(database)


def push(user, seq, room=1):
    return Delivered(conversation_id=room, user_id=user, seq=seq)


async def seqs(database):
    found = await database.read(member.load)
    return [one.delivered_seq for one in found[1]]


async def test_many_pushes_are_one_write(store, database, reports, virtual_io):
    delivery = Delivery(store, reports)
    for seq in (3, 5, 4):
        delivery.receive([push("bob", seq), push("carol", 1), push("", 9)])
    assert store.sizes == []
    await virtual_io.advance(1)
    assert await seqs(database) == [5, 1]
    assert store.sizes == [2]


async def test_too_many_are_written_at_once(store, database, reports, monkeypatch):
    monkeypatch.setattr(module, "MOST", 1)
    Delivery(store, reports).receive([push("bob", 2), push("carol", 3)])
    await database.write(lambda tx: None)  # those before it are written then
    assert await seqs(database) == [2, 3]
    await database.close()
    Delivery(store, reports).receive([push("bob", 4), push("carol", 4)])
    assert reports.seen == []
