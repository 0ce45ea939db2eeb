"""The list of conversations: which one is open, and starting new ones."""

from typing import Protocol

import traitlets

from imnb.live.snapshot import Snapshot
from imnb.models.conversation import Conversation, ConversationKind
from imnb.models.ids import ConversationId
from imnb.models.kinds import NOTICE
from imnb.viewmodels.commands import CommandRunner
from imnb.viewmodels.looks import one_line
from imnb.viewmodels.presentation import hue, initials
from imnb.viewmodels.rows import RowSource, RowsViewModel, ShownRow

MAX_PREVIEW = 120
"""Characters of a last message that a list shows."""
MAX_TIME = 1 << 52
"""Microseconds; above, a browser's numbers are not exact any more."""
MAX_NAME = 100
"""Characters of a group's title that is made of its members' names."""


class ConversationCommands(Protocol):
    """What the list can ask of a client."""

    async def open_direct(self, user: str) -> Conversation:
        """Find or make the conversation with one user."""

    async def create_group(self, title: str, members: list[str]) -> Conversation:
        """Make a group."""

    @property
    def preferences(self) -> "PreferenceCommands":
        """What is pinned and muted."""


class PreferenceCommands(Protocol):
    """See `imnb.client.api.preferences.Settings`."""

    async def pin(self, conversation: ConversationId) -> object:
        """Keep it on top."""

    async def unpin(self, conversation: ConversationId) -> object:
        """Let it go."""

    async def mute(self, conversation: ConversationId) -> object:
        """Have no noise from it."""

    async def unmute(self, conversation: ConversationId) -> object:
        """Hear of it again."""


class ConversationListViewModel(RowsViewModel):
    """All conversations, and which one is open.

    Rows: key, title, initials, hue, preview, sender, notice, at (µs), unread,
    mentions, draft, draft_reply_to, pinned, muted_until (µs; 0: not), last_seq,
    read_seq, group, members.

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

    def pin(self, key: str) -> None:
        """Keep a conversation on top, or not any more."""
        if row := self._row(key):
            to = ConversationId(int(key))
            asked = self._commands.preferences
            command = asked.unpin if row["pinned"] else asked.pin
            self._runner.run(self, "pin", lambda: command(to))

    def mute(self, key: str, muted: bool) -> None:
        """Have no noise from a conversation, or hear of it again."""
        if self._row(key):
            to = ConversationId(int(key))
            asked = self._commands.preferences
            command = asked.mute if muted else asked.unmute
            self._runner.run(self, "mute", lambda: command(to))

    def draft(self, key: str) -> tuple[str, int]:
        """The draft of a conversation, and what it answers."""
        row = self._row(key)
        return (row["draft"], row["draft_reply_to"]) if row else ("", 0)

    def present(self, row: ShownRow) -> ShownRow:
        """See `RowsViewModel.present`."""
        title = row["title"]
        is_group = row["kind"] == ConversationKind.GROUP
        preview = ""
        if row["last_sender"]:
            revoked = bool(row["last_is_revoked"])
            preview = one_line(row["last_kind"], row["last_text"] or "", revoked)
        return {
            "title": title,
            "initials": initials(title),
            "hue": hue(title),
            "preview": preview[:MAX_PREVIEW],
            "sender": row["last_sender"] or "",
            "notice": row["last_kind"] == NOTICE,
            "draft": row["draft"],
            "draft_reply_to": row["draft_reply_to"],
            "at": row["last_at"],
            "unread": row["unread"],
            "mentions": row["mentions"],
            "pinned": bool(row["pinned_at"]),
            "muted_until": min(row["muted_until"], MAX_TIME),
            "last_seq": row["last_seq"],
            "read_seq": row["read_seq"],
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
