"""What was acknowledged survives a process that is killed."""

import subprocess
import sys

import pytest

from imnb.store.database import Database
from imnb.store.keys import StoreKey
from imnb.store.tables import cursor

SCRIPT = """
import asyncio, pathlib, sys
from imnb.store.database import Database
from imnb.store.keys import StoreKey
from imnb.store.tables import conversation, cursor, message
from tests.store.rows import group, row

async def main():
    key = StoreKey(sys.argv[2]) if sys.argv[2] else None
    db = await Database.open(pathlib.Path(sys.argv[1]), me="me", key=lambda: key)
    await db.write(lambda tx: conversation.upsert(tx, [group(1)]))
    for start in range(0, 10**9, 40):
        def change(tx, start=start):
            message.insert(tx, [row(1, start + i) for i in range(1, 41)])
            cursor.save(tx, "epoch", start + 40)
        future = db.submit(change, 40)
        future.add_done_callback(lambda f, end=start + 40: print(end, flush=True))
        await asyncio.sleep(0.001)

asyncio.run(main())
"""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "x.duckdb"


@pytest.fixture(
    params=["", pytest.param("a key of this test", marks=pytest.mark.encryption)]
)
def key(request):
    return request.param


@pytest.fixture
def acknowledged(path, key):
    """How far a process got that was killed while it was writing."""
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(path), key],
        stdout=subprocess.PIPE,
        text=True,
    )
    told = [int(process.stdout.readline()) for _ in range(60)]
    process.kill()
    told += [int(line) for line in process.stdout if line.endswith("\n")]
    process.wait()
    process.stdout.close()
    return told[-1]


async def test_no_acknowledged_row_is_lost_and_none_is_torn(path, key, acknowledged):
    # its lock is stale
    db = await Database.open(path, me="me", key=lambda: StoreKey(key) if key else None)
    [(count, top)] = await db.fetch("SELECT count(*), max(seq) FROM message")
    assert count == top >= acknowledged
    assert count % 40 == 0
    assert await db.read(cursor.load) == ("epoch", count)
    assert await db.fetch("SELECT last_seq, unread FROM conversation") == [
        (count, count)
    ]
    await db.close()
