"""Messages on their way into the store, by whatever way they came."""

import dataclasses
from collections.abc import Sequence

from imnb.models.message import Message
from imnb.store.tables import change, message, unprocessed
from imnb.store.tables.unprocessed import Failure
from imnb.store.transaction import Transaction
from imnb.sync.plugins.plugin import CONTENT, KIND, Plugin, Row


@dataclasses.dataclass(slots=True, repr=False)
class Arrivals:
    """Some messages, and what goes with them.

    Attributes:
        rows: the messages.
        states: those that came as they are after changes.
        failures: those that a plugin did not see.
        recorders: plugins that note them.
        hidden: kinds that chats do not show.
    """

    rows: list[Row]
    states: Sequence[Message] = ()
    failures: Sequence[Failure] = ()
    recorders: Sequence[Plugin] = ()
    hidden: frozenset[str] = message.HIDDEN

    def __repr__(self) -> str:
        return f"<Arrivals: {len(self)} messages>"

    def __len__(self) -> int:
        return len(self.rows)

    def store(self, tx: Transaction) -> int:
        """Write them, in the writer's thread; may run twice.

        Returns:
            How many were new.
        """
        new = message.add(tx, self.rows, self.hidden)
        carrying = [row for row in new if row[CONTENT]]
        if carrying:
            self._record(tx, carrying)
        if self.states:
            change.restate(tx, self.states)
        if len(tx.waiting):
            change.arrived(tx, new)
        if self.failures:
            keys = {row[:2] for row in new}
            unprocessed.add(tx, [one for one in self.failures if one[:2] in keys])
        return len(new)

    def _record(self, tx: Transaction, rows: Sequence[Row]) -> None:
        for plugin in self.recorders:
            chosen = [row for row in rows if row[KIND] in plugin.kinds]
            if chosen and plugin.record is not None:
                plugin.record(tx, chosen)
