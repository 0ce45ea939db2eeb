import subprocess
import sys

from imnb.store import ending

SCRIPT = """
import asyncio, pathlib, sys
from imnb.store.database import Database
async def main():
    path = pathlib.Path(sys.argv[1])
    db = await Database.open(path, me="me")
    await db.fetch("SELECT 1")
    for _ in range(3):
        db.submit(lambda tx: tx.execute("INSERT INTO hole VALUES (1, 1, 1)"))
asyncio.run(main())
"""


class Part:
    def __init__(self, log):
        self.log = log

    def end(self, timeout):
        assert timeout > 0
        self.log.append(self)


def test_last_started_ends_first_and_closed_ones_do_not():
    log = []
    first, second, closed = Part(log), Part(log), Part(log)
    for part in (first, second, closed):
        ending.watch(part)
    ending.forget(closed)
    ending.end_all()
    ending.end_all()
    assert log == [second, first]


def test_a_process_that_forgets_to_close_loses_nothing(tmp_path):
    path = tmp_path / "x.duckdb"
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(path)],
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0
    assert b"terminate" not in done.stderr
    assert not path.with_name("x.duckdb.lock").exists()
    import duckdb

    with duckdb.connect(str(path), read_only=True) as duck:
        assert duck.execute("SELECT count(*) FROM hole").fetchall() == [(3,)]
