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
from imnb.viewmodels.rows import RowSource, RowsViewModel, ShownRow

PAGE = 50


class ChatCommands(Protocol):
    """What a chat can ask of a client."""

    async def mark_read(self, conversation_id: ConversationId) -> object:
        """Everything here was seen."""

    async def retry(self, client_id: str) -> object:
        """Send a failed message again."""

    async def discard(self, client_id: str) -> object:
        """Give a failed message up."""


class ChatViewModel(RowsViewModel):
    """Rows: key, mine, name, initials, hue, text, style, at (µs), state, error.

    Attributes:
        conversation: key of what is shown; empty for nothing.
        at_start: there are no older messages.
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

    def show(self, conversation_id: ConversationId | None) -> None:
        """Show another conversation, or none."""
        self._runner.run(self, "show", lambda: self._show_other(conversation_id))

    def load_older(self) -> None:
        """Page back."""
        if not self.busy:
            self._runner.run(self, "load older", self._load_older)

    def shrink(self) -> None:
        """The newest message is on the screen: old pages can go."""
        if self._source is not None:
            self._runner.post(self._source.shrink)

    def mark_read(self) -> None:
        """What is shown was seen."""
        if self.conversation:
            shown = ConversationId(int(self.conversation))
            self._runner.run(self, "mark read", lambda: self._commands.mark_read(shown))

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

    async def close_source(self) -> None:
        """Stop reading the store for what was shown."""
        source = self.leave()
        if source is not None:
            await source.close()

    async def _show_other(self, conversation_id: ConversationId | None) -> None:
        await self.close_source()
        self.at_start = False
        self.conversation = "" if conversation_id is None else str(conversation_id)
        if conversation_id is None:
            return
        source = self._open_source(conversation_id)
        await source.open()
        if self.conversation != str(conversation_id):  # another one meanwhile
            await source.close()
            return
        self.follow(source)

    async def _load_older(self) -> None:
        source = self._source
        if source is not None and not self.at_start:
            await source.load_older(PAGE)
            self.at_start = source.at_start
