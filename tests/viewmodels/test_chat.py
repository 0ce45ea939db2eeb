import pytest

from imnb.errors import CallRefused, StoreError
from imnb.models.ids import ConversationId, UserId
from imnb.viewmodels.chat import PAGE, ChatViewModel
from imnb.viewmodels.looks import default_presentations
from imnb.viewmodels.presentation import Presentation, hue
from tests.viewmodels.fakes import (
    FakeBeside,
    FakeCommands,
    chat_source,
    heard,
    message,
)

ONE, TWO = ConversationId(1), ConversationId(2)


class Chat:
    """A chat with the sources that were opened for it."""

    def __init__(self, desk, **settings):
        self.desk = desk
        self.commands = FakeCommands()
        self.opened = []
        self.next = [chat_source(message(1), message(2, sender="me"))]
        self.beside = FakeBeside()
        self.model = ChatViewModel(
            UserId("me"),
            self._open,
            self.beside,
            self.commands,
            desk.runner,
            **settings,
        )

    def _open(self, conversation_id):
        source = self.next.pop(0) if self.next else chat_source()
        self.opened.append((conversation_id, source))
        return source

    async def show(self, *conversation_ids):
        for conversation_id in conversation_ids:
            self.model.show(conversation_id)
        await self.desk.settle()
        return self.opened[-1][1] if self.opened else None

    def left_open(self):
        return [source for _, source in self.opened if source.is_open]

    def put(self, *rows):
        self.opened[-1][1].put(*rows)

    @property
    def texts(self):
        return [row["text"] for row in self.model.rows]


@pytest.fixture
async def chat(desk):
    return Chat(desk)


async def test_a_conversation_is_shown(chat):
    source = await chat.show(ONE)
    assert (chat.model.conversation, chat.model.busy) == ("1", 0)
    theirs, mine = chat.model.rows
    assert theirs == {
        "key": "#1",
        "rev": 1,
        "mine": False,
        "sender": "bob",
        "name": "Bob",
        "initials": "B",
        "hue": hue("bob"),
        "text": "hi",
        "style": "text",
        "at": 1_000_000,
        "state": "sent",
        "error": "",
        "seq": 1,
        "card": None,
        "edited": False,
        "forwarded": "",
        "quote": None,
        "mentions": [],
        "to_me": False,
        "reactions": [],
        "more_reactions": 0,
        "receipt": "",
        "actions": ["react", "reply", "copy", "forward"],
    }
    assert mine["mine"]
    assert source.is_open


async def test_an_empty_conversation(chat):
    chat.next = [chat_source()]
    await chat.show(ONE)
    assert (chat.model.rows, chat.model.conversation) == ((), "1")
    chat.model.load_older()
    await chat.desk.settle()
    assert (chat.model.at_start, chat.model.error) == (True, "")


async def test_sending_becomes_sent_in_the_same_row(chat):
    source = await chat.show(ONE)
    source.put(message(1), message(None, "new", "me", "c-1", rev=5))
    sending = chat.model.rows[1]
    source.put(message(1), message(2, "new", "me", "c-1", rev=6))
    sent = chat.model.rows[1]
    assert sending["key"] == sent["key"] == "c-1"
    assert (sending["state"], sent["state"]) == ("sending", "sent")
    assert len(chat.model.rows) == 2


async def test_a_failed_message_says_why_and_is_sent_again_or_given_up(chat):
    source = await chat.show(ONE)
    failed = message(None, "new", "me", "c-1", state="failed", error="no member", rev=5)
    source.put(failed)
    assert chat.model.rows[0]["error"] == "no member"
    chat.model.retry("c-1")
    chat.model.discard("c-1")
    await chat.desk.settle()
    assert chat.commands.calls == [("retry", "c-1"), ("discard", "c-1")]


async def test_a_command_that_fails_shows_its_error_until_the_next(chat):
    source = await chat.show(ONE)
    chat.commands.error = StoreError("the disk is full")
    chat.model.retry("c-1")
    await chat.desk.settle()
    source.put(message(1), message(2))
    chat.model.load_older()
    await chat.desk.settle()
    assert (chat.model.error, chat.model.busy) == ("the disk is full", 0)
    chat.commands.error = None
    chat.model.discard("c-1")
    await chat.desk.settle()
    assert chat.model.error == ""


async def test_an_unknown_kind_is_a_note(chat):
    source = await chat.show(ONE)
    source.put(message(3, "", kind="poll", content=b"abc"))
    (row,) = chat.model.rows
    assert (row["style"], row["text"]) == ("note", "a message of kind 'poll', 3 bytes")


async def test_a_plugin_gives_a_kind_its_look(desk):
    looks = default_presentations()
    looks.register("poll", lambda row: Presentation(f"Poll: {row['text']}"))
    chat = Chat(desk, presentations=looks)
    chat.next = [chat_source(message(1, "Lunch?", kind="poll"))]
    await chat.show(ONE)
    assert chat.texts == ["Poll: Lunch?"]


async def test_paging_back_and_giving_back(chat):
    source = await chat.show(ONE)
    source.older = [message(0, "oldest")]
    for expected in (False, True):
        chat.model.load_older()
        await chat.desk.settle()
        assert chat.model.at_start is expected
    assert chat.texts == ["oldest", "hi", "hi"]
    assert source.asked == [PAGE, PAGE]
    chat.model.shrink()
    await chat.desk.settle()
    assert (chat.texts, chat.model.at_start) == (["hi"], False)


async def test_what_a_lost_connection_hid_can_be_asked_for_again(chat):
    source = await chat.show(ONE)
    chat.model.load_older()
    await chat.desk.settle()
    assert chat.model.at_start
    chat.model.connected()
    assert not chat.model.at_start
    source.older = [message(0, "oldest")]
    chat.model.load_older()
    await chat.desk.settle()
    assert (chat.texts[0], chat.model.at_start) == ("oldest", False)


async def test_a_page_that_cannot_be_read_says_why(chat):
    source = await chat.show(ONE)
    source.error = StoreError("cannot be read")
    chat.model.load_older()
    await chat.desk.settle()
    assert (chat.model.error, chat.model.at_start) == ("cannot be read", False)
    source.error = None
    chat.model.load_older()
    await chat.desk.settle()
    assert chat.model.at_start


async def test_scrolling_wildly_asks_for_one_page(chat):
    source = await chat.show(ONE)
    source.gate.clear()
    for _ in range(5):
        chat.model.load_older()
    await chat.desk.settle()
    assert len(source.asked) == 1


async def test_a_page_under_way_does_not_keep_another_conversation_waiting(chat):
    first = await chat.show(ONE)
    first.gate.clear()
    chat.model.load_older()
    chat.next = [chat_source(message(1, "two"))]
    second = await chat.show(TWO)
    chat.model.load_older()
    await chat.desk.settle()
    first.gate.set()
    await chat.desk.settle()
    assert (len(second.asked), chat.texts) == (1, ["two"])
    assert chat.left_open() == [second]


async def test_without_a_conversation_nothing_happens(chat):
    for command in (chat.model.load_older, chat.model.shrink, chat.model.mark_read):
        command()
    await chat.show(None)
    assert (chat.opened, chat.commands.calls, chat.model.error) == ([], [], "")


async def test_what_is_shown_changes_at_once(chat):
    """No empty chat between two, and no message in the wrong one."""
    await chat.show(ONE)
    second = chat_source(message(1, "two"))
    second.gate.clear()
    chat.next = [second]
    seen = []
    chat.model.observe(
        lambda _: seen.append((chat.model.conversation, chat.texts)),
        ["rows", "conversation"],
    )
    await chat.show(TWO)
    assert chat.model.conversation == "1"
    second.gate.set()
    await chat.desk.settle()
    assert set(map(str, seen)) == {"('2', ['two'])"}
    assert chat.left_open() == [second]


async def test_of_many_choices_the_last_one_counts(chat):
    chat.next = sources = [chat_source(message(1, str(n))) for n in range(4)]
    for source in sources:
        source.gate.clear()
    opened = list(sources)
    await chat.show(ONE, TWO, TWO, ONE)
    for source in reversed(opened):
        source.gate.set()
        await chat.desk.settle()
    assert (chat.model.conversation, chat.texts) == ("1", ["3"])
    assert chat.left_open() == [opened[3]]


async def test_showing_none_closes_what_was_shown(chat):
    await chat.show(ONE)
    await chat.show(None)
    assert (chat.model.conversation, chat.model.rows) == ("", ())
    assert chat.left_open() == []


async def test_one_that_cannot_be_opened_is_not_mistaken_for_the_last(chat):
    await chat.show(ONE)
    broken = chat_source()
    broken.error = StoreError("cannot be read")
    chat.next = [broken]
    await chat.show(TWO)
    assert (chat.model.conversation, chat.model.rows) == ("", ())
    assert (chat.model.error, chat.left_open()) == ("cannot be read", [])


async def test_close_undoes_every_observer(chat):
    source = await chat.show(ONE)
    changes = heard(chat.model, "conversation")
    slow = chat_source(message(9))
    slow.gate.clear()
    chat.next = [slow]
    await chat.show(TWO)
    chat.model.show(ONE)
    chat.model.close()
    slow.gate.set()
    await chat.desk.settle()
    assert (source.watchers, slow.watchers, chat.left_open()) == (0, 0, [])
    assert (changes, chat.model.rows) == ([], ())


async def test_a_chat_can_be_closed_after_its_client(chat):
    source = await chat.show(ONE)
    chat.commands.error = CallRefused("Send", "REFUSED", "")
    await chat.desk.scope.close()
    chat.model.close()
    await chat.desk.settle()
    assert source.watchers == 0
