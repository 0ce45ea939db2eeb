"""The parts of the chat program: the list chooses what chat and composer show."""

from collections.abc import Callable
from typing import Any, Protocol

from imnb.models.ids import ConversationId
from imnb.models.user import User
from imnb.viewmodels.beside import BesideSources
from imnb.viewmodels.chat import ChatCommands, ChatViewModel, Signals
from imnb.viewmodels.commands import CommandRunner
from imnb.viewmodels.composer import ComposerViewModel, SendCommands
from imnb.viewmodels.connection import Connected, ConnectionViewModel
from imnb.viewmodels.conversation_list import (
    ConversationCommands,
    ConversationListViewModel,
    PreferenceCommands,
)
from imnb.viewmodels.drafts import DraftStore
from imnb.viewmodels.presentation import PresentationRegistry
from imnb.viewmodels.rows import RowSource

ALL = 5_000
"""Conversations beyond the first page; a search must find every one."""


class Preferences(PreferenceCommands, DraftStore, Protocol):
    """What a client keeps of conversations for me."""


class Commands(ChatCommands, ConversationCommands, SendCommands, Protocol):
    """Everything that the chat program can ask of a client."""

    @property
    def preferences(self) -> Preferences:
        """Pinned, muted, drafted."""


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
        beside: BesideSources,
        runner: CommandRunner,
        time: Callable[[], float],
        signals: Signals | None = None,
        presentations: PresentationRegistry | None = None,
    ) -> None:
        self.me = me
        self._conversations = conversations
        self._runner = runner
        self.connection = ConnectionViewModel(connected, me.display_name, runner, time)
        self.list = ConversationListViewModel(conversations, commands, runner)
        self.chat = ChatViewModel(
            me.user_id,
            open_chat,
            beside,
            commands,
            runner,
            signals=signals,
            presentations=presentations,
        )
        self.composer = ComposerViewModel(commands, runner, self.list.draft)
        self.chat.on_reply = self.composer.reply
        self.chat.on_edit = self.composer.edit
        self.list.observe(self._selected, "selected")
        self.list.observe(self._rows_changed, "rows")
        self.chat.observe(self._show_header, "conversation")
        self.connection.observe(self._state_changed, "tone")
        runner.run(self.list, "open", self._open)

    def __repr__(self) -> str:
        return (
            f"<AppViewModel of {self.me.user_id}, {len(self.list.rows)} conversations>"
        )

    def close(self) -> None:
        """Stop following the client."""
        for view_model in (self.connection, self.list, self.composer, self.chat):
            view_model.close()
        self._runner.run(self.list, "close", self._conversations.close)

    async def _open(self) -> None:
        await self._conversations.open()
        if self.list.rows and not self.list.selected:
            self.list.selected = self.list.rows[0]["key"]
        await self._conversations.load_older(ALL)

    def _selected(self, change: dict[str, Any]) -> None:
        self.composer.conversation = change["new"]
        self.chat.show(self.list.selected_id)

    def _rows_changed(self, change: object) -> None:
        self._show_header(change)
        self.connection.refresh()

    def _show_header(self, _change: object) -> None:
        shown = self.chat.conversation
        rows = (row for row in self.list.rows if row["key"] == shown)
        self.chat.header = next(rows, {})

    def _state_changed(self, change: dict[str, Any]) -> None:
        if change["new"] == "good":
            self.chat.connected()
