import pytest

from imnb.devserver import receipts
from imnb.devserver.groups import create_group
from imnb.devserver.receipts import INTERVAL, arrivals, deliver
from imnb.devserver.world import World
from imnb.net.memory import MemoryNetwork
from imnb.pb import chat_pb2 as chat
from tests.devserver.worlds import NOW, add


@pytest.fixture
def talking(world, outgoing):
    """Two conversations of Alice with Bob; event 1 and 4 of his are their making."""
    world.open_direct("alice", "bob", NOW)
    world.send("alice", 1, outgoing("a", "b"), NOW)
    create_group(world, "alice", "g", "Trip", ["bob"], NOW)
    world.send("alice", 2, outgoing("c", "d"), NOW)
    return world


@pytest.mark.parametrize(
    ("event_seq", "found"),
    [(0, {}), (1, {}), (2, {1: 1}), (4, {1: 2}), (5, {1: 2, 2: 1}), (6, {1: 2, 2: 2})],
)
def test_what_an_event_covers(talking, event_seq, found):
    assert arrivals(talking, "bob", event_seq) == found


def test_it_is_counted_once(talking):
    assert deliver(talking, "bob", 5) == {1: 2, 2: 1}
    assert deliver(talking, "bob", 5) == {}
    assert deliver(talking, "bob", 2) == {}
    assert deliver(talking, "bob", 6) == {2: 2}
    members = talking.describe(talking.rooms[2], "alice").members
    assert {m.user_id: (m.delivered_seq, m.read_seq) for m in members} == {
        "alice": (2, 2),
        "bob": (2, 0),
    }


def test_one_s_own_messages_are_there_already(talking):
    assert arrivals(talking, "alice", 6) == {}


def test_after_a_reset_everything_but_what_came_later(outgoing):
    world = World("epoch", retention=4)
    for user in ("alice", "bob", "carol"):
        world.add_account(user, user.title())
    world.open_direct("alice", "bob", NOW)
    world.open_direct("carol", "bob", NOW)
    world.send("carol", 2, outgoing("x"), NOW)
    world.send("alice", 1, outgoing(*"abcdef"), NOW)  # events 4 to 9 of Bob
    assert deliver(world, "bob", 4) == {}  # too long ago to tell
    assert deliver(world, "bob", 8) == {1: 5, 2: 1}
    assert deliver(world, "bob", 9) == {1: 6}


def test_a_late_joiner_has_nothing_of_what_was_before(talking):
    add(talking, "alice", "carol", room=2)
    assert arrivals(talking, "carol", 1) == {}
    assert arrivals(talking, "carol", 2) == {2: 3}


@pytest.fixture
async def server(stage):
    made = await stage.server(network=MemoryNetwork())
    made.world.open_direct("alice", "bob", NOW)
    return made


def heard(client):
    return [
        (one.conversation_id, one.user_id, one.seq)
        for one in client.pushes
        if isinstance(one, chat.Delivered)
    ]


async def test_the_sender_hears_what_has_arrived(stage, server):
    alice = await stage.client(server, "alice")
    bob = await stage.client(server, "bob")
    await alice.call("Send", conversation_id=1, messages=alice.sent("a", "b"))
    await bob.until(lambda c: len(c.events) == 2)
    await bob.call("Acknowledge", event_seq=3)
    await alice.until(heard)
    assert (heard(alice), heard(bob)) == ([(1, "bob", 2)], [])
    assert server.world.rooms[1].members["bob"].delivered_seq == 2


class Late:
    """A running server's receipts, whose timer the test is."""

    def __init__(self, server, monkeypatch):
        self.receipts = server._service._desk._receipts
        self.calls = []
        monkeypatch.setattr(self.receipts, "_schedule", lambda: self.calls.append(1))


async def test_acknowledgements_of_a_while_count_together(stage, server, monkeypatch):
    late = Late(server, monkeypatch)
    alice = await stage.client(server, "alice")
    bob = await stage.client(server, "bob")
    await alice.call("Send", conversation_id=1, messages=alice.sent("a", "b", "c"))
    for event_seq in (2, 4, 3):
        await bob.call("Acknowledge", event_seq=event_seq)
    assert len(late.calls) == 3
    late.receipts.flush()
    await alice.until(heard)
    assert heard(alice) == [(1, "bob", 3)]
    assert repr(late.receipts) == "<Receipts: 0 users to look at>"


async def test_a_large_backlog_is_looked_at_in_steps(stage, server, monkeypatch):
    monkeypatch.setattr(receipts, "MAX_AT_ONCE", 2)
    late = Late(server, monkeypatch)
    alice = await stage.client(server, "alice")
    bob = await stage.client(server, "bob")
    await alice.call("Send", conversation_id=1, messages=alice.sent(*"abc"))
    await bob.call("Acknowledge", event_seq=4)
    for known in (1, 3):
        late.receipts.flush()
        assert server.world.rooms[1].members["bob"].delivered_seq == known
    assert len(late.calls) == 2  # the acknowledgement, and the rest of it
    late.receipts.flush()
    await alice.until(lambda c: len(heard(c)) == 2)


async def test_a_conversation_hears_twice_a_second_at_most(server, virtual):
    found = server._service._desk._receipts
    found.acknowledge("bob", 1)
    first = found._timer.when()
    found.flush()
    found.acknowledge("bob", 2)
    assert found._timer.when() >= first + INTERVAL
    found.close()
