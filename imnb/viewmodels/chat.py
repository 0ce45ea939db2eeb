"""One open conversation."""

from collections.abc import Callable
from typing import Protocol

import traitlets

from imnb.models.ids import ConversationId, UserId
from imnb.viewmodels.commands import CommandRunner
from imnb.viewmodels.presentation import (
    PresentationRegistry,
    default_presentations,
    hue,
    initials,
)
from imnb.viewmodels.read_marks import ReadCommands, ReadMarks
from imnb.viewmodels.rows import RowSource, RowsViewModel, ShownRow

PAGE = 50


class ChatCommands(ReadCommands, Protocol):
    """What a chat can ask of a client."""

    async def retry(self, client_id: str) -> object:
        """Send a failed message again."""

    async def discard(self, client_id: str) -> object:
        """Give a failed message up."""


class ChatViewModel(RowsViewModel):
    """Rows: key, mine, name, initials, hue, text, style, at (µs), state, error.

    Attributes:
        conversation: key of what is shown; empty for nothing.
        at_start: no older messages came when they were last asked for.
        header: the row of the conversation list for what is shown.
    """

    conversation = traitlets.Unicode("")
    at_start = traitlets.Bool(False)
    header = traitlets.Dict()

    def __init__(
        self,
        me: UserId,
        open_source: Callable[[ConversationId], RowSource],
        commands: ChatCommands,
        runner: CommandRunner,
        presentations: PresentationRegistry | None = None,
    ) -> None:
        super().__init__()
        self._me = me
        self._open_source = open_source
        self._commands = commands
        self._runner = runner
        self._presentations = presentations or default_presentations()
        self._turn = 0
        self._loading: RowSource | None = None
        self._marks = ReadMarks(self, commands, runner)

    def show(self, conversation_id: ConversationId | None) -> None:
        """Show another conversation, or none."""
        self._turn += 1
        turn = self._turn
        self._runner.run(self, "show", lambda: self._show_other(turn, conversation_id))

    def load_older(self) -> None:
        """Page back."""
        # It is also asked for when nobody did: what is shown stays.
        self._runner.run(self, "load older", self._load_older, self.fail)

    def shrink(self) -> None:
        """The newest message is on the screen: old pages can go."""
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

    def retry(self, key: str) -> None:
        """Send a failed message again."""
        self._runner.run(self, "retry", lambda: self._commands.retry(key))

    def discard(self, key: str) -> None:
        """Give a failed message up."""
        self._runner.run(self, "discard", lambda: self._commands.discard(key))

    def present(self, row: ShownRow) -> ShownRow:
        """See `RowsViewModel.present`."""
        shown = self._presentations.present(row)
        name = row["sender_name"]
        return {
            "mine": row["sender_id"] == self._me,
            "sender": row["sender_id"],
            "name": name,
            "initials": initials(name),
            "hue": hue(row["sender_id"]),
            "text": shown.text,
            "style": shown.style,
            "at": row["sent_at"],
            "state": row["state"],
            "error": row["error"],
        }

    def close(self) -> None:
        """See `ViewModel.close`."""
        self._turn += 1  # what is being opened is too late
        source = self.leave()
        if source is not None:
            self._runner.run(self, "close", source.close)
        super().close()

    async def _show_other(
        self, turn: int, conversation_id: ConversationId | None
    ) -> None:
        source = None
        try:
            if conversation_id is not None:
                source = await self._opened(conversation_id)
        except BaseException:
            # Not the one before: the next message would not go there.
            if turn == self._turn:
                await self._swap("", None)
            raise
        if turn == self._turn:
            key = "" if conversation_id is None else str(conversation_id)
            await self._swap(key, source)
        elif source is not None:  # another one was chosen meanwhile
            await source.close()

    async def _opened(self, conversation_id: ConversationId) -> RowSource:
        source = self._open_source(conversation_id)
        try:
            await source.open()
        except BaseException:
            await source.close()
            raise
        return source

    async def _swap(self, key: str, source: RowSource | None) -> None:
        """One change for who watches: never one conversation's rows in another."""
        with self.hold_trait_notifications():
            before = self.leave()
            self.conversation = key
            self.at_start = False
            if source is not None:
                self.follow(source)
        if before is not None:
            await before.close()

    async def _load_older(self) -> None:
        source = self._source
        if source is None or source is self._loading:
            return
        self._loading = source
        try:
            # Also at the start: what a lost connection hid may be there now.
            await source.load_older(PAGE)
        finally:
            if source is self._loading:
                self._loading = None
        if source is self._source:
            self.at_start = source.at_start

    def _shrink(self) -> None:
        if self._source is not None:
            self._source.shrink()
            self.at_start = self._source.at_start
