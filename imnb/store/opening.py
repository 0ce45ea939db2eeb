"""From a path to a ledger: lock, migrate, check the owner, load what is kept."""

import pathlib
import shutil
from collections.abc import Callable

from imnb.errors import ConfigError, StoreError
from imnb.store.connection import Cursor, staging_folder
from imnb.store.feed import Feed
from imnb.store.keys import StoreKey, no_key
from imnb.store.ledger import Ledger
from imnb.store.lock import OwnerLock
from imnb.store.migrator import Series, load_series, open_file
from imnb.store.residents import Residents

STORE = load_series("imnb store")

TOMBSTONE_AGE = 30 * 24 * 3600 * 1_000_000
"""Microseconds. An observer that was away for longer starts anew."""


def open_ledger(
    path: pathlib.Path | None,
    me: str,
    series: Series,
    feed: Feed,
    clock: Callable[[], int],
    key: Callable[[], StoreKey | None] = no_key,
) -> Ledger:
    """Open a user's store; in the writer's thread, where asking for a key may wait.

    Raises:
        StoreError: locked, damaged, too new, or somebody else's.
    """
    lock = take_lock(path)
    try:
        duck = open_file(path, series, key())
        try:
            cursor = Cursor(duck)
            claim(cursor, me)
            prune(cursor, clock() - TOMBSTONE_AGE)
            residents = Residents(me)
            residents.load(cursor)
            revision = last_revision(cursor)
        except BaseException:
            duck.close()
            raise
    except BaseException:
        if lock is not None:
            lock.release()
        raise
    return Ledger(duck, residents, feed, clock, lock, revision)


def take_lock(path: pathlib.Path | None) -> OwnerLock | None:
    """Make the folder, readable by its owner only, and lock the file's place.

    Raises:
        ConfigError: a path that DuckDB does not take.
        StoreLocked: somebody has it open.
        StoreError: the folder cannot be made or written to.
    """
    if path is None:
        return None
    if "?" in str(path):
        raise ConfigError(f"{path}: DuckDB takes no ? in the path of a file")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = OwnerLock.take(path)
    except OSError as error:
        raise StoreError(
            f"the store {path} cannot be made or opened: {error.strerror}: choose a "
            "folder that can be written to"
        ) from error
    shutil.rmtree(staging_folder(path), ignore_errors=True)  # cut off by a crash
    return lock


def claim(cursor: Cursor, me: str) -> None:
    """A store belongs to the first user that opens it.

    Raises:
        StoreError: it is another user's.
    """
    rows = cursor.fetch("SELECT value FROM meta WHERE key = 'me'")
    if not rows:
        cursor.fetch("INSERT INTO meta VALUES ('me', ?)", [me])
    elif rows[0][0] != me:
        raise StoreError(f"the store belongs to {rows[0][0]!r}, not to {me!r}")


def prune(cursor: Cursor, before: int) -> None:
    """Drop old tombstones, and note the newest revision among them."""
    [(count, newest)] = cursor.fetch(
        "SELECT count(*), max(rev) FROM tombstone WHERE deleted_at < ?", [before]
    )
    if count:
        cursor.fetch(
            "INSERT OR REPLACE INTO meta VALUES ('pruned_rev', ?)", [str(newest)]
        )
        cursor.fetch("DELETE FROM tombstone WHERE deleted_at < ?", [before])


def last_revision(cursor: Cursor) -> int:
    """The newest revision of any row, also of rows whose trace was pruned."""
    tables = (
        "message",
        "conversation",
        "member",
        '"user"',
        "outbox",
        "contact",
        "reaction",
        "mention",
        "tombstone",
    )
    union = " UNION ALL ".join(f"SELECT max(rev) AS r FROM {name}" for name in tables)
    [(newest,)] = cursor.fetch(
        f"SELECT max(r) FROM ({union} UNION ALL SELECT CAST(value AS BIGINT) "
        "FROM meta WHERE key = 'pruned_rev')"
    )
    return newest or 0
