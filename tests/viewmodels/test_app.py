import asyncio

import pytest

from imnb.demos.start import users
from imnb.engine.states import State
from imnb.errors import NotConnected, StoreError
from imnb.models.ids import UserId
from imnb.models.user import User
from imnb.tasks import EngineLoop
from imnb.viewmodels.app import AppViewModel
from imnb.viewmodels.beside import ClientBeside
from imnb.viewmodels.commands import CommandRunner
from imnb.viewmodels.looks import default_presentations
from imnb.viewmodels.presentation import Presentation
from tests.eventually import eventually
from tests.viewmodels.fakes import (
    FakeBeside,
    FakeCommands,
    FakeSignals,
    chat_source,
    message,
    room,
    room_source,
)
from tests.viewmodels.test_connection import TO_ONLINE, FakeClient

ME = User(UserId("me"), "Me")


class App:
    """A chat program on fakes: two conversations, one message in each."""

    def __init__(self, desk, rooms, presentations=None):
        self.desk = desk
        self.commands = FakeCommands()
        self.client = FakeClient(desk.scope.report)
        self.rooms = rooms
        self.beside = FakeBeside()
        self.signals = FakeSignals()
        self.chats = {}
        self.model = AppViewModel(
            me=ME,
            commands=self.commands,
            connected=self.client,
            conversations=rooms,
            open_chat=self._open_chat,
            beside=self.beside,
            signals=self.signals,
            runner=desk.runner,
            time=lambda: 0.0,
            presentations=presentations,
        )

    def _open_chat(self, key):
        source = chat_source(message(1, f"in {key}"))
        self.chats[key] = source
        return source

    async def select(self, key):
        self.model.list.select(key)
        await self.desk.settle()

    @property
    def shown(self):
        """Conversation of the list, the chat and the composer, title and texts."""
        model = self.model
        return (
            model.list.selected,
            model.chat.conversation,
            model.composer.conversation,
            model.chat.header.get("title"),
            [row["text"] for row in model.chat.rows],
        )


@pytest.fixture
async def app(desk):
    made = App(desk, room_source(room(1), room(2, "Lunch")))
    await desk.settle()
    return made


async def test_the_liveliest_conversation_is_open_at_first(app):
    assert app.shown == ("1", "1", "1", "Bob Brown", ["in 1"])
    assert repr(app.model) == "<AppViewModel of me, 2 conversations>"


async def test_the_list_chooses_what_chat_and_composer_show(app):
    await app.select("2")
    assert app.shown == ("2", "2", "2", "Lunch", ["in 2"])


async def test_without_conversations_nothing_is_open(desk):
    app = App(desk, room_source())
    await desk.settle()
    assert app.shown == ("", "", "", None, [])
    app.rooms.put(room(1))
    assert app.shown[0] == ""
    await app.select("1")
    assert app.shown == ("1", "1", "1", "Bob Brown", ["in 1"])


async def test_all_conversations_are_there_to_be_searched(desk):
    rooms = room_source(*[room(n) for n in range(101, 201)])
    rooms.older = [room(n) for n in range(1, 101)]
    app = App(desk, rooms)
    await desk.settle()
    assert len(app.model.list.rows) == 200


async def test_conversations_that_cannot_be_read_say_why(desk):
    rooms = room_source()
    rooms.error = StoreError("cannot be read")
    app = App(desk, rooms)
    await desk.settle()
    assert app.model.list.error == "cannot be read"


async def test_the_header_follows_its_conversation(app):
    app.rooms.put(room(2, "Lunch"), room(1, "Robert", rev=2, unread=4))
    assert app.model.chat.header["title"] == "Robert"
    assert app.model.chat.header["unread"] == 4


async def test_a_header_is_never_above_another_chat(app):
    """A new conversation is open before it is in the list."""
    app.model.list.start(["dave"])
    await app.desk.settle()
    assert app.shown == ("7", "7", "7", None, ["in 7"])
    app.rooms.put(room(7, "Dave"), room(1))
    assert app.shown == ("7", "7", "7", "Dave", ["in 7"])


async def test_a_conversation_that_is_removed_while_open_is_left(app):
    app.rooms.put(room(2, "Lunch"))
    await app.desk.settle()
    assert app.shown == ("", "", "", None, [])
    assert "Bob Brown is not" in app.model.list.error
    assert not app.chats[1].is_open
    app.model.composer.send("hi")
    await app.desk.settle()
    assert app.commands.calls == []


async def test_a_message_goes_to_the_conversation_that_was_chosen(app):
    app.model.list.select("2")
    await app.desk.settle(1)
    app.model.composer.send("hi")
    await app.desk.settle()
    assert app.commands.calls == [("send_text", 2, "hi", None, False)]


async def test_a_plugin_gives_a_kind_its_look(desk):
    looks = default_presentations()
    looks.register("poll", lambda row: Presentation("a poll"))
    app = App(desk, room_source(room(1)), looks)
    await desk.settle()
    app.chats[1].put(message(2, "Lunch?", kind="poll"))
    assert app.shown[-1] == ["a poll"]


async def test_a_lost_connection_changes_the_status_and_nothing_else(app):
    app.client.move(*TO_ONLINE)
    before = app.shown
    app.client.move(State.WAITING, reason="reset by peer", retry_at=3.0)
    assert app.model.connection.label == "Connection lost"
    assert app.model.connection.retry_in == 3
    assert app.shown == before


async def test_what_was_seen_meanwhile_is_told_when_the_connection_is_back(app):
    app.client.move(*TO_ONLINE)
    app.client.move(State.WAITING)
    app.commands.error = NotConnected("no connection")
    app.model.chat.mark_read()
    await app.desk.settle()
    app.commands.error = None
    app.client.move(*TO_ONLINE)
    await app.desk.settle()
    assert app.commands.calls == [("mark_read", 1, 3)] * 2
    assert app.model.chat.error == ""


async def test_while_it_catches_up_it_shows_how_far_it_is(app):
    app.client.behind = 300
    app.client.move(*TO_ONLINE[:4])
    app.client.behind = 40
    app.rooms.put(room(1, rev=2), room(2, "Lunch"))
    assert app.model.connection.behind == 40


async def test_close_undoes_every_observer(app):
    await app.select("2")
    app.model.close()
    await app.desk.settle()
    assert app.client.states._watchers == {}
    sources = [app.rooms, *app.chats.values()]
    assert [(s.watchers, s.is_open) for s in sources] == [(0, False)] * 3


async def test_an_app_can_be_closed_while_it_opens(desk):
    rooms = room_source(room(1))
    rooms.gate.clear()
    app = App(desk, rooms)
    await desk.settle()
    app.model.close()
    rooms.gate.set()
    await desk.settle()
    assert (rooms.watchers, rooms.is_open, app.chats) == (0, False, {})


async def test_an_app_can_be_closed_after_its_client(app):
    await app.desk.scope.close()
    app.model.close()
    await app.desk.settle()
    assert app.client.states._watchers == {}
    assert (app.rooms.watchers, app.chats[1].watchers) == (0, 0)


def app_of(client):
    loop = EngineLoop()
    return AppViewModel(
        me=client.me,
        commands=client,
        connected=client,
        conversations=client.conversation_source(),
        open_chat=client.chat_source,
        beside=ClientBeside(client.observe),
        signals=client.synchroniser.signals,
        runner=CommandRunner(loop, client.engine.scope),
        time=loop.time,
    )


def states(model):
    return [(row["text"], row["state"]) for row in model.chat.rows]


async def test_two_real_clients_chat():
    async with users("alice", "bob") as (alice, bob), asyncio.timeout(30):
        mine, theirs = app_of(alice), app_of(bob)
        mine.list.start(["bob"])
        await eventually(lambda: mine.chat.conversation and theirs.list.rows)
        await eventually(lambda: mine.chat.header.get("title") == "Bob")
        mine.composer.send("hi")
        await eventually(lambda: states(mine) == [("hi", "delivered")])
        theirs.list.select(theirs.list.rows[0]["key"])
        await eventually(lambda: states(theirs) == [("hi", "sent")])
        await eventually(lambda: theirs.list.unread == 1)
        theirs.chat.mark_read()
        await eventually(lambda: theirs.list.unread == 0)
        await eventually(lambda: states(mine) == [("hi", "read")])
        for model in (mine, theirs):
            assert (model.connection.label, model.chat.error) == ("Online", "")
            model.close()
        await eventually(lambda: not alice.poller._marks)


async def test_two_real_clients_answer_react_edit_and_take_back():
    async with users("alice", "bob") as (alice, bob), asyncio.timeout(30):
        await alice.send_text("bob", "first")
        mine, theirs = app_of(alice), app_of(bob)
        await eventually(lambda: states(theirs) == [("first", "sent")])
        theirs.chat.react(theirs.chat.rows[0]["key"], "🎉")
        theirs.chat.reply(theirs.chat.rows[0]["key"])
        await eventually(lambda: theirs.composer.mode == "reply")
        theirs.composer.write(theirs.composer.conversation, "an answer")
        await eventually(lambda: mine.chat.typing == "Bob is typing…")
        theirs.composer.send("an answer")
        await eventually(lambda: len(mine.chat.rows) == 2)
        await eventually(lambda: mine.chat.rows[0]["reactions"][0]["who"] == "Bob")
        assert mine.chat.rows[1]["quote"]["text"] == "first"
        mine.chat.edit(mine.chat.rows[0]["key"])
        await eventually(lambda: mine.composer.mode == "edit")
        mine.composer.send("edited")
        await eventually(lambda: theirs.chat.rows[1]["quote"]["text"] == "edited")
        mine.chat.revoke(mine.chat.rows[0]["key"])
        quote = "Message taken back"
        await eventually(lambda: theirs.chat.rows[1]["quote"]["text"] == quote)
        mine.list.pin(mine.list.selected)
        await eventually(lambda: mine.list.rows[0]["pinned"])
        for model in (mine, theirs):
            assert (model.chat.error, model.list.error) == ("", "")
            model.close()
        await eventually(lambda: not alice.poller._marks)
