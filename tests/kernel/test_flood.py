"""20,000 messages of a second process arrive while a cell awaits something else."""

import subprocess
import sys

import pytest

from tests.kernel.kernel import running_kernel

pytestmark = [
    pytest.mark.kernel,
    # jupyter_client leaves a loop and its sockets to the garbage collector.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

COUNT = 20_000
PREPARE = """
import asyncio, pathlib, tempfile
import imnb
folder = tempfile.TemporaryDirectory()
bob = imnb.Client("bob", environment={url!r}, password="bob",
                  data_dir=pathlib.Path(folder.name))
await bob.login()
async def stored():
    return int((await bob.sql("SELECT count(*) AS n FROM messages")).n[0])
async def ticks(until):
    loop, count, started = asyncio.get_running_loop(), 0, None
    started = loop.time()
    while not await until(count):
        for _ in range(20):
            await asyncio.sleep(0.01)
        count += 20
    return count / (loop.time() - started)
async def calm(count):
    return count >= 100
before = await ticks(calm)
"""
RECEIVE = """
async def all_here(count):
    return await stored() >= {count}
during = await ticks(all_here)
print(during > before / 3 or (during, before))
"""
CHECK = """
rows = await bob.sql("SELECT seq, text FROM messages ORDER BY seq")
print(list(rows.text) == [f"number {{n}}" for n in range({count})])
print(list(rows.seq) == list(range(1, {count} + 1)))
bob.raise_background_errors()
await bob.close()
folder.cleanup()
"""


@pytest.fixture
def server():
    command = [sys.executable, "-m", "imnb", "serve"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        yield process.stdout.readline().split()[1]
        process.terminate()


@pytest.mark.timeout(300)
def test_none_is_lost_doubled_or_out_of_order_and_the_loop_stays_responsive(server):
    with running_kernel() as kernel:
        assert kernel.run(PREPARE.format(url=server)) == ""
        sender = subprocess.Popen(
            [sys.executable, "-m", "tests.kernel.sender", server, str(COUNT)]
        )
        printed = kernel.run(RECEIVE.format(count=COUNT), timeout=240)
        assert sender.wait(60) == 0
        assert printed == "True"
        assert kernel.run(CHECK.format(count=COUNT)) == "True\nTrue"
