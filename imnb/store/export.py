"""The documented views of a store as files in a folder, and messages from there.

An export is a folder: one file for each of `imnb.store.guard.VIEWS`, in Parquet or
CSV, and ``export.json``, which says what they are. It is not encrypted, whether the
store is or not. Its files are written beside the store, in the one folder that the
store's SQL may write to, and moved when all are there.

What is read back is somebody's file: nothing in it is believed.
"""

import csv
import dataclasses
import json
import pathlib
import re
import shutil
import tempfile
from collections.abc import Generator
from typing import Any

import duckdb

from imnb.errors import ConfigError, ExportDamaged, StoreError
from imnb.store.connection import Cursor, Row, quoted, staging_folder, translated
from imnb.store.guard import VIEWS

MANIFEST = "export.json"
APPLICATION = "imnb export"
VERSION = 1
WRITING = {
    "parquet": "FORMAT parquet, COMPRESSION zstd",
    "csv": "FORMAT csv, HEADER true, NULL ''",
}
MAX_MANIFEST = 1 << 20
"""Bytes."""
MAX_LINE = 16 << 20
"""Bytes of a row in CSV: four for each byte of a content."""
CHUNK = 2_000
"""Messages that are read at once."""

_MESSAGE = {
    "conversation_id": "BIGINT",
    "seq": "BIGINT",
    "client_id": "VARCHAR",
    "sender_id": "VARCHAR",
    "kind": "VARCHAR",
    "text": "VARCHAR",
    "content": "BLOB",
    "sent_at": "TIMESTAMP WITH TIME ZONE",
    "edited_at": "TIMESTAMP WITH TIME ZONE",
    "revoked_at": "TIMESTAMP WITH TIME ZONE",
    "change_seq": "BIGINT",
}
_REACTION = {
    "conversation_id": "BIGINT",
    "seq": "BIGINT",
    "user_id": "VARCHAR",
    "emoji": "VARCHAR",
}


@dataclasses.dataclass(frozen=True, slots=True)
class Manifest:
    """What an export says about itself.

    Attributes:
        format: of its files, a key of `WRITING`.
        user: whose store it was.
        epoch: names the state of the server that its numbers are of.
        rows: of each view.
        columns: of each view, in the order of its file.
    """

    format: str
    user: str
    epoch: str
    rows: dict[str, int]
    columns: dict[str, list[str]]


def write(
    cursor: Cursor, store: pathlib.Path, folder: pathlib.Path, format: str
) -> Manifest:
    """Write an export, in the transaction that is open.

    Raises:
        ConfigError: no such format.
        StoreError: it cannot be written; an earlier export there is as it was.
    """
    if format not in WRITING:
        raise ConfigError(f"no export as {format!r}; there are: {', '.join(WRITING)}")
    root = staging_folder(store)
    try:
        _require_room(folder)
        root.mkdir(mode=0o700, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=root) as name:
            staging = pathlib.Path(name)
            manifest = _write_files(cursor, staging, format)
            _move(staging, folder)
    except OSError as error:
        raise StoreError(f"the export {folder} failed: {error.strerror}") from error
    return manifest


def _require_room(folder: pathlib.Path) -> None:
    """Files of this program only are written over."""
    if folder.exists() and not (folder / MANIFEST).exists() and any(folder.iterdir()):
        raise StoreError(
            f"{folder} holds other files: name a folder that is empty or new, or that "
            "of an earlier export"
        )


def _write_files(cursor: Cursor, staging: pathlib.Path, format: str) -> Manifest:
    rows, columns = {}, {}
    for view in VIEWS:
        file = quoted(str(staging / f"{view}.{format}"))
        [(rows[view],)] = cursor.fetch(
            f"COPY (FROM {view}) TO {file} ({WRITING[format]})"
        )
        cursor.fetch(f"FROM {view} LIMIT 0")
        columns[view] = [str(column[0]) for column in cursor.duck.description]
    [(epoch,)] = cursor.fetch("SELECT epoch FROM cursor")
    [(user,)] = cursor.fetch("SELECT value FROM meta WHERE key = 'me'")
    manifest = Manifest(format, user, epoch, rows, columns)
    text = {"application": APPLICATION, "version": VERSION}
    text |= dataclasses.asdict(manifest)
    (staging / MANIFEST).write_text(json.dumps(text, indent=1))
    return manifest


def _move(staging: pathlib.Path, folder: pathlib.Path) -> None:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    # without it what is there is no export, whatever is moved when it is cut off
    (folder / MANIFEST).unlink(missing_ok=True)
    for file in sorted(staging.iterdir(), key=lambda file: file.name == MANIFEST):
        file.chmod(0o600)
        shutil.move(file, folder / file.name)


def read_manifest(folder: pathlib.Path) -> Manifest:
    """What an export says about itself.

    Raises:
        ExportDamaged: it says nothing that makes sense.
    """
    file = folder / MANIFEST
    try:
        with file.open("rb") as opened:
            data: Any = json.loads(opened.read(MAX_MANIFEST))
        if (data["application"], data["version"]) != (APPLICATION, VERSION):
            raise ExportDamaged(f"{file} is of another program or a later version")
        manifest = Manifest(**{name: data[name] for name in Manifest.__slots__})
        names = [*manifest.columns["messages"], *manifest.columns["reactions"]]
        texts = [manifest.user, manifest.epoch, *names]
        sound = manifest.format in WRITING and all(type(text) is str for text in texts)
    except OSError as error:
        raise ExportDamaged(
            f"{folder} is no export of a store: {MANIFEST}: {error.strerror}"
        ) from error
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ExportDamaged(f"{file} makes no sense ({error!r})") from error
    if not sound:
        raise ExportDamaged(f"{file} makes no sense")
    return manifest


class Messages:
    """The messages of an export, a chunk at a time; for a thread, not for the loop."""

    def __init__(self, folder: pathlib.Path, manifest: Manifest) -> None:
        self._folder = folder
        self._manifest = manifest

    def __repr__(self) -> str:
        return f"<Messages of {self._folder}>"

    def __iter__(self) -> Generator[list[Row], None, None]:
        """Columns of ``messages``; times in microseconds, 0 for none; then reactions.

        Raises:
            ExportDamaged: a file is missing, cut off, or something else.
        """
        connection = duckdb.connect(
            ":memory:",
            config={"memory_limit": "1GB", "threads": "2", "temp_directory": ""},
        )
        try:
            self._check_headings()
            with translated():
                connection.execute("SET TimeZone = 'UTC'")
                connection.execute(self._query())
                while rows := connection.fetchmany(CHUNK):
                    yield rows
        except (StoreError, OSError, ValueError, csv.Error) as error:
            raise ExportDamaged(f"{self._folder} cannot be read: {error}") from error
        finally:
            connection.close()

    def _check_headings(self) -> None:
        """DuckDB goes by the order of columns in CSV, and takes any first line."""
        for view in ("messages", "reactions") if self._manifest.format == "csv" else ():
            with (self._folder / f"{view}.csv").open(encoding="utf-8") as file:
                headings = next(csv.reader([file.readline(MAX_LINE)]), None)
            if headings != self._manifest.columns[view]:
                raise StoreError(f"{view}.csv has other columns than {MANIFEST} says")

    def _query(self) -> str:
        names = [
            f"coalesce(epoch_us(m.{name}), 0)" if kind.startswith("TIME") else name
            for name, kind in _MESSAGE.items()
        ]
        names = [f"m.{name}" if name in _MESSAGE else name for name in names]
        return (
            f"SELECT {', '.join(names)}, r.users, r.emojis "
            f"FROM ({self._table('messages', _MESSAGE)}) m LEFT JOIN ("
            "SELECT conversation_id, seq, list(user_id) AS users, "
            f"list(emoji) AS emojis FROM ({self._table('reactions', _REACTION)}) "
            "GROUP BY ALL) r ON m.conversation_id = r.conversation_id AND m.seq = r.seq"
        )

    def _table(self, view: str, wanted: dict[str, str]) -> str:
        """A SELECT of exactly the columns that are wanted, of exactly their types."""
        file = self._folder.absolute() / f"{view}.{self._manifest.format}"
        # to DuckDB a path is a pattern
        path = quoted(re.sub(r"([*?\[])", r"[\1]", str(file)))
        casts = [
            f'CAST("{name}" AS {kind}) AS "{name}"' for name, kind in wanted.items()
        ]
        return f"SELECT {', '.join(casts)} FROM {self._read(view, path)}"

    def _read(self, view: str, path: str) -> str:
        if self._manifest.format == "parquet":
            return f"read_parquet({path}, hive_partitioning = false)"
        # a BLOB is written in a form that only a cast takes back
        kinds = [f"{quoted(name)}: 'VARCHAR'" for name in self._manifest.columns[view]]
        return (
            f"read_csv({path}, header = true, auto_detect = false, delim = ',', "
            "quote = '\"', escape = '\"', new_line = '\\n', nullstr = '', "
            "allow_quoted_nulls = false, hive_partitioning = false, "
            f"max_line_size = {MAX_LINE}, columns = {{{', '.join(kinds)}}})"
        )
