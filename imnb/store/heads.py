"""The newest state of each conversation, kept in memory by the writer.

A batch of messages moves a few heads in Python, and each COMMIT writes the heads
that moved once. Counting in SQL instead costs six times as much per commit.
"""

import dataclasses
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from imnb.store.connection import Reader

if TYPE_CHECKING:
    from imnb.store.transaction import Transaction

FEW = 2
"""So many rows are updated one by one (2 ms each), more by a join (5 ms)."""


@dataclasses.dataclass(slots=True)
class Head:
    """A row of ``conversation``, and what is known of the messages in it.

    ``unread`` counts the messages above ``read_seq`` that are not known to be
    mine or revoked: those that exist on the server and are not here yet count too.
    """

    conversation_id: int
    kind: int = 0
    title: str = ""
    created_at: int = 0
    first_seq: int = 1
    last_seq: int = 0
    change_seq: int = 0
    """All changes up to this one are here."""
    version: int = 0
    read_seq: int = 0
    unread: int = 0
    mentions: int = 0
    """Unread messages that mention me."""
    shown_seq: int = 0
    """The newest stored message that chats show; what follows is of it."""
    last_kind: str = ""
    last_text: str | None = None
    last_sender: str | None = None
    last_at: int | None = None
    last_is_revoked: bool = False
    pinned_at: int = 0
    muted_until: int = 0
    draft: str = ""
    draft_reply_to: int = 0
    draft_at: int = 0
    draft_is_local: bool = False
    """The server has not got it yet."""
    top: int = 0
    """Highest seq that is stored."""
    known: bool = False
    """The conversation was heard of, not only a message in it."""

    @property
    def floor(self) -> int:
        """Nothing at or below it can be unread."""
        return max(self.read_seq, self.first_seq - 1)

    def reach(self, seq: int) -> None:
        """Messages up to this one exist."""
        if seq > self.last_seq:
            self.unread += max(seq - max(self.last_seq, self.floor), 0)
            self.last_seq = seq

    def own(self, seq: int) -> None:
        """A message that was stored is mine, or was revoked."""
        if seq > self.floor:
            self.unread -= 1

    def show(self, seq: int, kind: str, text: str, sender: str, sent_at: int) -> None:
        """The newest message that is shown is this one."""
        self.shown_seq = seq
        self.last_kind = kind
        self.last_text = text
        self.last_sender = sender
        self.last_at = sent_at
        self.last_is_revoked = False

    def recount(self, not_unread: int, mentions: int) -> None:
        """Count anew, given the stored messages above `floor` that do not count."""
        self.unread = max(self.last_seq - self.floor, 0) - not_unread
        self.mentions = mentions


COLUMNS = {
    "conversation_id": "BIGINT",
    "kind": "TINYINT",
    "title": "VARCHAR",
    "created_at": "BIGINT",
    "first_seq": "BIGINT",
    "last_seq": "BIGINT",
    "change_seq": "BIGINT",
    "version": "BIGINT",
    "read_seq": "BIGINT",
    "unread": "BIGINT",
    "mentions": "BIGINT",
    "shown_seq": "BIGINT",
    "last_kind": "VARCHAR",
    "last_text": "VARCHAR",
    "last_sender": "VARCHAR",
    "last_at": "BIGINT",
    "last_is_revoked": "BOOLEAN",
    "pinned_at": "BIGINT",
    "muted_until": "BIGINT",
    "draft": "VARCHAR",
    "draft_reply_to": "BIGINT",
    "draft_at": "BIGINT",
    "draft_is_local": "BOOLEAN",
}
"""Of the table, in the order of the fields of `Head`."""
MOVING = (
    "last_seq",
    "change_seq",
    "read_seq",
    "unread",
    "mentions",
    "shown_seq",
    "last_kind",
    "last_text",
    "last_sender",
    "last_at",
    "last_is_revoked",
)
"""What messages and read cursors move; the rest is written by `Heads.renew`."""


class Heads:
    """All heads of one store; changes are undone when a transaction fails.

    Attributes:
        gone: conversations that were removed since the store was opened: what was
            asked for about them before that may still come, and is not wanted.
    """

    def __init__(self) -> None:
        self.gone: set[int] = set()
        self._heads: dict[int, Head] = {}
        self._before: dict[int, Head | None] = {}
        self._gone_before: set[int] | None = None
        self._renewed: set[int] = set()

    def __repr__(self) -> str:
        return f"<Heads {len(self._heads)} conversations>"

    def __len__(self) -> int:
        return len(self._heads)

    def load(self, reader: Reader) -> None:
        """Read them all: 10,000 take some milliseconds."""
        for row in reader.fetch(f"SELECT {', '.join(COLUMNS)} FROM conversation"):
            head = self._heads[row[0]] = Head(*row)
            head.known = True
        for conversation_id, top in reader.fetch(
            "SELECT conversation_id, max(seq) FROM message GROUP BY conversation_id"
        ):
            head = self._heads.setdefault(conversation_id, Head(conversation_id))
            head.top = top

    def get(self, conversation_id: int) -> Head | None:
        """A head to look at, not to change."""
        return self._heads.get(conversation_id)

    def change(self, conversation_id: int) -> Head:
        """A head to change in this transaction; a blank one if there is none."""
        head = self._heads.get(conversation_id)
        if conversation_id in self._before:
            if head is None:
                head = self._heads[conversation_id] = Head(conversation_id)
            return head
        if head is None:
            self._before[conversation_id] = None
            head = self._heads[conversation_id] = Head(conversation_id)
        else:
            self._before[conversation_id] = dataclasses.replace(head)
        return head

    def renew(self, conversation_id: int) -> None:
        """Write the whole row at COMMIT, new or not."""
        self._renewed.add(conversation_id)

    def remove(self, conversation_ids: Iterable[int]) -> None:
        """Forget heads whose rows were deleted."""
        self._remember_gone()
        for conversation_id in conversation_ids:
            self._before.setdefault(conversation_id, self._heads.get(conversation_id))
            self._heads.pop(conversation_id, None)
            self._renewed.discard(conversation_id)
            self.gone.add(conversation_id)

    def come_back(self, conversation_id: int) -> None:
        """I am in a conversation again that was removed."""
        if conversation_id in self.gone:
            self._remember_gone()
            self.gone.discard(conversation_id)

    def write(self, tx: "Transaction") -> None:
        """Bring the rows of ``conversation`` up to date."""
        renewed = [self._heads[key] for key in self._renewed]
        moved = [
            self._heads[key]
            for key, before in self._before.items()
            if key not in self._renewed
            and key in self._heads
            and self._heads[key].known
            and self._heads[key] != before
        ]
        if not renewed and not moved:
            return
        rev = tx.next_rev()
        if renewed:
            _replace_rows(tx, renewed, rev)
        if moved:
            names = self._moved_columns(moved)
            if len(moved) > FEW:
                _update_rows(tx, moved, names, rev)
            else:
                for head in moved:
                    _update_row(tx, head, names, rev)
        keys = [head.conversation_id for head in renewed + moved]
        tx.touched("conversation", keys, rev)

    def commit(self) -> None:
        """What was changed stays."""
        self._before.clear()
        self._renewed.clear()
        self._gone_before = None

    def rollback(self) -> None:
        """Back to how it was after the last commit."""
        for conversation_id, before in self._before.items():
            if before is None:
                self._heads.pop(conversation_id, None)
            else:
                self._heads[conversation_id] = before
        if self._gone_before is not None:
            self.gone = self._gone_before
        self.commit()

    def _moved_columns(self, heads: Iterable[Head]) -> list[str]:
        """What is other than it was in one of them."""
        before = [(head, self._before[head.conversation_id]) for head in heads]
        return [
            name
            for name in MOVING
            if any(
                getattr(now, name) != getattr(was, name, None) for now, was in before
            )
        ]

    def _remember_gone(self) -> None:
        if self._gone_before is None:
            self._gone_before = set(self.gone)


def _replace_rows(tx: "Transaction", heads: list[Head], rev: int) -> None:
    names, lists = ", ".join(COLUMNS), ", ".join(map(_unnested, COLUMNS))
    tx.execute(
        f"INSERT OR REPLACE INTO conversation ({names}, rev) SELECT {lists}, ?",
        [*(_values(heads, name) for name in COLUMNS), rev],
    )


def _update_row(tx: "Transaction", head: Head, names: Sequence[str], rev: int) -> None:
    values = "".join(f"{name} = ?, " for name in names)
    tx.execute(
        f"UPDATE conversation SET {values}rev = ? WHERE conversation_id = ?",
        [*(getattr(head, name) for name in names), rev, head.conversation_id],
    )


def _update_rows(
    tx: "Transaction", heads: list[Head], names: Sequence[str], rev: int
) -> None:
    given = ("conversation_id", *names)
    values = "".join(f"{name} = v.{name}, " for name in names)
    lists = ", ".join(f"{_unnested(name)} AS {name}" for name in given)
    tx.execute(
        f"UPDATE conversation SET {values}rev = v.rev "
        f"FROM (SELECT {lists}, ?::BIGINT AS rev) v "
        "WHERE conversation.conversation_id = v.conversation_id",
        [*(_values(heads, name) for name in given), rev],
    )


def _unnested(name: str) -> str:
    return f"unnest(?::{COLUMNS[name]}[])"


def _values(heads: Sequence[Head], name: str) -> list[object]:
    return [getattr(head, name) for head in heads]
