"""Where in a chat one is, and who else is there."""

import pytest

from imnb.errors import NotConnected
from tests.viewmodels.fakes import FakeSignals, message
from tests.viewmodels.test_chat import ONE, TWO, Chat


@pytest.fixture
async def chat(desk):
    return Chat(desk)


async def test_who_is_typing_in_the_open_conversation(desk):
    signals = FakeSignals()
    chat = Chat(desk, signals=signals)
    signals.say(1, "bob")
    await chat.show(ONE)
    assert chat.model.typing == "Bob is typing…"
    signals.say(2, "carol")
    signals.say(1)
    assert chat.model.typing == ""
    signals.say(1, "bob")
    await chat.show(TWO)
    assert chat.model.typing == "carol is typing…"
    chat.model.close()
    assert signals.listeners == []


async def test_a_jump_to_a_message_in_sight_moves_no_window(chat):
    source = await chat.show(ONE)
    for count in (1, 2):
        chat.model.jump(2)
        await chat.desk.settle()
        assert chat.model.target == ("#2", count)
    assert source.jumps == []


async def test_a_jump_far_back_and_on_to_the_newest(chat):
    source = await chat.show(ONE)
    source.older, source.newer = [message(0, "far")], [message(3, "newer")]
    chat.model.jump(0)
    await chat.desk.settle()
    assert (chat.texts, chat.model.target[0]) == (["far"], "#0")
    source.at_end = chat.model.at_end = False
    chat.model.load_newer()
    await chat.desk.settle()
    assert (chat.texts, chat.model.at_end) == (["far", "newer"], True)


async def test_a_jump_to_what_is_not_here_says_so(chat):
    await chat.show(ONE)
    chat.model.jump(77)
    await chat.desk.settle()
    assert (chat.model.error, chat.model.target[0]) == ("That message is not here", "")


async def test_what_is_on_the_screen_was_seen(chat):
    await chat.show(ONE)
    chat.model.header = {"key": "1", "last_seq": 2}
    chat.model.mark_read()
    await chat.desk.settle()
    assert chat.commands.calls == [("mark_read", ONE, 2)]


async def test_what_is_not_on_the_screen_yet_was_not_seen(chat):
    await chat.show(ONE)
    chat.model.header = {"key": "2", "last_seq": 2}
    chat.model.mark_read()
    await chat.desk.settle()
    assert chat.commands.calls == []


async def test_seen_without_a_connection_is_told_later(chat):
    await chat.show(ONE)
    chat.model.header = {"key": "1", "last_seq": 2}
    chat.commands.error = NotConnected("no connection")
    chat.model.mark_read()
    await chat.desk.settle()
    assert chat.model.error == ""
    chat.commands.error = None
    chat.model.connected()
    await chat.desk.settle()
    assert len(chat.commands.calls) == 2
