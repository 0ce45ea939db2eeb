"""What a chat shows beside its messages: members, and messages that are quoted."""

from collections.abc import Callable, Collection
from typing import Any, Protocol

from imnb.live import beside
from imnb.live.rule import Rule
from imnb.live.rules import CHAT_COLUMNS
from imnb.live.snapshot import Row, Snapshot
from imnb.models.ids import ConversationId
from imnb.viewmodels.commands import CommandRunner, ViewModel
from imnb.viewmodels.message_row import Quote, details_of
from imnb.viewmodels.rows import RowSource

ALL = 5_000
"""Rows beyond the first page."""
_SEQ = CHAT_COLUMNS.index("seq")


class BesideSources(Protocol):
    """Collections for one conversation, of `imnb.live.beside`."""

    def members(self, conversation_id: ConversationId) -> RowSource:
        """Who is in it."""

    def quoted(
        self, conversation_id: ConversationId, seqs: Collection[int]
    ) -> RowSource:
        """Messages of it."""


class ClientBeside:
    """The `BesideSources` of a client, by its ``observe``."""

    def __init__(self, observe: Callable[[Rule], RowSource]) -> None:
        self._observe = observe

    def __repr__(self) -> str:
        return "<ClientBeside>"

    def members(self, conversation_id: ConversationId) -> RowSource:
        """See `BesideSources`."""
        return self._observe(beside.members(conversation_id))

    def quoted(
        self, conversation_id: ConversationId, seqs: Collection[int]
    ) -> RowSource:
        """See `BesideSources`."""
        return self._observe(beside.quoted(conversation_id, seqs))


class Followed:
    """All rows of a source, told until it is closed."""

    def __init__(self, source: RowSource, told: Callable[[Snapshot], None]) -> None:
        self._source = source
        self._told = told
        self._unsubscribe: Callable[[], None] | None = None
        self._is_closed = False

    def __repr__(self) -> str:
        return f"<Followed {self._source!r}>"

    @property
    def snapshot(self) -> Snapshot:
        """As it is now."""
        return self._source.snapshot

    async def open(self) -> None:
        """Read it, and tell what is there."""
        try:
            await self._source.open()
            await self._source.load_older(ALL)
        except BaseException:
            await self.close()
            raise
        if self._is_closed:  # meanwhile: what was opened since is closed too
            await self._source.close()
            return
        self._unsubscribe = self._source.subscribe(lambda now, _: self._told(now))
        self._told(self._source.snapshot)

    async def close(self) -> None:
        """Tell no more."""
        self._is_closed = True
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None
        await self._source.close()


class Quotes:
    """What the messages of a chat answer, as it is now.

    What is out of sight is read too. Nobody asked for it by a command, so a failure
    shows nothing: the quote says that there is an earlier message, and no more.
    """

    def __init__(
        self,
        owner: ViewModel,
        sources: BesideSources,
        runner: CommandRunner,
        changed: Callable[[], None],
    ) -> None:
        self._owner = owner
        self._sources = sources
        self._runner = runner
        self._changed = changed
        self._followed: Followed | None = None
        self._asked: frozenset[int] = frozenset()
        self._far: dict[int, Quote] = {}
        self._near: dict[int, Quote] = {}
        self._answers: dict[object, tuple[object, int]] = {}

    def __repr__(self) -> str:
        return f"<Quotes: {len(self._near)} in sight, {len(self._far)} not>"

    def of(self, key: object) -> Quote | None:
        """What a row answers."""
        seq = self._answers[key][1]
        if not seq:
            return None
        return self._near.get(seq) or self._far.get(seq) or Quote(seq)

    def take(self, conversation_id: ConversationId, snapshot: Snapshot) -> None:
        """These rows are shown; `changed` is called when more is known."""
        self._answers = {row[0]: self._answer(row, snapshot) for row in snapshot.rows}
        wanted = {seq for _, seq in self._answers.values() if seq}
        self._near = {
            seq: Quote.of(_named(row, snapshot))
            for row in snapshot.rows
            if isinstance(seq := row[_SEQ], int) and seq in wanted
        }
        missing = wanted - self._near.keys()
        if not self._asked.issuperset(missing):
            self._ask(conversation_id, frozenset(missing))

    def leave(self) -> None:
        """Another conversation is shown."""
        self._asked, self._far, self._near, self._answers = frozenset(), {}, {}, {}
        self._put_away(self._followed)
        self._followed = None

    def _answer(self, row: Row, snapshot: Snapshot) -> tuple[object, int]:
        known = self._answers.get(row[0])
        if known is None or known[0] != row[-1]:
            return row[-1], details_of(_named(row, snapshot)).reply_to
        return known

    def _ask(self, conversation_id: ConversationId, seqs: frozenset[int]) -> None:
        before, self._asked = self._followed, seqs
        source = self._sources.quoted(conversation_id, seqs)
        followed = Followed(source, lambda now: self._told(followed, now))
        self._followed = followed

        async def follow() -> None:
            try:
                await followed.open()
            finally:
                self._put_away(before)

        self._runner.run(self._owner, "quote", follow, _ignore)

    def _told(self, followed: Followed, snapshot: Snapshot) -> None:
        if followed is self._followed:
            quotes = [Quote.of(_named(row, snapshot)) for row in snapshot.rows]
            self._far = {quote.seq: quote for quote in quotes}
            self._changed()

    def _put_away(self, followed: Followed | None) -> None:
        if followed is not None:
            self._runner.run(self._owner, "leave quotes", followed.close, _ignore)


def _named(row: Row, snapshot: Snapshot) -> dict[str, Any]:
    return dict(zip(snapshot.columns, row, strict=True))


def _ignore(_why: str) -> None:
    """Nobody waits for it."""
