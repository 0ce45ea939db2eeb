import pytest

from imnb.devserver import preferences
from imnb.devserver.groups import create_group
from imnb.devserver.snapshot import reset_pages
from imnb.pb import chat_pb2 as chat
from imnb.pb import envelope_pb2 as envelope
from imnb.pb.model_pb2 import Preferences
from imnb.pb.sync_pb2 import ResetPage
from tests.devserver.worlds import NOW, events, kinds, refused, remove


@pytest.fixture
def trip(world):
    return create_group(world, "alice", "g", "Trip", ["bob"], NOW)


def put(world, who="alice", **fields):
    wanted = Preferences(**{"conversation_id": 1, **fields})
    request = chat.SetPreferencesRequest(preferences=wanted)
    reply = preferences.set_preferences(world, who, request, NOW)
    return chat.SetPreferencesReply.FromString(reply).preferences


def test_they_are_told_to_their_owner_only(world, trip):
    made = put(world, pinned_at=5, draft="Hel", draft_reply_to=3, draft_at=7)
    assert events(world, "alice")[-1].preferences == made
    assert kinds(world, "bob") == ["conversation"]
    assert put(world, **{f.name: v for f, v in made.ListFields()}) == made
    assert len(events(world, "alice")) == 2


def test_the_whole_is_replaced(world, trip):
    put(world, pinned_at=5, muted_until=9)
    assert put(world, muted_until=10) == Preferences(conversation_id=1, muted_until=10)


def test_an_older_draft_is_left_out(world, trip):
    put(world, draft="newer", draft_reply_to=2, draft_at=7)
    held = put(world, pinned_at=5, draft="older", draft_at=6)
    assert (held.draft, held.draft_reply_to, held.draft_at) == ("newer", 2, 7)
    assert held.pinned_at == 5
    assert put(world, draft_at=8).draft == ""


def test_a_snapshot_has_them_for_every_conversation(world, trip):
    world.open_direct("alice", "carol", NOW + 1)
    held = put(world, pinned_at=5)
    [page] = map(ResetPage.FromString, reset_pages(world, "alice", 0))
    assert [head.preferences for head in page.heads] == [
        Preferences(conversation_id=2),
        held,
    ]


def test_who_leaves_loses_them(world, trip):
    put(world, "bob", pinned_at=5)
    remove(world, "bob", "bob")
    assert world.accounts["bob"].preferences == {}
    with refused(envelope.FORBIDDEN):
        put(world, "bob", pinned_at=6)


@pytest.mark.parametrize(
    "fields",
    [
        {"draft": "x" * (preferences.MAX_DRAFT_BYTES + 1)},
        {"draft": "ö" * (preferences.MAX_DRAFT_BYTES // 2 + 1)},
        {"pinned_at": -1},
        {"draft_reply_to": -1},
    ],
)
def test_what_cannot_be_set(world, trip, fields):
    with refused(envelope.BAD_REQUEST):
        put(world, **fields)
