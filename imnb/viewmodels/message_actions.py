"""What can be done with the messages of the open conversation."""

from collections.abc import Callable
from typing import Any, Protocol

import traitlets

from imnb.models.ids import ConversationId
from imnb.viewmodels.commands import CommandRunner
from imnb.viewmodels.rows import RowsViewModel, ShownRow

Place = tuple[ConversationId, int]
"""Conversation and seq."""


class MessageCommands(Protocol):
    """What is asked of a client."""

    async def retry(self, client_id: str) -> object:
        """Send a failed message again."""

    async def discard(self, client_id: str) -> object:
        """Give a failed message up."""

    async def revoke(self, message: Place) -> object:
        """Take a message back."""

    async def react(self, message: Place, emoji: str) -> object:
        """Put an emoji on a message."""

    async def unreact(self, message: Place, emoji: str) -> object:
        """Take it off again."""


class MessageActions(RowsViewModel):
    """Commands on rows, by their keys; one that a row does not offer does nothing.

    Attributes:
        conversation: key of what is shown; empty for nothing.
        on_reply, on_edit: get the conversation and the row that was chosen.
        on_forward: gets the place of the message; without it nothing is forwarded.
    """

    conversation = traitlets.Unicode("")

    def __init__(self, commands: MessageCommands, runner: CommandRunner) -> None:
        super().__init__()
        self._commands = commands
        self._runner = runner
        self.on_reply: Callable[[str, ShownRow], None] | None = None
        self.on_edit: Callable[[str, ShownRow], None] | None = None
        self.on_forward: Callable[[Place], None] | None = None

    def retry(self, key: str) -> None:
        """Send a failed message again."""
        self._runner.run(self, "retry", lambda: self._commands.retry(key))

    def discard(self, key: str) -> None:
        """Give a failed message up."""
        self._runner.run(self, "discard", lambda: self._commands.discard(key))

    def revoke(self, key: str) -> None:
        """Take a message back."""
        if row := self._offering(key, "revoke"):
            place = self._place(row)
            self._runner.run(self, "revoke", lambda: self._commands.revoke(place))

    def react(self, key: str, emoji: str) -> None:
        """Put an emoji on a message, or take mine off."""
        if row := self._offering(key, "react"):
            place = self._place(row)
            has = any(r["mine"] and r["emoji"] == emoji for r in row["reactions"])
            command = self._commands.unreact if has else self._commands.react
            self._runner.run(self, "react", lambda: command(place, emoji))

    def reply(self, key: str) -> None:
        """Answer a message, in the composer."""
        self._hand_over(self.on_reply, key, "reply")

    def edit(self, key: str) -> None:
        """Write a message of mine anew, in the composer."""
        self._hand_over(self.on_edit, key, "edit")

    def forward(self, key: str) -> None:
        """Choose where a message is passed on to."""
        row = self._offering(key, "forward")
        if row and self.on_forward is not None:
            self._runner.post(self.on_forward, self._place(row))

    def _hand_over(
        self, hook: Callable[[str, ShownRow], None] | None, key: str, action: str
    ) -> None:
        row = self._offering(key, action)
        if row and hook is not None:
            self._runner.post(hook, self.conversation, row)

    def _offering(self, key: str, action: str) -> ShownRow | None:
        found: Any = next((row for row in self.rows if row["key"] == key), None)
        return found if found and action in found["actions"] else None

    def _place(self, row: ShownRow) -> Place:
        return ConversationId(int(self.conversation)), row["seq"]
