import pytest

from imnb.devserver import changes
from imnb.devserver.actions import QUERIES
from imnb.devserver.groups import create_group
from imnb.devserver.snapshot import reset_pages
from imnb.devserver.world import World
from imnb.pb import envelope_pb2 as envelope
from imnb.pb import sync_pb2 as sync
from imnb.pb.chat_pb2 import OutgoingMessage
from tests.devserver.worlds import (
    NOW,
    add,
    edit,
    events,
    kinds,
    react,
    refused,
    retitle,
    revoke,
)


@pytest.fixture
def talking(world, outgoing):
    """Alice's group with Bob; two messages of hers and one of his."""
    create_group(world, "alice", "g", "Trip", ["bob"], NOW)
    world.send("alice", 1, outgoing("a", "b"), NOW)
    world.send("bob", 1, outgoing("c"), NOW)
    return world


def now(world, seq, user="bob"):
    """A message as history brings it."""
    request = sync.HistoryRequest(conversation_id=1, from_seq=seq, to_seq=seq)
    body = QUERIES["History"](world, user, request)
    return sync.HistoryReply.FromString(body).messages[0]


def changed(world, user, after=0):
    request = sync.ChangedRequest(conversation_id=1, after=after)
    return sync.ChangedReply.FromString(changes.changed(world, user, request))


def test_an_edit_reaches_everybody_and_stays(talking):
    assert edit(talking, "alice", 2, "better", NOW + 5) == NOW + 5
    for user in ("alice", "bob"):
        edited = events(talking, user)[-1].edited
        assert (edited.seq, edited.change_seq, edited.text) == (2, 1, "better")
        assert edited.edited_at == NOW + 5
    message = now(talking, 2)
    assert (message.text, message.edited_at, message.change_seq) == (
        "better",
        NOW + 5,
        1,
    )
    assert talking.describe(talking.rooms[1], "bob").change_seq == 1


def test_the_same_again_is_no_event(talking):
    before = len(events(talking, "bob"))
    edit(talking, "alice", 1, "new")
    revoke(talking, "alice", 2)
    react(talking, "bob", 3)
    assert len(events(talking, "bob")) == before + 3
    assert edit(talking, "alice", 1, "new", NOW + 9) == NOW
    assert revoke(talking, "alice", 2, NOW + 9) == NOW
    react(talking, "bob", 3)
    react(talking, "bob", 1, remove=True)
    assert len(events(talking, "bob")) == before + 3
    assert talking.rooms[1].change_seq == 3


def test_a_message_that_was_taken_back_says_nothing(talking):
    edit(talking, "alice", 1, "secret")
    react(talking, "bob", 1)
    assert revoke(talking, "alice", 1, NOW + 7) == NOW + 7
    revoked = events(talking, "bob")[-1].revoked
    assert (revoked.seq, revoked.change_seq, revoked.revoked_at) == (1, 3, NOW + 7)
    message = now(talking, 1)
    assert (message.text, message.content, len(message.reactions)) == ("", b"", 0)
    assert (message.kind, message.client_id, message.revoked_at) == (
        "text",
        "a",
        NOW + 7,
    )
    with refused(envelope.CONFLICT):
        edit(talking, "alice", 1, "back")
    with refused(envelope.CONFLICT):
        react(talking, "bob", 1)


def test_a_changed_message_is_still_known_as_sent(talking, outgoing):
    edit(talking, "alice", 1, "new")
    revoke(talking, "alice", 2)
    again = talking.send("alice", 1, outgoing("a", "b"), NOW)
    assert [(r.seq, r.error) for r in again] == [(1, ""), (2, "")]


def test_the_owner_of_a_group_takes_back_anything(talking):
    with refused(envelope.FORBIDDEN):
        revoke(talking, "bob", 1)
    revoke(talking, "alice", 3)
    assert now(talking, 3).revoked_at


def test_in_a_direct_conversation_everybody_takes_back_their_own(world, outgoing):
    world.open_direct("alice", "bob", NOW)
    world.send("bob", 1, outgoing("a"), NOW)
    with refused(envelope.FORBIDDEN):
        revoke(world, "alice", 1)
    revoke(world, "bob", 1)


def test_reactions_of_everybody(talking):
    for user, emoji in (("bob", "+1"), ("alice", "+1"), ("bob", "<3")):
        react(talking, user, 1, emoji)
    react(talking, "bob", 1, "+1", remove=True)
    reacted = events(talking, "alice")[-1].reacted
    assert (reacted.user_id, reacted.emoji, reacted.removed) == ("bob", "+1", True)
    assert [(r.user_id, r.emoji) for r in now(talking, 1).reactions] == [
        ("alice", "+1"),
        ("bob", "<3"),
    ]


def test_reactions_are_bounded(talking, monkeypatch):
    for number in range(changes.MAX_EMOJI):
        react(talking, "bob", 1, f"e{number}")
    with refused(envelope.CONFLICT):
        react(talking, "alice", 1, "one more")
    react(talking, "alice", 1, "e3")
    monkeypatch.setattr(changes, "MAX_REACTIONS", changes.MAX_EMOJI + 1)
    with refused(envelope.CONFLICT):
        react(talking, "alice", 1, "e4")
    for emoji in ("", "x" * 33, " ", " x"):
        with refused(envelope.BAD_REQUEST):
            react(talking, "bob", 2, emoji)


@pytest.mark.parametrize("text", ["", "x" * 70_000])
def test_texts_that_no_message_has(talking, text):
    with refused(envelope.BAD_REQUEST):
        edit(talking, "alice", 1, text)


def test_edits_of_others_pieces_and_notices(talking):
    with refused(envelope.FORBIDDEN):
        edit(talking, "alice", 3, "mine now")
    part = OutgoingMessage(client_id="p", kind="part", content=b"x")
    talking.send("alice", 1, [part], NOW)
    retitle(talking, "alice", "Journey")
    for seq in (4, 5):
        with refused(envelope.BAD_REQUEST):
            edit(talking, "alice", seq, "x")
    with refused(envelope.BAD_REQUEST):
        revoke(talking, "alice", 5)
    revoke(talking, "alice", 4)


def test_messages_that_are_not_there(talking):
    for seq in (0, 4, -1):
        with refused(envelope.NOT_FOUND):
            edit(talking, "alice", seq, "x")
    with refused(envelope.FORBIDDEN):
        react(talking, "carol", 1)


def test_a_late_joiner_hears_nothing_of_what_was_before(talking):
    add(talking, "alice", "carol")  # the notice is message 4
    edit(talking, "alice", 1, "before")
    react(talking, "bob", 4)
    seen = [kind for kind in kinds(talking, "carol") if kind != "read"]
    assert seen == ["conversation", "message", "reacted"]
    with refused(envelope.NOT_FOUND):
        react(talking, "carol", 3)
    assert [m.seq for m in changed(talking, "carol").messages] == [4]
    request = sync.HistoryRequest(conversation_id=1, from_seq=1, to_seq=9)
    found = sync.HistoryReply.FromString(QUERIES["History"](talking, "carol", request))
    assert [m.seq for m in found.messages] == [4]
    [page] = map(sync.ResetPage.FromString, reset_pages(talking, "carol", 10))
    assert [m.seq for m in page.heads[0].messages] == [4]


def test_what_changed_since_in_the_order_of_the_newest_change(talking):
    edit(talking, "alice", 1, "one")
    react(talking, "alice", 3)
    edit(talking, "alice", 2, "two")
    edit(talking, "alice", 1, "one again")
    found = changed(talking, "bob")
    assert [(m.seq, m.change_seq) for m in found.messages] == [(3, 2), (2, 3), (1, 4)]
    assert not found.more
    assert [m.seq for m in changed(talking, "bob", 3).messages] == [1]
    assert list(changed(talking, "bob", 4).messages) == []


def test_changed_messages_come_in_pages(talking):
    for seq in (1, 2):
        edit(talking, "alice", seq, "x" * 100)
    talking.page_bytes = 150
    first = changed(talking, "bob")
    assert ([m.seq for m in first.messages], first.more) == ([1], True)
    rest = changed(talking, "bob", first.messages[-1].change_seq)
    assert ([m.seq for m in rest.messages], rest.more) == ([2], False)


def test_a_snapshot_keeps_its_moment(talking):
    edit(talking, "alice", 1, "before")
    taken_later = reset_pages(talking, "bob", 10)
    edit(talking, "alice", 1, "after")
    revoke(talking, "alice", 2)
    [page] = map(sync.ResetPage.FromString, taken_later)
    [head] = page.heads
    assert [(m.text, m.change_seq) for m in head.messages] == [
        ("before", 1),
        ("hello", 0),
        ("hello", 0),
    ]
    assert head.conversation.change_seq == 1


def test_states_go_with_their_messages(outgoing):
    world = World("epoch", kept_messages=4)
    world.add_account("alice", "Alice")
    world.open_direct("alice", "alice", NOW)
    world.send("alice", 1, outgoing("m1"), NOW)
    edit(world, "alice", 1, "new")
    world.send("alice", 1, outgoing("m2", "m3", "m4", "m5", "m6"), NOW)
    assert world.rooms[1].changed == {}
    assert list(changed(world, "alice").messages) == []
