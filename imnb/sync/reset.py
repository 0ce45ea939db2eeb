"""Starting anew from the server's newest state, when events cannot be had.

The whole of it is one transaction with the cursor, so a crash leaves either the
old state or the new one. Conversations that are gone are removed, what is
missing of the others is marked as holes, by key. When the server's state is
another one (its epoch changed), the old history is archived, and drafts are
readdressed to the direct conversations of the new state.
"""

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from imnb.engine.requests import TcpRequest
from imnb.errors import CallRefused, EnvelopeError
from imnb.models.contact import Contact
from imnb.models.conversation import Conversation, ConversationKind
from imnb.models.preferences import Preferences
from imnb.models.user import User
from imnb.pb.chat_pb2 import OpenDirectReply, OpenDirectRequest
from imnb.pb.sync_pb2 import ConversationHead, ResetPage, ResetRequest
from imnb.store.connection import Cursor
from imnb.store.database import Database
from imnb.store.tables import (
    archive,
    contact,
    conversation,
    hole,
    outbox,
    preferences,
    user,
)
from imnb.store.tables import cursor as cursor_table
from imnb.store.transaction import Transaction
from imnb.sync.arrivals import Arrivals
from imnb.sync.caller import Caller, ask
from imnb.sync.changes import ReportError
from imnb.sync.channels import RESET
from imnb.sync.pipeline import MessagePipeline
from imnb.wire.mapping import contact as contact_mapping
from imnb.wire.mapping import conversation as conversation_mapping
from imnb.wire.mapping import message as message_mapping
from imnb.wire.mapping import preferences as preferences_mapping
from imnb.wire.mapping import user as user_mapping

M = TypeVar("M")
T = TypeVar("T")

MESSAGES = 30
"""Newest messages of each conversation: a screen."""
LOST = "the server's state is a new one, without this conversation"


@dataclasses.dataclass(slots=True)
class Anew:
    """The server's state as of one event, and what becomes of drafts."""

    epoch: str = ""
    as_of: int = 0
    conversations: list[Conversation] = dataclasses.field(default_factory=list)
    users: list[User] = dataclasses.field(default_factory=list)
    arrivals: list[Arrivals] = dataclasses.field(default_factory=list)
    preferences: list[Preferences] = dataclasses.field(default_factory=list)
    contacts: list[Contact] = dataclasses.field(default_factory=list)
    contacts_version: int = 0
    moved: dict[int, int] = dataclasses.field(default_factory=dict)
    """Conversations of another epoch to those that take their drafts."""
    unreadable: set[int] = dataclasses.field(default_factory=set)
    """Conversations whose state makes no sense: what is stored of them stays."""

    def apply(self, tx: Transaction) -> None:
        """Replace what is stored, in the writer's thread."""
        old_epoch, _ = tx.position.at
        if old_epoch not in {"", self.epoch}:
            archive.move_all(tx, old_epoch)
            outbox.readdress(tx, self.moved, LOST)
        here = {int(item.conversation_id) for item in self.conversations}
        if old_epoch == self.epoch:
            here |= self.unreadable
        stored = [item.conversation_id for item in conversation.load(tx)]
        conversation.remove(tx, [key for key in stored if key not in here])
        user.upsert(tx, self.users)
        conversation.restart(tx, self.conversations)
        for arrivals in self.arrivals:
            arrivals.store(tx)
        preferences.store(tx, self.preferences)
        contact.replace(tx, self.contacts, self.contacts_version)
        hole.find(
            tx,
            [(c.conversation_id, c.first_seq, c.last_seq) for c in self.conversations],
        )
        cursor_table.save(tx, self.epoch, self.as_of)


class Reset:
    """Carries a reset out."""

    def __init__(
        self,
        caller: Caller,
        database: Database,
        pipeline: MessagePipeline,
        me: str,
        report: ReportError,
    ) -> None:
        self._caller = caller
        self._database = database
        self._pipeline = pipeline
        self._me = me
        self._report = report

    async def run(self) -> None:
        """Read the server's state, store it, let the pipeline go on behind it.

        Raises:
            CallError: the server did not answer as it should.
            ConnectionLost: the connection ended; nothing was changed.
            StoreError: it could not be stored; nothing was changed.
        """
        self._pipeline.cursor.hold()
        await self._pipeline.settle()
        anew = await self._read()
        old_epoch, _ = await self._database.read(cursor_table.load)
        if old_epoch not in {"", anew.epoch}:
            anew.moved = await self._readdress(anew)
        size = len(anew.conversations) + len(anew.users)
        size += sum(map(len, anew.arrivals))
        self._pipeline.resets += 1
        await self._database.write(anew.apply, size + 1)
        self._pipeline.resume(anew.epoch, anew.as_of)
        self._pipeline.listeners.reset()

    async def _read(self) -> Anew:
        anew = Anew()
        request = ResetRequest(messages=MESSAGES)
        stream = self._caller.stream(TcpRequest("Reset", request))
        try:
            async for page in stream:
                assert isinstance(page, ResetPage)
                self._add(anew, page)
        finally:
            await stream.aclose()
        if not anew.epoch:
            raise EnvelopeError("a reset ended without an epoch")
        return anew

    def _add(self, anew: Anew, page: ResetPage) -> None:
        """One page; what makes no sense is left out, or none could ever be done."""
        for head in page.heads:
            self._add_head(anew, head)
        anew.users += self._readable(user_mapping.from_pb, page.users)
        anew.contacts += self._readable(contact_mapping.from_pb, page.contacts)
        anew.contacts_version = max(anew.contacts_version, page.contacts_version)
        if page.epoch:
            anew.epoch, anew.as_of = page.epoch, page.as_of

    def _add_head(self, anew: Anew, head: ConversationHead) -> None:
        found = self._readable(conversation_mapping.from_pb, [head.conversation])
        if not found:
            anew.unreadable.add(head.conversation.conversation_id)
            return
        anew.conversations += found
        try:
            arrivals = self._pipeline.read(RESET, head.messages)
        except EnvelopeError:  # one is to blame, the others are not
            told = [
                m for m in head.messages if self._readable(message_mapping.from_pb, [m])
            ]
            arrivals = self._pipeline.read(RESET, told)
        anew.arrivals.append(arrivals)
        if head.HasField("preferences"):
            mine = [head.preferences]
            anew.preferences += self._readable(preferences_mapping.from_pb, mine)

    def _readable(self, from_pb: Callable[[M], T], items: Iterable[M]) -> list[T]:
        found = []
        for item in items:
            try:
                found.append(from_pb(item))
            except EnvelopeError as error:
                self._report("a reset", error)
        return found

    async def _readdress(self, anew: Anew) -> dict[int, int]:
        """Where the drafts of direct conversations go in the new state."""
        peers, waiting = await self._database.read(self._peers_of_drafts)
        new = _direct(anew.conversations, self._me)
        moved = {}
        for old, peer in peers.items():
            target = new.get(peer)
            if target is None and old in waiting:
                target = await self._open_direct(peer)
            if target is not None:
                moved[old] = target
        return moved

    def _peers_of_drafts(self, cursor: Cursor) -> tuple[dict[int, str], set[int]]:
        """By direct conversation; and those whose drafts are to be sent."""
        waiting = {draft.conversation_id for draft in outbox.pending(cursor)}
        peers = _direct(conversation.load(cursor), self._me)
        return {old: peer for peer, old in peers.items()}, set(map(int, waiting))

    async def _open_direct(self, peer: str) -> int | None:
        request = OpenDirectRequest(user_id=peer)
        try:
            reply = await ask(self._caller, "OpenDirect", request, OpenDirectReply)
        except CallRefused:
            return None  # nobody of that name there: the draft fails, and says so
        return reply.conversation.conversation_id


def _direct(conversations: Iterable[Conversation], me: str) -> Mapping[str, int]:
    """The other member of each direct conversation; myself of that with myself."""
    result = {}
    for item in conversations:
        if item.kind is ConversationKind.DIRECT:
            others = [m.user_id for m in item.members if m.user_id != me]
            result[str(others[0]) if others else me] = int(item.conversation_id)
    return result
