import pytest

from imnb.devserver.announcements import announce
from imnb.pb import envelope_pb2 as envelope
from imnb.pb import model_pb2 as model
from imnb.pb.content_pb2 import Content
from tests.devserver.worlds import NOW, events, kinds, react, refused


def test_everybody_is_told_in_a_conversation_of_their_own(world):
    announce(world, "", "Back at noon", NOW)
    for user in ("alice", "bob", "carol"):
        made, said = events(world, user)
        assert made.conversation.kind == model.SYSTEM
        assert [m.user_id for m in made.conversation.members] == [user]
        assert (said.message.sender_id, said.message.text) == ("system", "Back at noon")
        notice = Content.FromString(said.message.content).notice
        assert (said.message.kind, notice.code) == ("notice", "announcement")


def test_one_user_is_told_twice_in_the_same_place(world):
    announce(world, "bob", "one", NOW)
    announce(world, "bob", "two", NOW + 1)
    assert kinds(world, "bob") == ["conversation", "message", "message"]
    assert kinds(world, "alice") == []
    assert [m.read_seq for m in world.rooms[1].members.values()] == [0]


def test_only_the_server_writes_there(world, outgoing):
    announce(world, "bob", "one", NOW)
    with refused(envelope.FORBIDDEN):
        world.send("bob", 1, outgoing("m"), NOW)
    with refused(envelope.FORBIDDEN):
        react(world, "bob", 1)
    world.mark_read("bob", 1, 1)


@pytest.mark.parametrize(
    ("user", "text", "status"),
    [
        ("nobody", "x", envelope.NOT_FOUND),
        ("bob", "", envelope.BAD_REQUEST),
        ("", "x" * 70_000, envelope.BAD_REQUEST),
    ],
)
def test_what_cannot_be_announced(world, user, text, status):
    with refused(status):
        announce(world, user, text, NOW)
    assert world.rooms == {}
