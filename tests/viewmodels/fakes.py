"""What view models are given: sources that a test fills, commands that it answers."""

import asyncio

from imnb.live.beside import MEMBER_COLUMNS, QUOTED_COLUMNS
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
        "reactions": None,
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
        "last_kind": "text",
        "last_text": "hi",
        "last_is_revoked": False,
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
        "draft_reply_to": 0,
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
        self.newer = []
        self.asked = []
        self.jumps = []
        self.at_start = False
        self.at_end = True
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
        await self._ready()
        self.is_open = True

    async def load_older(self, count=50):
        self.asked.append(count)
        await self._ready()
        came, self.older = self.older[-count:], self.older[:-count]
        self.put(*came, *self.snapshot.rows)
        self.at_start = not came
        return len(came)

    async def load_newer(self, count=50):
        self.asked.append(count)
        await self._ready()
        came, self.newer = self.newer[:count], self.newer[count:]
        self.at_end = not self.newer
        self.put(*self.snapshot.rows, *came)
        return len(came)

    async def jump(self, place):
        self.jumps.append(place)
        await self._ready()
        found = [row for row in self.older if row[1] == place]
        self.at_start, self.at_end = False, not found
        if found:
            self.put(*found)

    def shrink(self):
        self.at_start, self.at_end = False, True
        self.put(*self.snapshot.rows[-1:])

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
        self.preferences = FakePreferences(self)
        self.presence = FakePresence(self)

    async def _called(self, *call):
        self.calls.append(call)
        await self.gate.wait()
        if self.error is not None:
            raise self.error

    async def send_text(self, to, text, *, reply_to=None, wait=True):
        await self._called("send_text", to, text, reply_to, wait)

    async def edit(self, message, text):
        await self._called("edit", message, text)

    async def revoke(self, message):
        await self._called("revoke", message)

    async def react(self, message, emoji):
        await self._called("react", message, emoji)

    async def unreact(self, message, emoji):
        await self._called("unreact", message, emoji)

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


class FakePreferences:
    """What is pinned, muted and drafted, among all other calls of a client."""

    def __init__(self, commands):
        self._commands = commands
        self.drafts = []

    async def pin(self, conversation):
        await self._commands._called("pin", conversation)

    async def unpin(self, conversation):
        await self._commands._called("unpin", conversation)

    async def mute(self, conversation):
        await self._commands._called("mute", conversation)

    async def unmute(self, conversation):
        await self._commands._called("unmute", conversation)

    async def set_draft(self, conversation, text, *, reply_to=None):
        await self._commands.gate.wait()
        if self._commands.error is not None:
            raise self._commands.error
        self.drafts.append((conversation, text, reply_to))


class FakePresence:
    """Whom I told that I am typing."""

    def __init__(self, commands):
        self.told = []

    async def typing(self, conversation, is_typing=True):
        self.told.append((conversation, is_typing))


class FakeSignals:
    """Who is typing, as a test says."""

    def __init__(self):
        self.people = {}
        self.listeners = []

    def typing(self, conversation_id):
        return self.people.get(conversation_id, ())

    def subscribe(self, listener):
        self.listeners.append(listener)
        return lambda: self.listeners.remove(listener)

    def say(self, conversation_id, *people):
        self.people[conversation_id] = people
        for listener in list(self.listeners):
            listener()


class FakeBeside:
    """Members and quoted messages; what was opened is kept to be looked at."""

    def __init__(self, *members):
        self.rows = members or (member("me"), member("bob"))
        self.messages = {}
        self.opened = []

    def members(self, conversation_id):
        return self._open(FakeSource(MEMBER_COLUMNS, *self.rows))

    def quoted(self, conversation_id, seqs):
        found = [self.messages[seq] for seq in sorted(seqs) if seq in self.messages]
        return self._open(FakeSource(QUOTED_COLUMNS, *found))

    def _open(self, source):
        self.opened.append(source)
        return source


def member(user, read=0, delivered=0, role=0, rev=1):
    """A row of the source of members."""
    return (user, user.title(), role, read, delivered, rev)


def quoted(seq, text="said before", sender="bob", rev=1, revoked_at=None):
    """A row of the source of quoted messages."""
    return (seq, sender, sender.title(), "text", text, b"", revoked_at, rev)


def heard(view_model, *names):
    """Collects what a view hears of these traits: (name, new value)."""
    changes = []
    view_model.observe(
        lambda change: changes.append((change["name"], change["new"])), list(names)
    )
    return changes
