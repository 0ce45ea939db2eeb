"""Cells that block a real kernel for longer than its server puts up with silence.

``python -m tests.kernel.blocked --seconds 90 --limit 20`` is the long form of
`tests.kernel.test_blocked`, for a look at it by hand; it says what it finds.
"""

import argparse
import contextlib
import subprocess
import sys
import time
import warnings

from tests.kernel.kernel import running_kernel

COUNT = 2_000
"""Messages that another process sends while a cell blocks."""
CELLS = {
    "sleeping": "time.sleep({seconds})",
    "computing": """
end = time.monotonic() + {seconds}
turns = 0
while time.monotonic() < end:
    turns += 1
""",
}
PREPARE = """
import asyncio, pathlib, tempfile, time
import imnb
folder = tempfile.TemporaryDirectory()
bob = imnb.Client("bob", environment={url!r}, password="bob",
                  data_dir=pathlib.Path(folder.name))
await bob.login()
changes = []
bob.on_state(changes.append)
async def stored():
    return int((await bob.sql("SELECT count(*) AS n FROM messages")).n[0])
async def arrive(count):
    async with asyncio.timeout(60):
        while await stored() < count:
            await asyncio.sleep(0.05)
"""
ARRIVE = """
await arrive({count})
await asyncio.sleep(1)  # for whatever might come twice
rows = await bob.sql("SELECT seq, text FROM messages ORDER BY seq")
numbers = [f"number {{n % {each}}}" for n in range({count})]
print("all arrived, none twice:", list(rows.text) == numbers)
print("one session throughout:", changes == [] and bob.engine.state == "online")
print("known as blocked:", {seconds} <= bob.engine.blocked.seconds < {seconds} + 5)
bob.raise_background_errors()
"""
GOOD = """\
all arrived, none twice: True
one session throughout: True
known as blocked: True"""


@contextlib.contextmanager
def serving(limit, *options):
    """The URL of a server that cuts off who is silent for ``limit`` seconds."""
    command = [sys.executable, "-m", "imnb", "serve", "--silence-limit", str(limit)]
    with subprocess.Popen(
        [*command, *options], stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process.stdout.readline().split()[1]
        finally:
            process.terminate()


def block(kernel, url, kind, seconds, already=0):
    """Run a cell that blocks; what is found afterwards, `GOOD` if all is well."""
    cell = kernel.send(CELLS[kind].format(seconds=seconds))
    time.sleep(seconds / 3)
    sender = [sys.executable, "-m", "tests.kernel.sender", url, str(COUNT)]
    subprocess.run(sender, check=True, timeout=60 + seconds)
    printed = kernel.wait(cell, timeout=60 + seconds)[cell]
    count = already + COUNT
    check = ARRIVE.format(count=count, each=COUNT, seconds=seconds)
    return printed + kernel.run(check, timeout=120)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=90, help="of each cell")
    parser.add_argument("--limit", type=float, default=20, help="of the server")
    args = parser.parse_args()
    is_good = True
    with serving(args.limit) as url, running_kernel() as kernel:
        kernel.run(PREPARE.format(url=url))
        for number, kind in enumerate(CELLS):
            print(f"a {kind} cell of {args.seconds:g} s, limit {args.limit:g} s")
            found = block(kernel, url, kind, args.seconds, number * COUNT)
            print(found)
            is_good &= found == GOOD
    sys.exit(not is_good)


if __name__ == "__main__":
    warnings.simplefilter("ignore", ResourceWarning)
    main()
