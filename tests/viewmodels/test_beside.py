import asyncio

import pytest

from imnb.errors import StoreError
from imnb.models.content import Content
from imnb.viewmodels.beside import ClientBeside
from imnb.wire.mapping import content
from tests.viewmodels.fakes import member, message, quoted
from tests.viewmodels.test_chat import ONE, TWO, Chat


def answer(seq, to, rev=None):
    return message(seq, "yes", content=content.to_bytes(Content(to)), rev=rev)


@pytest.fixture
async def chat(desk):
    made = Chat(desk)
    made.beside.messages = {2: quoted(2), 3: quoted(3, "also before")}
    await made.show(ONE)
    return made


def quotes(chat):
    shown = [row["quote"] for row in chat.model.rows]
    return [one and (one["name"], one["text"]) for one in shown]


async def put(chat, *rows):
    chat.put(*rows)
    await chat.desk.settle()


async def test_an_answer_quotes_a_message_in_sight(chat):
    await put(chat, message(8, "first"), answer(9, 8))
    assert quotes(chat) == [None, ("Bob", "first")]
    await put(chat, message(8, "", rev=20, revoked_at=5), answer(9, 8))
    assert quotes(chat)[1] == ("Bob", "Message taken back")
    assert len(chat.beside.opened) == 1  # the members


async def test_an_answer_quotes_a_message_out_of_sight(chat):
    await put(chat, answer(9, 2))
    assert quotes(chat) == [("Bob", "said before")]
    chat.beside.opened[-1].put(quoted(2, "", rev=2, revoked_at=5))
    assert quotes(chat) == [("Bob", "Message taken back")]


async def test_one_that_is_not_here_is_an_earlier_message(chat):
    await put(chat, answer(9, 1))
    assert quotes(chat) == [("", "An earlier message")]


async def test_more_quotes_take_the_place_of_fewer(chat):
    await put(chat, answer(9, 2))
    await put(chat, answer(9, 2), answer(10, 3))
    assert quotes(chat) == [("Bob", "said before"), ("Bob", "also before")]
    _, first, second = chat.beside.opened
    assert (first.is_open, first.watchers) == (False, 0)
    await put(chat, answer(10, 3))
    assert second.is_open
    assert len(chat.beside.opened) == 3


async def test_quotes_that_cannot_be_read_say_nothing(chat):
    opening = chat.beside._open

    def broken(source):
        source.error = StoreError("cannot be read")
        return opening(source)

    chat.beside._open = broken
    await put(chat, answer(9, 2))
    assert quotes(chat) == [("", "An earlier message")]
    assert (chat.model.error, chat.model.busy) == ("", 0)


async def test_what_others_have_read_changes_their_rows_only(chat):
    await put(chat, message(1), message(2, sender="me"), message(3, sender="me"))
    before = chat.model.rows
    people = chat.beside.opened[0]
    people.put(member("me"), member("bob", read=2, rev=2))
    assert [row["state"] for row in chat.model.rows] == ["sent", "read", "sent"]
    same = [a is b for a, b in zip(before, chat.model.rows, strict=True)]
    assert same == [True, False, True]


async def test_another_conversation_leaves_nothing_open(chat):
    await put(chat, answer(9, 2))
    await chat.show(TWO)
    assert [source.is_open for source in chat.beside.opened] == [False, False, True]
    chat.model.close()
    await chat.desk.settle()
    assert [source.watchers for source in chat.beside.opened] == [0, 0, 0]
    assert not any(source.is_open for source in chat.beside.opened)


async def test_quotes_that_are_left_while_they_open_are_closed(chat):
    gate = asyncio.Event()
    opening = chat.beside._open

    def slow(source):
        source.gate = gate
        return opening(source)

    chat.beside._open = slow
    gate.set()
    await put(chat, answer(9, 2))
    gate.clear()
    await put(chat, answer(9, 2), answer(10, 3))
    await chat.show(None)
    gate.set()
    await chat.desk.settle()
    assert [source.is_open for source in chat.beside.opened] == [False] * 3
    assert [source.watchers for source in chat.beside.opened] == [0] * 3


async def test_members_that_cannot_be_read_leave_nothing_open(chat):
    await chat.show(None)

    def broken(conversation_id):
        raise StoreError("cannot be read")

    chat.beside.members = broken
    await chat.show(TWO)
    assert (chat.model.error, chat.left_open()) == ("cannot be read", [])


def test_the_sources_of_a_client():
    sources = ClientBeside(lambda rule: rule)
    assert sources.members(ONE).name == "members 1"
    assert sources.quoted(ONE, {4}).name == "quoted in 1"
