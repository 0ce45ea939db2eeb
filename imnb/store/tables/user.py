"""People."""

from collections.abc import Sequence

from imnb.models.ids import FileId, UserId
from imnb.models.user import User
from imnb.store.connection import Reader
from imnb.store.transaction import Transaction


def upsert(tx: Transaction, users: Sequence[User]) -> None:
    """Store users as they are now; of one id given twice, the last counts."""
    latest = {user.user_id: user for user in users}
    if not latest:
        return
    rev = tx.next_rev()
    ids = list(latest)
    tx.execute(
        'INSERT OR REPLACE INTO "user" (user_id, name, about, avatar, rev) '
        "SELECT unnest(?::VARCHAR[]), unnest(?::VARCHAR[]), unnest(?::VARCHAR[]), "
        "unnest(?::VARCHAR[]), ?",
        [
            ids,
            [user.name for user in latest.values()],
            [user.about for user in latest.values()],
            [user.avatar for user in latest.values()],
            rev,
        ],
    )
    tx.touched("user", ids, rev)


def load(reader: Reader) -> list[User]:
    """Everybody, by name."""
    rows = reader.fetch(
        'SELECT user_id, name, about, avatar FROM "user" ORDER BY name, user_id'
    )
    return [User(UserId(row[0]), row[1], row[2], FileId(row[3])) for row in rows]
