"""How far the account's event feed is stored."""

from imnb.models.ids import EventSeq
from imnb.store.connection import Reader
from imnb.store.transaction import Transaction


def load(reader: Reader) -> tuple[str, EventSeq]:
    """The server's epoch ("" before the first reset) and the last stored event."""
    [(epoch, event_seq)] = reader.fetch("SELECT epoch, event_seq FROM cursor")
    return epoch, EventSeq(event_seq)


def save(tx: Transaction, epoch: str, event_seq: int) -> None:
    """Move the cursor, in the transaction of the rows it covers."""
    tx.position.move(epoch, event_seq)
