"""A client in a process of its own, which is killed at a named place."""

import asyncio
import collections
import os
import pathlib
import signal
import threading
import typing

from imnb.client.client import Client
from imnb.config import Environment
from imnb.store import ledger, writer
from imnb.tasks import killpoints

TEXTS = 24
WAITED = 4
"""The caller waits for every so many texts to be accepted."""


class Orders(typing.NamedTuple):
    """What a process has to do; kill it at the nth passing of a place, if any."""

    environment: Environment
    folder: pathlib.Path
    direct: int
    group: int
    place: str = ""
    nth: int = 0


class Diary:
    """What the caller was told, in a file that survives the process."""

    def __init__(self, folder):
        flags = os.O_CREAT | os.O_APPEND | os.O_WRONLY
        self._file = os.open(folder / "diary", flags, 0o600)

    def note(self, what, text):
        os.write(self._file, f"{what}\t{text}\n".encode())

    @staticmethod
    def read(folder):
        path = folder / "diary"
        lines = path.read_text().splitlines() if path.exists() else []
        return [tuple(line.split("\t")) for line in lines]


class Killer:
    """Counts passings, and ends the process at the right one."""

    def __init__(self, place, nth):
        self.passed = collections.Counter()
        self._place, self._nth = place, nth
        self._lock = threading.Lock()

    def __call__(self, name):
        with self._lock:
            self.passed[name] += 1
            if name == self._place and self.passed[name] == self._nth:
                os.kill(os.getpid(), signal.SIGKILL)


def main(orders):
    """In the process."""
    writer.IDLE = 0.05  # a checkpoint is made in the time of a test
    ledger.CHECKPOINT_ROWS = 5
    killer = killpoints.hook = Killer(orders.place, orders.nth)
    asyncio.run(live(orders, killer))


async def live(orders, killer):
    diary = Diary(orders.folder)
    client = Client(
        "alice",
        environment=orders.environment,
        password="alice",
        data_dir=orders.folder,
        capture=False,
    )
    async with client:
        await write(client, diary, orders)
        await until(lambda: is_quiet(client))
        await until(lambda: checkpointed(killer))
    for name, count in killer.passed.items():
        diary.note("passed", f"{name} {count}")


async def write(client, diary, orders):
    for number in range(TEXTS):
        room = (orders.direct, orders.group)[number % 2]
        text = f"alice {number}"
        if number % WAITED == 0:
            message = await client.send_text(room, text)
            diary.note("accepted", text)
            await client.react(message, "+1")
            await client.mark_read(room)
        else:
            await client.send_text(room, text, wait=False)
            diary.note("stored", text)
        if number % 8 == 4:
            await client.edit(message, f"{text} again")


async def is_quiet(client):
    acknowledger = client.synchroniser._acknowledger
    rows = await client.db.fetch(
        "SELECT (SELECT count(*) FROM outbox), "
        "(SELECT count(*) FROM message WHERE sender_id = 'bob')"
    )
    is_told = acknowledger._sent == acknowledger._stored
    return rows == [(0, BOBS)] and not client.behind and is_told


def checkpointed(killer):
    return killer.passed["ledger.after_checkpoint"]


async def until(condition):
    while True:
        found = condition()
        if asyncio.iscoroutine(found):
            found = await found
        if found:
            return
        await asyncio.sleep(0.005)


BOBS = 40
"""Messages that bob writes meanwhile."""
