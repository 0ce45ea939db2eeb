import pytest

from imnb.errors import CallRefused, NotConnected
from imnb.models.ids import ConversationId
from imnb.viewmodels.commands import ViewModel
from imnb.viewmodels.read_marks import ReadMarks
from tests.viewmodels.fakes import FakeCommands

ONE, TWO = ConversationId(1), ConversationId(2)


@pytest.fixture
async def commands():
    return FakeCommands()


@pytest.fixture
def owner():
    return ViewModel()


@pytest.fixture
def marks(desk, owner, commands):
    return ReadMarks(owner, commands, desk.runner)


def told(commands):
    return [call[1:] for call in commands.calls]


async def test_a_mark_is_told_once(desk, commands, marks):
    for _ in range(3):
        marks.see(ONE, 5)
        await desk.settle()
    marks.see(ONE, 6)
    await desk.settle()
    assert told(commands) == [(ONE, 5), (ONE, 6)]


async def test_marks_that_come_fast_are_one_call(desk, commands, marks):
    commands.gate.clear()
    for seq in range(1, 50):
        marks.see(ONE, seq)
        await desk.settle(1)
    commands.gate.set()
    await desk.settle()
    assert len(commands.calls) == 2
    assert told(commands)[-1] == (ONE, 49)


async def test_a_failure_shows_nothing_and_is_made_up_for(desk, commands, owner, marks):
    owner.error = "what the user did last"
    commands.error = NotConnected("no connection")
    marks.see(ONE, 5)
    await desk.settle()
    assert (owner.error, owner.busy) == ("what the user did last", 0)
    assert repr(marks) == "<ReadMarks 1 untold>"
    commands.error = None
    marks.tell()
    await desk.settle()
    assert told(commands) == [(ONE, 5), (ONE, 5)]
    assert repr(marks) == "<ReadMarks 0 untold>"


async def test_one_that_is_refused_keeps_no_other_back(desk, commands, marks):
    refused = []

    async def mark_read(conversation, seq):
        refused.append(conversation)
        if conversation == ONE:
            raise CallRefused("MarkRead", "NOT_FOUND", "no such conversation")

    commands.mark_read = mark_read
    marks.see(ONE, 5)
    marks.see(TWO, 5)
    await desk.settle()
    assert repr(marks) == "<ReadMarks 1 untold>"
    assert TWO in refused


async def test_a_server_that_began_anew_is_told_a_lower_mark(desk, commands, marks):
    marks.see(ONE, 5)
    await desk.settle()
    marks.see(ONE, 2)
    await desk.settle()
    assert told(commands) == [(ONE, 5), (ONE, 2)]


async def test_nothing_to_tell_is_no_call(desk, commands, marks):
    marks.tell()
    await desk.settle()
    assert commands.calls == []


async def test_after_the_client_was_closed_it_can_still_be_asked(desk, commands, marks):
    await desk.scope.close()
    marks.see(ONE, 5)
    await desk.settle()
    marks.tell()
    await desk.settle()
    assert commands.calls == []
    assert repr(marks) == "<ReadMarks 1 untold>"
