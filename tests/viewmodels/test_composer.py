import pytest

from imnb.errors import ConfigError, StoreError
from imnb.viewmodels.composer import ComposerViewModel
from tests.viewmodels.fakes import FakeCommands, heard


@pytest.fixture
async def commands():
    return FakeCommands()


@pytest.fixture
def composer(desk, commands):
    made = ComposerViewModel(commands, desk.runner)
    made.conversation = "1"
    return made


async def refuse(desk, commands, composer, text, error):
    commands.error = error
    composer.send(text)
    await desk.settle()
    commands.error = None


async def test_a_text_goes_to_the_outbox_of_its_conversation(desk, commands, composer):
    composer.send("  hi\n there ")
    composer.conversation = "2"
    composer.send("you")
    await desk.settle()
    assert commands.calls == [
        ("send_text", 1, "  hi\n there ", None, False),
        ("send_text", 2, "you", None, False),
    ]
    assert (composer.error, composer.refused) == ("", ("", 0))


@pytest.mark.parametrize("text", ["", " ", "\n\t"])
async def test_white_space_is_nothing_to_send(desk, commands, composer, text):
    composer.send(text)
    await desk.settle()
    assert commands.calls == []


async def test_without_a_conversation_nothing_is_sent(desk, commands, composer):
    composer.conversation = ""
    composer.send("hi")
    await desk.settle()
    assert commands.calls == []


async def test_a_refused_text_comes_back_with_the_reason(desk, commands, composer):
    for count in (1, 2):
        await refuse(desk, commands, composer, "long", ConfigError("too long"))
        assert (composer.refused, composer.error) == (("long", count), "too long")
    assert composer.busy == 0


async def test_a_text_that_was_sent_does_not_come_back(desk, commands, composer):
    await refuse(desk, commands, composer, "long", ConfigError("too long"))
    composer.send("short")
    await desk.settle()
    assert (composer.refused, composer.error) == (("", 1), "")


async def test_a_bug_does_not_swallow_the_text(desk, commands, composer):
    await refuse(desk, commands, composer, "hi", ZeroDivisionError())
    assert composer.refused == ("hi", 1)
    assert composer.error == "send failed; see the log"
    assert "ZeroDivisionError" in desk.failures()


async def test_a_closed_client_does_not_swallow_the_text(desk, composer):
    await desk.scope.close()
    composer.send("hi")
    await desk.settle()
    assert (composer.refused, composer.error) == (("hi", 1), "the client is closed")


async def test_a_text_never_comes_back_in_another_conversation(
    desk, commands, composer
):
    commands.gate.clear()
    commands.error = StoreError("the disk is full")
    composer.send("for one")
    composer.send("also for one")
    await desk.settle()
    composer.conversation = "2"
    commands.gate.set()
    await desk.settle()
    assert (composer.refused, composer.error) == (("", 0), "")
    composer.conversation = "1"
    assert composer.refused == ("for one\nalso for one", 1)
    assert composer.error == "the disk is full"


async def test_a_refused_text_waits_where_it_was_written(desk, commands, composer):
    await refuse(desk, commands, composer, "hi", StoreError("the disk is full"))
    composer.conversation = "2"
    assert (composer.refused, composer.error) == (("", 1), "")
    composer.conversation = "1"
    assert (composer.refused, composer.error) == (("hi", 2), "the disk is full")


async def test_close_undoes_every_observer(desk, commands, composer):
    changes = heard(composer, "refused", "error", "conversation")
    composer.close()
    await refuse(desk, commands, composer, "hi", ConfigError("late"))
    assert composer.refused == ("hi", 1)
    assert changes == []


THEIRS = {"seq": 4, "name": "Bob", "mine": False, "text": "Lunch?", "card": None}
MINE = {"seq": 5, "name": "Me", "mine": True, "text": "Yes!", "card": None}


async def test_an_answer_is_sent_once(desk, commands, composer):
    composer.reply("1", THEIRS)
    assert composer.mode == "reply"
    assert composer.target == {"seq": 4, "name": "Bob", "text": "Lunch?"}
    composer.send("yes")
    composer.send("and soon")
    await desk.settle()
    assert [call[2:4] for call in commands.calls] == [("yes", 4), ("and soon", None)]
    assert (composer.mode, composer.target) == ("", {})


async def test_an_edit_fills_the_field_and_gives_the_draft_back(
    desk, commands, composer
):
    composer.write("1", "half a sen")
    composer.edit("1", MINE)
    assert (composer.mode, composer.field[0]) == ("edit", "Yes!")
    composer.write("1", "Yes, at one!")
    composer.send("Yes, at one!")
    await desk.settle()
    assert commands.calls == [("edit", (1, 5), "Yes, at one!")]
    assert (composer.mode, composer.field[0]) == ("", "half a sen")
    assert commands.preferences.drafts == [(1, "half a sen", None)]


async def test_a_refused_edit_is_gone_on_with(desk, commands, composer):
    composer.edit("1", MINE)
    await refuse(desk, commands, composer, "No!", ConfigError("it was taken back"))
    assert (composer.mode, composer.field[0]) == ("edit", "No!")
    assert composer.error == "it was taken back"
    composer.cancel()
    assert (composer.mode, composer.field[0], composer.error) == ("", "", "")


async def test_a_refused_answer_is_still_one(desk, commands, composer):
    composer.reply("1", THEIRS)
    await refuse(desk, commands, composer, "yes", StoreError("the disk is full"))
    assert (composer.mode, composer.refused) == ("reply", ("yes", 1))


async def test_nothing_is_answered_in_another_conversation(composer):
    composer.reply("2", THEIRS)
    assert composer.mode == ""
    composer.reply("1", THEIRS)
    composer.conversation = "2"
    assert (composer.mode, composer.target) == ("", {})


async def test_each_conversation_has_its_draft(desk, commands, composer):
    composer.write("1", "for one")
    composer.conversation = "2"
    assert composer.field[0] == ""
    composer.write("1", "for one!")  # said late, by a view
    composer.write("2", "for two")
    composer.conversation = "1"
    await desk.settle()
    assert composer.field[0] == "for one!"
    assert commands.preferences.drafts[-1] == (2, "for two", None)


async def test_a_draft_of_another_device_with_its_answer(desk, commands):
    stored = {"1": ("from afar", 3)}
    composer = ComposerViewModel(commands, desk.runner, lambda key: stored[key])
    composer.conversation = "1"
    assert (composer.field[0], composer.mode) == ("from afar", "reply")
    composer.send("from afar")
    await desk.settle()
    assert commands.calls == [("send_text", 1, "from afar", 3, False)]
    assert composer.field[0] == ""
    assert commands.preferences.drafts == [(1, "", None)]
