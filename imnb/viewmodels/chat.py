"""One open conversation."""

from collections.abc import Callable
from typing import Protocol

import traitlets

from imnb.live.rules import CHAT_COLUMNS
from imnb.live.snapshot import Row, Snapshot
from imnb.models.ids import ConversationId, UserId
from imnb.viewmodels.beside import BesideSources, Followed, Quotes
from imnb.viewmodels.commands import CommandRunner
from imnb.viewmodels.looks import default_presentations
from imnb.viewmodels.members import Members
from imnb.viewmodels.message_actions import MessageActions, MessageCommands
from imnb.viewmodels.message_row import MessageRows
from imnb.viewmodels.presentation import PresentationRegistry
from imnb.viewmodels.read_marks import ReadCommands, ReadMarks
from imnb.viewmodels.rows import RowSource, ShownRow

PAGE = 50
_SEQ = CHAT_COLUMNS.index("seq")
_SENDER = CHAT_COLUMNS.index("sender_id")


class ChatCommands(ReadCommands, MessageCommands, Protocol):
    """What a chat can ask of a client."""


class Signals(Protocol):
    """Who is typing; see `imnb.sync.signals.Signals`."""

    def typing(self, conversation_id: int) -> tuple[UserId, ...]:
        """Those who write in a conversation."""

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Hear of changes."""


class ChatViewModel(MessageActions):
    """Rows: `imnb.viewmodels.message_row.MessageRows` says what is in them.

    Attributes:
        at_start: no older messages came when they were last asked for.
        at_end: the newest message is among the rows.
        header: the row of the conversation list for what is shown.
        typing: who is writing, in words; empty for nobody.
        target: key of the row that was jumped to, and a counter.
    """

    at_start = traitlets.Bool(False)
    at_end = traitlets.Bool(True)
    header = traitlets.Dict()
    typing = traitlets.Unicode("")
    target = traitlets.Tuple(
        traitlets.Unicode(), traitlets.Int(), default_value=("", 0)
    )

    def __init__(
        self,
        me: UserId,
        open_source: Callable[[ConversationId], RowSource],
        beside: BesideSources,
        commands: ChatCommands,
        runner: CommandRunner,
        *,
        signals: Signals | None = None,
        presentations: PresentationRegistry | None = None,
    ) -> None:
        super().__init__(commands, runner)
        self._me = me
        self._open_source = open_source
        self._beside = beside
        self._maker = MessageRows(me, presentations or default_presentations())
        self._turn = 0
        self._loading: RowSource | None = None
        self._marks = ReadMarks(self, commands, runner)
        self._members = Members(me)
        self._following: Followed | None = None
        self._quotes = Quotes(self, beside, runner, self.refresh)
        self._signals = signals
        self._unheard = signals.subscribe(self._typed) if signals else lambda: None

    def show(self, conversation_id: ConversationId | None) -> None:
        """Show another conversation, or none."""
        self._turn += 1
        turn = self._turn
        self._runner.run(self, "show", lambda: self._show_other(turn, conversation_id))

    def load_older(self) -> None:
        """Page back."""
        # It is also asked for when nobody did: what is shown stays.
        self._runner.run(self, "load older", lambda: self._load(older=True), self.fail)

    def load_newer(self) -> None:
        """Page on, after a jump or long paging back."""
        self._runner.run(self, "load newer", lambda: self._load(older=False), self.fail)

    def jump(self, seq: int) -> None:
        """Show a message, wherever it is."""
        self._runner.run(self, "jump", lambda: self._jump(seq))

    def shrink(self) -> None:
        """The newest message is or shall be on the screen: old pages can go."""
        self._runner.post(self._shrink)

    def mark_read(self) -> None:
        """What is shown was seen."""
        last = self.header.get("last_seq", 0)
        if last and self.header["key"] == self.conversation:
            self._marks.see(ConversationId(int(self.conversation)), last)

    def connected(self) -> None:
        """The connection is back: make up for what was not possible without."""
        self._marks.tell()
        self.at_start = False

    def stamp(self, row: Row) -> object:
        """See `RowsViewModel.stamp`: what is quoted and receipts count too."""
        rev, seq = row[-1], row[_SEQ]
        beside = []
        if quote := self._quotes.of(row[0]):
            beside.append(f"{quote.rev}")
        if seq and row[_SENDER] == self._me:
            receipt = self._members.receipt(seq)  # type: ignore[arg-type]
            beside.append(f"{receipt.received}.{receipt.read}.{receipt.others}")
        return " ".join([str(rev), *beside]) if beside else rev

    def present(self, row: ShownRow) -> ShownRow:
        """See `RowsViewModel.present`."""
        return self._maker.make(row, self._members, self._quotes.of(row["key"]))

    def close(self) -> None:
        """See `ViewModel.close`."""
        self._turn += 1  # what is being opened is too late
        self._unheard()
        before = self._leave_all()
        self._runner.run(self, "close", lambda: _close(before))
        super().close()

    async def _show_other(
        self, turn: int, conversation_id: ConversationId | None
    ) -> None:
        opened: tuple[RowSource, Followed] | None = None
        try:
            if conversation_id is not None:
                opened = await self._opened(conversation_id)
        except BaseException:
            # Not the one before: the next message would not go there.
            if turn == self._turn:
                await self._swap("", None)
            raise
        if turn == self._turn:
            key = "" if conversation_id is None else str(conversation_id)
            await self._swap(key, opened)
        elif opened is not None:  # another one was chosen meanwhile
            await _close(opened)

    async def _opened(
        self, conversation_id: ConversationId
    ) -> tuple[RowSource, Followed]:
        source = self._open_source(conversation_id)
        people = self._beside.members(conversation_id)
        members = Followed(people, lambda now: self._met(members, now))
        try:
            await source.open()
            await members.open()
        except BaseException:
            await _close((source, members))
            raise
        return source, members

    async def _swap(self, key: str, opened: tuple[RowSource, Followed] | None) -> None:
        """One change for who watches: never one conversation's rows in another."""
        with self.hold_trait_notifications():
            before = self._leave_all()
            self.conversation = key
            self.at_start, self.at_end = False, True
            self.target = ("", self.target[1])
            if opened is not None:
                source, self._following = opened
                self._members = Members(self._me, self._following.snapshot)
                self.follow(source)
            self._typed()
        await _close(before)

    def _leave_all(self) -> tuple[RowSource | Followed | None, ...]:
        """What is to be closed."""
        following, self._following = self._following, None
        self._quotes.leave()
        return self.leave(), following

    def _met(self, members: Followed, snapshot: Snapshot) -> None:
        """Members are others, or further; perhaps of what is not shown yet."""
        if members is self._following:
            self._members = Members(self._me, snapshot)
            self.refresh()
            self._typed()

    def _show(self, snapshot: Snapshot) -> None:
        self._quotes.take(ConversationId(int(self.conversation)), snapshot)
        super()._show(snapshot)
        if self._source is not None:
            self.at_end = self._source.at_end

    def _typed(self) -> None:
        """Somebody began or ended typing."""
        people: tuple[UserId, ...] = ()
        if self._signals is not None and self.conversation:
            people = self._signals.typing(int(self.conversation))
        self.typing = self._members.typing(people)

    async def _load(self, *, older: bool) -> None:
        source = self._source
        if source is None or source is self._loading:
            return
        self._loading = source
        try:
            # Also at the start: what a lost connection hid may be there now.
            await (source.load_older(PAGE) if older else source.load_newer(PAGE))
        finally:
            if source is self._loading:
                self._loading = None
        self._note_ends(source)

    async def _jump(self, seq: int) -> None:
        source = self._source
        if source is None:
            return
        if all(row["seq"] != seq for row in self.rows):
            await source.jump(seq)
        self._note_ends(source)
        found = next((row["key"] for row in self.rows if row["seq"] == seq), "")
        if found and source is self._source:
            self.target = (found, self.target[1] + 1)
        elif source is self._source:
            self.error = "That message is not here"

    def _note_ends(self, source: RowSource) -> None:
        if source is self._source:
            self.at_start, self.at_end = source.at_start, source.at_end

    def _shrink(self) -> None:
        if self._source is not None:
            self._source.shrink()
            self._note_ends(self._source)


async def _close(opened: tuple[RowSource | Followed | None, ...]) -> None:
    for one in opened:
        if one is not None:
            await one.close()
