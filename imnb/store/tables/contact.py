"""My address book.

It has a version, and each change of it the next one. A change that does not follow
on what is here is left out: the address book is asked for then.
"""

from collections.abc import Sequence

from imnb.models.contact import Contact
from imnb.models.ids import UserId
from imnb.store.connection import Reader
from imnb.store.transaction import Transaction


def change(
    tx: Transaction, contact: Contact, version: int, *, is_removed: bool
) -> bool:
    """Carry out one change.

    Returns:
        False if those before it are missing; nothing is done then.
    """
    here = load_version(tx)
    if version > here + 1:
        return False
    if version == here + 1:
        _write(tx, [] if is_removed else [contact], version)
        if is_removed:
            remove(tx, [contact.user_id])
    return True


def update(
    tx: Transaction,
    contacts: Sequence[Contact],
    removed: Sequence[str],
    version: int,
    *,
    is_whole: bool = False,
) -> None:
    """Store what was asked for: what changed since, or the whole address book."""
    if version < load_version(tx):
        return  # events were faster
    if is_whole:
        there = {one.user_id for one in contacts}
        removed = [one.user_id for one in load(tx) if one.user_id not in there]
    _write(tx, contacts, version)
    remove(tx, removed)


def replace(tx: Transaction, contacts: Sequence[Contact], version: int) -> None:
    """Start anew with another address book, whatever was here."""
    there = {one.user_id for one in contacts}
    _write(tx, contacts, version)
    remove(tx, [one.user_id for one in load(tx) if one.user_id not in there])


def remove(tx: Transaction, user_ids: Sequence[str]) -> None:
    """Take people out of it."""
    if user_ids:
        ids = list(user_ids)
        tx.execute(
            "DELETE FROM contact WHERE user_id IN (SELECT unnest(?::VARCHAR[]))", [ids]
        )
        tx.bury("contact", ids, tx.next_rev())


def load(reader: Reader) -> list[Contact]:
    """All of it, by user id."""
    rows = reader.fetch("SELECT user_id, alias, added_at FROM contact ORDER BY 1")
    return [Contact(UserId(row[0]), row[1], row[2]) for row in rows]


def load_version(reader: Reader) -> int:
    """Up to which change it is here."""
    [(version,)] = reader.fetch("SELECT contacts_version FROM cursor")
    return int(version)


def _write(tx: Transaction, contacts: Sequence[Contact], version: int) -> None:
    rev = tx.next_rev()
    latest = {one.user_id: one for one in contacts}
    if latest:
        tx.execute(
            "INSERT OR REPLACE INTO contact (user_id, alias, added_at, rev) "
            "SELECT unnest(?::VARCHAR[]), unnest(?::VARCHAR[]), unnest(?::BIGINT[]), ?",
            [
                list(latest),
                [one.alias for one in latest.values()],
                [one.added_at for one in latest.values()],
                rev,
            ],
        )
        tx.touched("contact", list(latest), rev)
    tx.execute("UPDATE cursor SET contacts_version = ?", [version])
