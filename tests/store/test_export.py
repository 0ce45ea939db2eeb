import json
import os
import shutil
import stat

import duckdb
import pytest

from imnb.errors import ConfigError, ExportDamaged, StoreError
from imnb.store import export
from imnb.store.database import Database
from imnb.store.export import Manifest, Messages, read_manifest
from imnb.store.guard import VIEWS
from imnb.store.tables import conversation, message
from tests.store.rows import NOW, group, row

TEXTS = [
    "plain",
    "",
    "NULL",
    'a "quoted"\nline,\r\n\t\\x41 größe 🎉',
    "=1+1",
    "x" * 70_000,
]
CONTENT = b"\x00\xff\\x00,\"'\n"


@pytest.fixture
async def db(tmp_path):
    path = tmp_path / "an odd ' [place] *" / "x.duckdb"
    opened = await Database.open(path, me="me", clock=lambda: NOW)

    def fill(tx):
        conversation.upsert(tx, [group(1, "Team, all")])
        message.insert(
            tx,
            [row(1, i + 1, text=text, content=CONTENT) for i, text in enumerate(TEXTS)],
        )
        tx.execute(
            "UPDATE message SET edited_at = ?, change_seq = 7 WHERE seq = 2", [NOW]
        )
        tx.execute(
            "INSERT INTO reaction VALUES (1, 2, 'bob', '👍', 1), (1, 2, 'a', 'x', 1)"
        )

    await opened.write(fill)
    yield opened
    await opened.close()


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "exports [1]" / "today's"


def read(folder):
    return [row for rows in Messages(folder, read_manifest(folder)) for row in rows]


FORMATS = list(export.WRITING)


@pytest.mark.parametrize("format", FORMATS)
async def test_what_was_written_is_what_is_read(db, folder, format):
    manifest = await db.export(folder, format)
    assert read_manifest(folder) == manifest
    assert manifest.rows == dict.fromkeys(VIEWS, 0) | {
        "messages": len(TEXTS),
        "conversations": 1,
        "members": 2,
        "reactions": 2,
    }
    rows = sorted(read(folder))
    assert [found[5] for found in rows] == TEXTS
    for seq, found in enumerate(rows, 1):
        edit = (NOW, 0, 7) if seq == 2 else (0, 0, 0)
        assert found[:5] == (1, seq, f"1-{seq}-alice", "alice", "text")
        assert found[6:11] == (CONTENT, NOW + seq, *edit)
    assert dict(zip(rows[1][11], rows[1][12], strict=True)) == {"bob": "👍", "a": "x"}
    assert rows[0][11:] == (None, None)


@pytest.mark.parametrize("format", FORMATS)
async def test_others_can_read_it_and_strangers_cannot(db, folder, format):
    await db.export(folder, format)
    files = {entry.name for entry in folder.iterdir()}
    assert files == {export.MANIFEST, *(f"{view}.{format}" for view in VIEWS)}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(entry.stat().st_mode) for entry in folder.iterdir()} == {0o600}
    plain = shutil.copytree(folder, folder.parents[1] / "plain")
    found = duckdb.sql(f"SELECT title, last_at FROM '{plain}/conversations.{format}'")
    assert found.fetchall()[0][0] == "Team, all"


async def test_an_export_takes_the_place_of_the_one_before(db, folder):
    await db.export(folder, "csv")
    await db.write(lambda tx: message.insert(tx, [row(1, 99)]))
    await db.export(folder, "csv")
    assert len(read(folder)) == len(TEXTS) + 1
    assert not list(export.staging_folder(db.path).iterdir())


async def test_one_that_fails_leaves_the_one_before(db, folder, monkeypatch):
    await db.export(folder, "parquet")
    monkeypatch.setattr(export, "VIEWS", ("messages", "no_such_view"))
    with pytest.raises(StoreError, match="no_such_view"):
        await db.export(folder, "parquet")
    assert len(read(folder)) == len(TEXTS)
    assert not list(export.staging_folder(db.path).iterdir())


async def test_what_cannot_be_exported_to(db, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match=r"the export .*/file failed: Not a direct"):
        await db.export(tmp_path / "file", "csv")
    with pytest.raises(StoreError, match="holds other files"):
        await db.export(tmp_path, "csv")
    with pytest.raises(ConfigError, match="there are: parquet, csv"):
        await db.export(tmp_path / "x", "xlsx")


async def test_a_store_in_memory(tmp_path):
    db = await Database.open(None, me="me")
    with pytest.raises(ConfigError, match="in memory"):
        await db.export(tmp_path, "csv")
    await db.close()


async def test_what_a_crash_left_is_removed(db, tmp_path):
    staging = export.staging_folder(db.path)
    (staging / "half").mkdir(parents=True)
    await db.close()
    again = await Database.open(db.path, me="me")
    assert not staging.exists()
    await again.close()


MANIFEST = {
    "application": export.APPLICATION,
    "version": export.VERSION,
    "format": "csv",
    "user": "me",
    "epoch": "e",
    "rows": {},
    "columns": {"messages": ["seq"], "reactions": []},
}
MANIFESTS = [
    b"",
    b"{",
    b"[]",
    b"null",
    b"\xff\xfe",
    b"[" * 100_000,
    b" " * (export.MAX_MANIFEST + 1) + b"{}",
    *(
        json.dumps(MANIFEST | change).encode()
        for change in (
            {"application": "x"},
            {"version": 2},
            {"format": "exe"},
            {"format": []},
            {"user": 1},
            {"epoch": None},
            {"columns": {}},
            {"columns": {"messages": [1], "reactions": []}},
            {"columns": {"messages": 1, "reactions": []}},
            {"columns": []},
        )
    ),
]


@pytest.mark.parametrize("data", MANIFESTS, ids=range(len(MANIFESTS)))
def test_a_manifest_that_makes_no_sense(tmp_path, data):
    (tmp_path / export.MANIFEST).write_bytes(data)
    with pytest.raises(ExportDamaged, match=r"export\.json"):
        read_manifest(tmp_path)


def test_no_export_at_all(tmp_path):
    with pytest.raises(ExportDamaged, match="is no export of a store"):
        read_manifest(tmp_path / "nowhere")


def cut(file):
    os.truncate(file, file.stat().st_size // 2)


def zero(file):
    file.write_bytes(bytes(file.stat().st_size))


def swap(file):
    shutil.copy(file.with_name("users" + file.suffix), file)


def spoil(file):
    text = file.read_text().replace("1,2,alice", "one,2,alice")
    file.write_text(text)


def add_cells(file):
    file.write_text(file.read_text() + "1,2,3\n")


HARM = [("parquet", harm) for harm in (cut, zero, swap, os.remove)] + [
    ("csv", harm) for harm in (zero, swap, os.remove, spoil, add_cells)
]


@pytest.mark.parametrize(("format", "harm"), HARM)
async def test_files_that_are_damaged(db, folder, format, harm):
    await db.export(folder, format)
    harm(folder / f"messages.{format}")
    with pytest.raises(ExportDamaged, match="cannot be read"):
        read(folder)


async def test_columns_in_another_order(db, folder):
    manifest = await db.export(folder, "csv")
    turned = {**manifest.columns, "messages": manifest.columns["messages"][::-1]}
    other = Manifest("csv", "me", "", {}, turned)
    with pytest.raises(ExportDamaged):
        list(Messages(folder, other))
