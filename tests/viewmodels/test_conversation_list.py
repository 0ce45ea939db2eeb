import pytest

from imnb.errors import CallRefused
from imnb.models.conversation import ConversationKind
from imnb.viewmodels.conversation_list import (
    MAX_NAME,
    MAX_PREVIEW,
    ConversationListViewModel,
)
from imnb.viewmodels.presentation import hue
from tests.viewmodels.fakes import FakeCommands, heard, room, room_source


@pytest.fixture
async def commands():
    return FakeCommands()


@pytest.fixture
async def source():
    return room_source(room(1, unread=2), room(2, "Lunch", unread=3))


@pytest.fixture
def model(desk, source, commands):
    return ConversationListViewModel(source, commands, desk.runner)


async def select(desk, model, key):
    model.select(key)
    await desk.settle()


async def start(desk, model, *arguments):
    model.start(*arguments)
    await desk.settle()


async def test_a_row_is_made_for_a_view(source, model):
    group = ConversationKind.GROUP
    source.put(
        room(1, "Release team", rev=2, kind=group, member_count=5, last_at=9, unread=4)
    )
    (row,) = model.rows
    assert row == {
        "key": "1",
        "rev": 2,
        "title": "Release team",
        "initials": "RT",
        "hue": hue("Release team"),
        "preview": "hi",
        "sender": "bob",
        "at": 9,
        "unread": 4,
        "last_seq": 3,
        "read_seq": 3,
        "mentions": 0,
        "pinned": False,
        "muted_until": 0,
        "notice": False,
        "draft": "",
        "draft_reply_to": 0,
        "group": True,
        "members": 5,
    }


@pytest.mark.parametrize(
    ("message", "preview"),
    [
        ({"last_text": "two\nlines"}, "two lines"),
        ({"last_text": "x" * 70_000}, "x" * MAX_PREVIEW),
        ({"last_text": "", "last_sender": "bob"}, "A message without text"),
        ({"last_text": None, "last_sender": None}, ""),
    ],
)
async def test_the_last_message_as_one_short_line(source, model, message, preview):
    source.put(room(1, rev=2, **message))
    assert model.rows[0]["preview"] == preview


async def test_no_conversations(desk, commands):
    model = ConversationListViewModel(room_source(), commands, desk.runner)
    assert (model.rows, model.selected, model.selected_id) == ((), "", None)
    assert model.unread == 0


async def test_unread_messages_are_counted_together(source, model):
    assert model.unread == 5
    source.put(room(1, rev=2, unread=0), room(2, unread=3))
    assert model.unread == 3


async def test_one_selects_what_is_in_the_list(desk, model):
    await select(desk, model, "2")
    assert model.selected_id == 2
    await select(desk, model, "99")
    await select(desk, model, "nonsense")
    assert model.selected_id == 2


async def test_the_selection_stays_when_the_list_moves(desk, source, model):
    await select(desk, model, "2")
    changes = heard(model, "selected")
    source.put(room(3, "New"), room(2, "Lunch", rev=2), room(1))
    source.put(room(2, "Renamed", rev=3), room(1))
    assert (model.selected, changes) == ("2", [])


async def test_a_conversation_that_is_removed_while_open_is_left(desk, source, model):
    await select(desk, model, "2")
    source.put(room(1))
    assert model.selected == ""
    assert model.error == "Lunch is not among your conversations any more"
    await select(desk, model, "1")
    assert (model.selected, model.error) == ("1", "")


async def test_another_that_is_removed_does_not_matter(desk, source, model):
    await select(desk, model, "2")
    source.put(room(2, "Lunch"))
    assert (model.selected, model.error) == ("2", "")


@pytest.mark.parametrize(
    ("users", "title", "call"),
    [
        (["bob"], "", ("open_direct", "bob")),
        ([" bob ", "", "bob"], "", ("open_direct", "bob")),
        (["bob"], " Plans ", ("create_group", "Plans", ["bob"])),
        (["bob", "carol"], "", ("create_group", "bob, carol", ["bob", "carol"])),
        (["bob", "carol"], "Plans", ("create_group", "Plans", ["bob", "carol"])),
    ],
)
async def test_starting_a_conversation(desk, commands, model, users, title, call):
    await start(desk, model, users, title)
    assert commands.calls == [call]
    assert model.selected == ("7" if call[0] == "open_direct" else "8")


async def test_a_title_made_of_many_names_is_cut(desk, commands, model):
    await start(desk, model, [f"user{number}" for number in range(100)])
    assert len(commands.calls[0][1]) == MAX_NAME
    assert len(commands.calls[0][2]) == 100


@pytest.mark.parametrize("users", [[], [""], ["  "]])
async def test_with_nobody_there_is_no_conversation(desk, commands, model, users):
    await start(desk, model, users)
    assert (model.error, commands.calls) == ("name at least one user", [])


async def test_a_new_one_is_selected_before_it_is_in_the_list(desk, source, model):
    await start(desk, model, ["dave"])
    source.put(room(1, rev=2), room(2, "Lunch"))
    assert (model.selected, model.error) == ("7", "")
    source.put(room(7, "Dave"), room(1, rev=2), room(2, "Lunch"))
    assert model.selected_id == 7


async def test_a_refused_start_says_why_and_changes_nothing(desk, commands, model):
    await select(desk, model, "1")
    commands.error = CallRefused("OpenDirect", "NOT_FOUND", "there is no user 'x'")
    await start(desk, model, ["x"])
    assert "there is no user 'x'" in model.error
    assert (model.selected, model.busy) == ("1", 0)


async def test_close_undoes_every_observer(desk, source, model):
    await select(desk, model, "2")
    changes = heard(model, "selected", "error")
    model.close()
    source.put(room(1))
    assert (changes, source.watchers) == ([], 0)


async def test_pin_and_mute_and_back(desk, source, commands, model):
    source.put(room(1, pinned_at=5, rev=2), room(2))
    for key in ("1", "2", "99"):
        model.pin(key)
    model.mute("1", True)
    model.mute("2", False)
    await desk.settle()
    calls = [("unpin", 1), ("pin", 2), ("mute", 1), ("unmute", 2)]
    assert commands.calls == calls


async def test_why_it_is_not_pinned(desk, commands, model):
    commands.error = CallRefused("SetPreferences", "INTERNAL", "no")
    model.pin("1")
    await desk.settle()
    assert "no" in model.error


async def test_a_draft_with_what_it_answers(source, model):
    source.put(room(1, rev=2, draft="half", draft_reply_to=3))
    assert (model.draft("1"), model.draft("9")) == (("half", 3), ("", 0))


@pytest.mark.parametrize(
    ("last", "preview"),
    [
        ({"last_is_revoked": True, "last_text": ""}, "Message taken back"),
        ({"last_kind": "image", "last_text": ""}, "🖼 Image"),
        ({"last_kind": "encrypted", "last_text": ""}, "Encrypted message"),
    ],
)
async def test_what_a_last_message_was(source, model, last, preview):
    source.put(room(1, rev=2, **last))
    assert model.rows[0]["preview"] == preview
