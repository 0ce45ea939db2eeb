"""People."""

from collections.abc import Sequence

from imnb.models.ids import UserId
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
        'INSERT OR REPLACE INTO "user" (user_id, name, rev) '
        "SELECT unnest(?::VARCHAR[]), unnest(?::VARCHAR[]), ?",
        [ids, [user.name for user in latest.values()], rev],
    )
    tx.touched("user", ids, rev)


def load(reader: Reader) -> list[User]:
    """Everybody, by name."""
    rows = reader.fetch('SELECT user_id, name FROM "user" ORDER BY name, user_id')
    return [User(UserId(user_id), name) for user_id, name in rows]
