import pytest

from imnb.errors import CallRefused
from tests.viewmodels.fakes import message
from tests.viewmodels.test_chat import ONE, Chat

MINE = message(2, "mine", "me", reactions=[["👍", "me"]], rev=9)


@pytest.fixture
async def chat(desk):
    made = Chat(desk)
    await made.show(ONE)
    made.put(message(1, "theirs", rev=8), MINE, message(3, "bye", revoked_at=4))
    return made


@pytest.mark.parametrize(
    ("command", "args", "call"),
    [
        ("revoke", ("#2",), ("revoke", (1, 2))),
        ("react", ("#1", "🎉"), ("react", (1, 1), "🎉")),
        ("react", ("#2", "👍"), ("unreact", (1, 2), "👍")),
        ("react", ("#2", "🎉"), ("react", (1, 2), "🎉")),
        ("revoke", ("#1",), None),
        ("react", ("#3", "🎉"), None),
        ("react", ("#99", "🎉"), None),
    ],
)
async def test_a_command_on_a_message(chat, command, args, call):
    getattr(chat.model, command)(*args)
    await chat.desk.settle()
    assert chat.commands.calls == ([] if call is None else [call])


async def test_why_a_command_was_refused_is_shown_with_the_messages(chat):
    chat.commands.error = CallRefused("Revoke", "FORBIDDEN", "it is not yours")
    chat.commands.gate.clear()
    chat.model.revoke("#2")
    await chat.desk.settle()
    assert chat.model.busy == 1
    chat.commands.gate.set()
    await chat.desk.settle()
    assert "it is not yours" in chat.model.error
    assert chat.model.busy == 0


async def test_what_goes_on_elsewhere_is_handed_over(chat):
    heard = []
    chat.model.on_reply = lambda key, row: heard.append(("reply", key, row["text"]))
    chat.model.on_edit = lambda key, row: heard.append(("edit", key, row["text"]))
    chat.model.on_forward = lambda place: heard.append(("forward", place))
    chat.model.reply("#1")
    chat.model.edit("#2")
    chat.model.edit("#1")
    chat.model.forward("#1")
    await chat.desk.settle()
    assert heard == [
        ("reply", "1", "theirs"),
        ("edit", "1", "mine"),
        ("forward", (1, 1)),
    ]


async def test_without_somebody_to_hand_over_to_nothing_happens(chat):
    for command in (chat.model.reply, chat.model.edit, chat.model.forward):
        command("#2")
    await chat.desk.settle()
    assert (chat.model.error, chat.commands.calls) == ("", [])
