"""Bringing a file to the newest version, and refusing what cannot be.

The scripts are SQL files numbered from 1. Each runs in a transaction with the
note that it ran. An existing file is looked at without write access first, so
that one which is refused stays as it was, byte for byte.
"""

import dataclasses
import errno
import importlib.resources
import pathlib
import re
import shutil
from typing import Any

import duckdb

from imnb.errors import ConfigError, StoreCorrupt, StoreError, StoreFull, StoreTooNew
from imnb.store.connection import Cursor, connect, in_our_terms
from imnb.store.keys import StoreKey

_NUMBERED = re.compile(r"(\d{4})_\w+\.sql")
_NEW = -1


@dataclasses.dataclass(frozen=True, slots=True)
class Series:
    """The migrations of one kind of file."""

    application: str
    """Stored in the file, so that one kind is not taken for another."""
    scripts: tuple[str, ...]

    @property
    def newest(self) -> int:
        """The version that this program writes."""
        return len(self.scripts)


def load_series(application: str, folder: str = "") -> Series:
    """Read the numbered SQL files of ``imnb/store/migrations``.

    Raises:
        ConfigError: a number is missing or given twice.
    """
    root = importlib.resources.files("imnb.store").joinpath("migrations", folder)
    found = sorted(
        (int(match[1]), entry)
        for entry in root.iterdir()
        if (match := _NUMBERED.fullmatch(entry.name))
    )
    numbers = [number for number, _ in found]
    if numbers != list(range(1, len(numbers) + 1)):
        raise ConfigError(f"migrations of {application} are numbered {numbers}")
    return Series(application, tuple(entry.read_text("utf-8") for _, entry in found))


def open_file(
    path: pathlib.Path | None, series: Series, key: StoreKey | None = None
) -> Any:
    """A connection to a file of the newest version; ``None`` for memory.

    Raises:
        StoreCorrupt: it is damaged or something else; it was not changed.
        StoreTooNew: a later version of imnb wrote it; it was not changed.
        StoreLocked: another program has it open.
        StoreKeyError: the key is missing, wrong, or not wanted; it was not changed.
        EncryptionUnavailable: nothing here can write an encrypted file.
    """
    if path is None or path.exists():
        return _open(path, series, key)
    try:
        return _open(path, series, key)
    except BaseException:
        # half a file would be taken for a damaged store the next time
        for suffix in ("", ".wal"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        raise


def _open(path: pathlib.Path | None, series: Series, key: StoreKey | None) -> Any:
    version = _NEW
    if path is not None and path.exists():
        version = look_at(path, series, key)
        if _NEW < version < series.newest:
            back_up(path, version)
    duck = connect(path, key=key)
    try:
        _migrate(duck, series, version)
    except BaseException:
        duck.close()
        raise
    return duck


def look_at(path: pathlib.Path, series: Series, key: StoreKey | None = None) -> int:
    """The version of an existing file, or that it has none yet."""
    duck = connect(path, read_only=True, key=key)
    try:
        cursor = Cursor(duck)
        tables = {
            row[0] for row in cursor.fetch("SELECT table_name FROM duckdb_tables()")
        }
        if not tables:  # its first migration was cut off before COMMIT
            return _NEW
        meta = _read_meta(cursor) if "meta" in tables else {}
    finally:
        duck.close()
    if meta.get("application") != series.application:
        raise StoreCorrupt(
            f"{path} is a DuckDB file but no {series.application}: it was left as it "
            "is; move it away or name another file"
        )
    return _checked_version(path, meta.get("version", ""), series)


def _read_meta(cursor: Cursor) -> dict[str, str]:
    try:
        return dict(cursor.fetch("SELECT key, value FROM meta"))
    except StoreCorrupt:
        raise
    except StoreError:  # somebody else's table of that name
        return {}


def _checked_version(path: pathlib.Path, text: str, series: Series) -> int:
    version = int(text) if text.isascii() and text.isdigit() else 0
    if version < 1:
        raise StoreCorrupt(
            f"{path} says it has version {text!r}: it was left as it is; move it away"
        )
    if version > series.newest:
        raise StoreTooNew(
            f"{path} has version {version}, this imnb knows up to {series.newest}: "
            "it was left as it is; install a newer imnb or use another device name"
        )
    return version


def back_up(path: pathlib.Path, version: int) -> pathlib.Path:
    """Copy a file, with its write-ahead log, beside itself before changing it.

    Raises:
        StoreError: there is no room for it; the file was not changed.
    """
    target = path.with_name(f"{path.name}.version-{version}")
    for suffix in (".wal", ""):
        source = path.with_name(path.name + suffix)
        if source.exists():
            _copy(source, target.with_name(target.name + suffix))
    return target


def _copy(source: pathlib.Path, target: pathlib.Path) -> None:
    part = target.with_name(f"{target.name}.part")
    try:
        shutil.copy2(source, part)
        part.replace(target)
    except OSError as error:
        part.unlink(missing_ok=True)
        full = error.errno in {errno.ENOSPC, errno.EFBIG, errno.EDQUOT}
        raise (StoreFull if full else StoreError)(
            f"{source} is to be brought to a newer version, and the copy of it that "
            f"is kept cannot be made: {error.strerror}; it was left as it is"
        ) from error


def _migrate(duck: Any, series: Series, version: int) -> None:
    for number, script in enumerate(series.scripts, start=1):
        if number <= version:
            continue
        duck.execute("BEGIN")
        try:
            if version == _NEW and number == 1:
                duck.execute(
                    "CREATE TABLE meta (key VARCHAR PRIMARY KEY, value VARCHAR)"
                )
                duck.execute(
                    "INSERT INTO meta VALUES ('application', ?), ('version', '0')",
                    [series.application],
                )
            duck.execute(script)
            duck.execute(
                "UPDATE meta SET value = ? WHERE key = 'version'", [str(number)]
            )
            duck.execute("COMMIT")
        except duckdb.Error as error:
            # COMMIT after an error would report success and store nothing
            Cursor(duck).abandon()
            told = in_our_terms(error)
            raise type(told)(
                f"migration {number} of {series.application} failed: {told}"
            ) from error
