"""What view models are given: sources that a test fills, commands that it answers."""

import asyncio

from imnb.live.observer import Observer
from imnb.live.rule import Rule
from imnb.live.rules import CHAT_COLUMNS, CONVERSATION_COLUMNS
from imnb.models.conversation import Conversation, ConversationKind
from imnb.models.ids import ConversationId


def message(seq, text="hi", sender="bob", client_id="", rev=None, **more):
    """A row of a chat source: accepted by the server, or a draft without a seq."""
    values = {
        "key": client_id or f"#{seq}",
        "seq": seq,
        "client_id": client_id,
        "sender_id": sender,
        "sender_name": sender.title(),
        "kind": "text",
        "text": text,
        "content": b"",
        "sent_at": 1_000_000 * (seq or 99),
        "edited_at": None,
        "revoked_at": None,
        "state": "sent" if seq else "sending",
        "error": "",
        "rev": seq if rev is None else rev,
    }
    return tuple({**values, **more}[name] for name in CHAT_COLUMNS)


def room(number, title="Bob Brown", rev=1, **more):
    """A row of the source of conversations."""
    values = {
        "conversation_id": number,
        "kind": ConversationKind.DIRECT,
        "title": title,
        "last_text": "hi",
        "last_sender": "bob",
        "last_at": 5,
        "unread": 0,
        "mentions": 0,
        "member_count": 2,
        "first_seq": 1,
        "last_seq": 3,
        "read_seq": 3,
        "pinned_at": 0,
        "muted_until": 0,
        "draft": "",
        "rev": rev,
    }
    return tuple({**values, **more}[name] for name in CONVERSATION_COLUMNS)


class FakeSource:
    """Rows as a test puts them; ``gate`` holds what would wait for the store."""

    def __init__(self, columns, *rows):
        rule = Rule("fake", columns, ())
        self._observer = Observer(rule, 100, self.report)
        self._observer.publish(list(rows), 1)
        self.older = []
        self.asked = []
        self.at_start = False
        self.is_open = False
        self.error = None
        self.gate = asyncio.Event()
        self.gate.set()

    def report(self, name, error):
        raise error

    @property
    def snapshot(self):
        return self._observer.snapshot

    @property
    def watchers(self):
        return len(self._observer._watchers)

    def subscribe(self, watcher):
        return self._observer.subscribe(watcher)

    def put(self, *rows):
        self._observer.publish(list(rows), self.snapshot.revision + 1)

    async def open(self):
        self.is_open = True
        await self._ready()

    async def load_older(self, count=50):
        self.asked.append(count)
        await self._ready()
        came, self.older = self.older[-count:], self.older[:-count]
        self.put(*came, *self.snapshot.rows)
        self.at_start = not came
        return len(came)

    def shrink(self):
        self.put(*self.snapshot.rows[-1:])
        self.at_start = False

    async def close(self):
        self.is_open = False

    async def _ready(self):
        await self.gate.wait()
        if self.error is not None:
            raise self.error


def chat_source(*rows):
    return FakeSource(CHAT_COLUMNS, *rows)


def room_source(*rows):
    return FakeSource(CONVERSATION_COLUMNS, *rows)


class FakeCommands:
    """A client's commands: written down, and refused with ``error`` if there is one."""

    def __init__(self):
        self.calls = []
        self.error = None
        self.gate = asyncio.Event()
        self.gate.set()

    async def _called(self, *call):
        self.calls.append(call)
        await self.gate.wait()
        if self.error is not None:
            raise self.error

    async def send_text(self, to, text, *, wait=True):
        await self._called("send_text", to, text, wait)

    async def mark_read(self, conversation, seq):
        await self._called("mark_read", conversation, seq)

    async def retry(self, client_id):
        await self._called("retry", client_id)

    async def discard(self, client_id):
        await self._called("discard", client_id)

    async def open_direct(self, user):
        await self._called("open_direct", user)
        return Conversation(ConversationId(7), ConversationKind.DIRECT, "", (), 0)

    async def create_group(self, title, members):
        await self._called("create_group", title, members)
        return Conversation(ConversationId(8), ConversationKind.GROUP, title, (), 0)


def heard(view_model, *names):
    """Collects what a view hears of these traits: (name, new value)."""
    changes = []
    view_model.observe(
        lambda change: changes.append((change["name"], change["new"])), list(names)
    )
    return changes
