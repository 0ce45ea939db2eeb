"""Files and folders that do not do what a store needs, and what they look like then.

Whatever is refused is as it was before, byte for byte.
"""

import os
import pathlib
import shutil
import sqlite3
import stat
import subprocess
import sys
import tempfile

import pytest

from imnb.errors import StoreCorrupt, StoreError
from imnb.store.connection import connect
from imnb.store.database import Database
from imnb.store.tables import conversation, message
from tests.store.rows import group, row

ROOT = pathlib.Path(__file__).parents[2]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "x.duckdb"


def contents(path):
    return {entry.name: entry.read_bytes() for entry in path.parent.iterdir()}


async def fill(path, count=3000):
    db = await Database.open(path, me="me")
    await db.write(lambda tx: conversation.upsert(tx, [group(1)]))
    await db.write(lambda tx: message.insert(tx, [row(1, i + 1) for i in range(count)]))
    await db.close()


async def refused(path):
    before = contents(path)
    with pytest.raises(StoreCorrupt, match=r"x\.duckdb.*move it away") as caught:
        await Database.open(path, me="me")
    assert contents(path) == before
    assert any(said in str(caught.value) for said in ("nothing was changed", "left as"))


@pytest.mark.parametrize("part", [0.0, 0.001, 0.02, 0.5, 0.99])
async def test_a_file_that_was_cut_off(path, part):
    await fill(path)
    os.truncate(path, int(path.stat().st_size * part))
    await refused(path)


@pytest.mark.parametrize("begin", [0, 4096, 8192, 12_288])
async def test_a_file_with_zeros_in_it(path, begin):
    await fill(path)
    with path.open("r+b") as file:
        file.seek(begin)
        file.write(bytes(path.stat().st_size - begin))
    await refused(path)


def write_sqlite(path):
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE meta (key, value)")
    database.close()


def write_duckdb(path):
    duck = connect(path)
    duck.execute("CREATE TABLE meta (key VARCHAR, value VARCHAR)")
    duck.close()


FOREIGN = {
    "sqlite": write_sqlite,
    "duckdb": write_duckdb,
    "parquet": lambda path: path.write_bytes(b"PAR1" + bytes(5000) + b"PAR1"),
    "text": lambda path: path.write_text("a,b\n1,2\n" * 2000),
    "zip": lambda path: path.write_bytes(b"PK\3\4" + bytes(9000)),
}


@pytest.mark.parametrize("write", FOREIGN.values(), ids=FOREIGN)
async def test_a_file_of_something_else(path, write):
    write(path)
    await refused(path)


async def test_a_folder_in_its_place(path):
    path.mkdir()
    with pytest.raises(StoreError, match=r"x\.duckdb"):
        await Database.open(path, me="me")
    assert list(path.parent.iterdir()) == [path]


LOCKED_OUT = """
import asyncio, os, pathlib, sys
from imnb.errors import StoreError
from imnb.store.database import Database

async def main():
    if os.geteuid() == 0:  # whom no permission stops
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)
    try:
        await Database.open(pathlib.Path(sys.argv[1]), me="me")
    except StoreError as error:
        print(type(error).__name__, error)

asyncio.run(main())
"""


def run(script, *args):
    done = subprocess.run(
        [sys.executable, "-c", script, *map(str, args)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
        timeout=60,
    )
    assert done.stderr == ""
    return done.stdout


@pytest.fixture
def open_folder():
    """One that everybody may enter; those of pytest are its user's alone."""
    folder = pathlib.Path(tempfile.mkdtemp(dir="/tmp"))
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


@pytest.mark.parametrize("exists", [True, False])
async def test_a_folder_that_is_read_only(open_folder, exists):
    path = open_folder / "x.duckdb"
    if exists:
        await fill(path, 10)
    open_folder.chmod(0o555)
    before = contents(path)
    told = run(LOCKED_OUT, path)
    assert told.startswith(f"StoreError the store {path} cannot be made or opened: Per")
    assert "choose a folder that can be written to" in told
    assert contents(path) == before


async def test_a_file_that_is_read_only(open_folder):
    path = open_folder / "x.duckdb"
    await fill(path, 10)
    path.chmod(stat.S_IRUSR | stat.S_IRGRP | stat.S_IROTH)
    open_folder.chmod(0o777)
    before = contents(path)
    told = run(LOCKED_OUT, path)
    assert told.startswith("StoreError")
    assert "Permission denied" in told
    assert "damaged" not in told
    assert contents(path) == before


FULL = """
import asyncio, pathlib, resource, sys
from imnb.errors import StoreFull
from imnb.store.database import Database

HOLES = "INSERT INTO hole SELECT i, hash(i) >> 2, hash(-i) >> 2 FROM range(?) r(i)"

def limit(size):  # as a disk that is full, for one process
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

def add(count):
    return lambda tx: tx.execute(HOLES, [count])

async def main(path):
    db = await Database.open(path, me="me")
    kept = 0
    limit(1 << 20)
    try:
        while True:
            await db.write(add(9000), 9000)
            kept += 9000
    except StoreFull as error:
        assert "no room on its disk" in str(error), error
    assert await db.fetch("SELECT count(*) FROM hole") == [(kept,)]
    limit(resource.RLIM_INFINITY)
    await db.write(add(5))  # there is room again
    limit(1 << 20)
    await db.close()
    print(kept + 5)

asyncio.run(main(pathlib.Path(sys.argv[1])))
"""


async def test_a_full_disk_costs_nothing_that_was_acknowledged(path):
    kept = int(run(FULL, path))
    assert kept > 9000
    db = await Database.open(path, me="me")
    assert await db.fetch("SELECT count(*) FROM hole") == [(kept,)]
    await db.close()


NO_ROOM = """
import asyncio, pathlib, resource, sys
from imnb.errors import StoreError
from imnb.store.database import Database

async def main(path, size):
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
    try:
        await Database.open(path, me="me")
    except StoreError as error:
        print(type(error).__name__, error)

asyncio.run(main(pathlib.Path(sys.argv[1]), int(sys.argv[2])))
"""


@pytest.mark.parametrize("size", [10, 5000, 20_000])
async def test_a_new_store_that_has_no_room_leaves_nothing(path, size):
    told = run(NO_ROOM, path, size)
    assert told.startswith("StoreFull")
    assert "no room on its disk" in told
    assert list(path.parent.iterdir()) == []
    await fill(path, 10)
