"""What the writer keeps in memory beside the tables, in step with them.

Each part is changed inside a transaction, written once before COMMIT, and put
back when the transaction fails.
"""

import collections
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from imnb.store.connection import Reader
from imnb.store.heads import Heads

if TYPE_CHECKING:
    from imnb.store.transaction import Transaction


class Drafts:
    """The client ids in the outbox, so that a message costs one look-up."""

    def __init__(self) -> None:
        self._ids: set[str] = set()
        self._before: set[str] | None = None
        self._position = 0

    def __contains__(self, client_id: str) -> bool:
        return client_id in self._ids

    def __len__(self) -> int:
        return len(self._ids)

    def load(self, reader: Reader) -> None:
        """Read the ids and the last position."""
        for client_id, position in reader.fetch(
            "SELECT client_id, position FROM outbox"
        ):
            self._ids.add(client_id)
            self._position = max(self._position, position)

    def add(self, client_id: str) -> int:
        """A draft was written; gives its place in the order of sending."""
        self._remember()
        self._ids.add(client_id)
        self._position += 1
        return self._position

    def remove(self, tx: "Transaction", client_ids: Sequence[str]) -> None:
        """Delete drafts that were accepted or given up; others are ignored."""
        gone = [client_id for client_id in client_ids if client_id in self._ids]
        if not gone:
            return
        self._remember()
        self._ids.difference_update(gone)
        tx.execute(
            "DELETE FROM outbox WHERE client_id IN (SELECT unnest(?::VARCHAR[]))",
            [gone],
        )
        tx.bury("outbox", gone, tx.next_rev())

    def commit(self) -> None:
        """What was changed stays."""
        self._before = None

    def rollback(self) -> None:
        """Back to how it was after the last commit; positions may have gaps."""
        if self._before is not None:
            self._ids = self._before
        self._before = None

    def _remember(self) -> None:
        if self._before is None:
            self._before = set(self._ids)


class Waiting:
    """Messages that are not here, and how many changes wait for each."""

    def __init__(self) -> None:
        self._keys: collections.Counter[tuple[int, int]] = collections.Counter()
        self._before: collections.Counter[tuple[int, int]] | None = None

    def __len__(self) -> int:
        return len(self._keys)

    @property
    def changes(self) -> int:
        """How many wait for all of them together."""
        return self._keys.total()

    def load(self, reader: Reader) -> None:
        """Read which ones."""
        self._keys.clear()
        for conversation_id, seq, count in reader.fetch(
            "SELECT conversation_id, seq, count(*) FROM waiting_change GROUP BY 1, 2"
        ):
            self._keys[conversation_id, seq] = count

    def among(self, keys: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
        """Which of these."""
        return [key for key in keys if key in self._keys]

    def add(self, keys: Iterable[tuple[int, int]]) -> None:
        """A change was stored for each of these."""
        self._remember()
        self._keys.update(keys)

    def remove(self, keys: Iterable[tuple[int, int]]) -> None:
        """Nothing waits for these any more."""
        self._remember()
        for key in keys:
            self._keys.pop(key, None)

    def forget(self, conversation_ids: Iterable[int]) -> None:
        """Conversations were removed."""
        if self._keys:
            ids = set(conversation_ids)
            self.remove([key for key in self._keys if key[0] in ids])

    def commit(self) -> None:
        """What was changed stays."""
        self._before = None

    def rollback(self) -> None:
        """Back to how it was after the last commit."""
        if self._before is not None:
            self._keys = self._before
        self._before = None

    def _remember(self) -> None:
        if self._before is None:
            self._before = self._keys.copy()


class Position:
    """Where the account's event feed stands; one UPDATE however often it moved.

    Attributes:
        at: epoch and event_seq as of this transaction: a batch of events that
            does not begin there must not be stored.
    """

    def __init__(self) -> None:
        self.at: tuple[str, int] = ("", 0)
        self._before: tuple[str, int] | None = None

    def load(self, reader: Reader) -> None:
        """Read what is stored."""
        [(epoch, event_seq)] = reader.fetch("SELECT epoch, event_seq FROM cursor")
        self.at = (epoch, event_seq)

    def move(self, epoch: str, event_seq: int) -> None:
        """Everything up to this event is in this transaction, or was before."""
        if self._before is None:
            self._before = self.at
        self.at = (epoch, event_seq)

    def write(self, tx: "Transaction") -> None:
        """Write it if it moved."""
        if self._before is not None:
            tx.execute("UPDATE cursor SET epoch = ?, event_seq = ?", self.at)

    def commit(self) -> None:
        """What was changed stays."""
        self._before = None

    def rollback(self) -> None:
        """Back to how it was after the last commit."""
        if self._before is not None:
            self.at = self._before
        self._before = None


class Residents:
    """All of it, for one store."""

    def __init__(self, me: str) -> None:
        self.me = me
        self.heads = Heads()
        self.drafts = Drafts()
        self.waiting = Waiting()
        self.position = Position()

    def load(self, reader: Reader) -> None:
        """Read what a store holds."""
        self.heads.load(reader)
        self.drafts.load(reader)
        self.waiting.load(reader)
        self.position.load(reader)

    def write(self, tx: "Transaction") -> None:
        """Before COMMIT."""
        self.heads.write(tx)
        self.position.write(tx)

    def commit(self) -> None:
        """After COMMIT."""
        self.heads.commit()
        self.drafts.commit()
        self.waiting.commit()
        self.position.commit()

    def rollback(self) -> None:
        """After ROLLBACK."""
        self.heads.rollback()
        self.drafts.rollback()
        self.waiting.rollback()
        self.position.rollback()
