"""The list of conversations: which one is open, and starting new ones."""

from typing import Protocol

import traitlets

from imnb.live.snapshot import Snapshot
from imnb.models.conversation import Conversation, ConversationKind
from imnb.models.ids import ConversationId
from imnb.viewmodels.commands import CommandRunner
from imnb.viewmodels.presentation import hue, initials
from imnb.viewmodels.rows import RowSource, RowsViewModel, ShownRow

MAX_PREVIEW = 120
"""Characters of a last message that a list shows."""
MAX_NAME = 100
"""Characters of a group's title that is made of its members' names."""


class ConversationCommands(Protocol):
    """What the list can ask of a client."""

    async def open_direct(self, user: str) -> Conversation:
        """Find or make the conversation with one user."""

    async def create_group(self, title: str, members: list[str]) -> Conversation:
        """Make a group."""


class ConversationListViewModel(RowsViewModel):
    """Rows: key, title, initials, hue, preview, at (µs), unread, last_seq, group.

    Attributes:
        selected: key of the open conversation; empty for none.
    """

    selected = traitlets.Unicode("")

    def __init__(
        self, source: RowSource, commands: ConversationCommands, runner: CommandRunner
    ) -> None:
        super().__init__()
        self._commands = commands
        self._runner = runner
        self.follow(source)

    @property
    def selected_id(self) -> ConversationId | None:
        """The open conversation."""
        return ConversationId(int(self.selected)) if self.selected else None

    @property
    def unread(self) -> int:
        """Unread messages of all conversations that are listed."""
        return sum(row["unread"] for row in self.rows)

    def select(self, key: str) -> None:
        """Open a conversation that is in the list."""
        if any(row["key"] == key for row in self.rows):
            self._runner.post(self._select, key)

    def start(self, user_ids: list[str], title: str = "") -> None:
        """Open the conversation with one user, or make a group of several."""
        self._runner.run(self, "start", lambda: self._start(user_ids, title.strip()))

    def present(self, row: ShownRow) -> ShownRow:
        """See `RowsViewModel.present`."""
        title = row["title"]
        is_group = row["kind"] == ConversationKind.GROUP
        preview = (row["last_text"] or "")[:MAX_PREVIEW].replace("\n", " ")
        if not preview and row["last_sender"]:
            preview = "A message without text"
        return {
            "title": title,
            "initials": initials(title),
            "hue": hue(title),
            "preview": preview,
            "sender": row["last_sender"] or "",
            "at": row["last_at"],
            "unread": row["unread"],
            "last_seq": row["last_seq"],
            "group": is_group,
            "members": row["member_count"],
        }

    def _select(self, key: str) -> None:
        self.error = ""
        self.selected = key

    def _show(self, snapshot: Snapshot) -> None:
        before = self._row(self.selected)
        super()._show(snapshot)
        if before is not None and self._row(self.selected) is None:
            self.error = f"{before['title']} is not among your conversations any more"
            self.selected = ""

    def _row(self, key: str) -> ShownRow | None:
        return next((row for row in self.rows if row["key"] == key), None)

    async def _start(self, user_ids: list[str], title: str) -> None:
        users = list(dict.fromkeys(name.strip() for name in user_ids if name.strip()))
        if not users:
            self.error = "name at least one user"
            return
        if len(users) == 1 and not title:
            conversation = await self._commands.open_direct(users[0])
        else:
            name = title or ", ".join(users)[:MAX_NAME]
            conversation = await self._commands.create_group(name, users)
        self.selected = str(conversation.conversation_id)
