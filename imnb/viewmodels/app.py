"""The parts of the chat program: the list chooses what chat and composer show."""

from collections.abc import Callable
from typing import Any, Protocol

from imnb.models.ids import ConversationId
from imnb.models.user import User
from imnb.viewmodels.chat import ChatCommands, ChatViewModel
from imnb.viewmodels.commands import CommandRunner
from imnb.viewmodels.composer import ComposerViewModel, SendCommands
from imnb.viewmodels.connection import Connected, ConnectionViewModel
from imnb.viewmodels.conversation_list import (
    ConversationCommands,
    ConversationListViewModel,
)
from imnb.viewmodels.rows import RowSource


class Commands(ChatCommands, ConversationCommands, SendCommands, Protocol):
    """Everything that the chat program can ask of a client."""


class AppViewModel:
    """Owns the view models of one chat program."""

    def __init__(
        self,
        *,
        me: User,
        commands: Commands,
        connected: Connected,
        conversations: RowSource,
        open_chat: Callable[[ConversationId], RowSource],
        runner: CommandRunner,
        time: Callable[[], float],
    ) -> None:
        self.me = me
        self._conversations = conversations
        self._runner = runner
        self.connection = ConnectionViewModel(connected, me.display_name, runner, time)
        self.list = ConversationListViewModel(conversations, commands, runner)
        self.chat = ChatViewModel(me.user_id, open_chat, commands, runner)
        self.composer = ComposerViewModel(commands, runner)
        self.list.observe(self._selected, "selected")
        self.list.observe(self._rows_changed, "rows")
        runner.run(self.list, "open", self._open)

    def __repr__(self) -> str:
        return (
            f"<AppViewModel of {self.me.user_id}, {len(self.list.rows)} conversations>"
        )

    def close(self) -> None:
        """Stop following the client."""
        for view_model in (self.connection, self.list, self.composer):
            view_model.close()
        self._runner.run(self.chat, "close", self._close)

    async def _open(self) -> None:
        await self._conversations.open()
        if self.list.rows and not self.list.selected:
            self.list.selected = self.list.rows[0]["key"]

    async def _close(self) -> None:
        await self.chat.close_source()
        await self._conversations.close()
        self.chat.close()

    def _selected(self, change: dict[str, Any]) -> None:
        self.composer.conversation = change["new"]
        self.chat.show(self.list.selected_id)
        self._rows_changed(change)

    def _rows_changed(self, _change: object) -> None:
        selected = self.list.selected
        row = next((row for row in self.list.rows if row["key"] == selected), None)
        if row is not None:
            self.chat.header = row
