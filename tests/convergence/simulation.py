"""One thread, virtual time, and dice: the same seed does the same things again.

The store's threads are left out, and nothing else of it: what a thread would do is
done on the loop, after a time by the dice.
"""

import asyncio
import contextlib
import os
import random
import secrets
import time

from imnb.engine import link, reachability_watch
from imnb.errors import ClosedError
from imnb.net.reachability import NetworkView
from imnb.store import database
from imnb.store.writer import Writer
from imnb.sync import catchup, history, reset, splitting, synchroniser
from imnb.tasks.watchdog import LoopWatch
from tests.clock import virtual_here

COMMITS = (0.0, 0.0005, 0.002, 0.01)
"""Seconds until changes are committed, and until that is told."""
READS = (0.0, 0.0, 0.001)
SETTINGS = {
    (reset, "MESSAGES"): 3,  # few, so that a reset leaves holes
    (history, "PAGE"): 5,
    (catchup, "PAGE"): 20,
    (splitting, "MAX_TEXT_BYTES"): 40,
    (catchup, "RETRY_AFTER"): 0.5,
    (synchroniser, "RETRY_AFTER"): 0.5,
}


class InlineWriter(Writer):
    """Commits on the loop."""

    dice: random.Random

    async def start(self, open_ledger):
        self._ledger = open_ledger()
        self._is_planned = False
        self._told_at = 0.0
        self._untold = []
        return self._ledger

    def submit(self, change, rows=1):
        future = super().submit(change, rows)
        self._plan()
        return future

    async def close(self):
        self._stop()
        while self._jobs:
            self._commit()
        while self._untold:
            self._tell()
        self._ledger.close()

    def _plan(self):
        if not self._is_planned and self._jobs:
            self._is_planned = True
            self._loop.call_later(self.dice.choice(COMMITS), self._commit)

    def _commit(self):
        self._is_planned = False
        jobs = self._take()
        if not jobs:
            return
        self._ledger.run(jobs)
        self._untold.append(jobs)
        soon = self._loop.time() + self.dice.choice(COMMITS)
        self._told_at = max(soon, self._told_at + 1e-6)  # in order
        self._loop.call_at(self._told_at, self._tell)
        self._plan()

    def _tell(self):
        if self._untold:
            self._deliver(self._untold.pop(0))


class InlineReaders:
    """Reads on the loop."""

    dice: random.Random

    def __init__(self, name, cursors):
        self._cursors = list(cursors)
        self._reading = 0
        self._is_closed = False
        self._ended = asyncio.Event()
        self._ended.set()

    async def run(self, work, timeout=None):
        if self._is_closed:
            raise ClosedError("the store is closed")
        self._reading += 1
        self._ended.clear()
        try:
            await asyncio.sleep(self.dice.choice(READS))
            result = work(self._cursors[0])
            await asyncio.sleep(self.dice.choice(READS))
        finally:
            self._reading -= 1
            if not self._reading:
                self._ended.set()
        return result

    async def close(self, *, hurry=False):
        if self._is_closed:
            return
        self._is_closed = True
        await self._ended.wait()
        for cursor in self._cursors:
            cursor.duck.close()


@contextlib.contextmanager
def replaced(*places):
    """(owner, name, value) for as long as this lasts."""
    before = [(owner, name, getattr(owner, name)) for owner, name, _ in places]
    try:
        for owner, name, value in places:
            setattr(owner, name, value)
        yield
    finally:
        for owner, name, value in before:
            setattr(owner, name, value)


@contextlib.contextmanager
def simulated(seed):
    """For all that runs on this loop."""
    InlineWriter.dice = InlineReaders.dice = random.Random(f"{seed} store")
    random.seed(seed)
    entropy = random.Random(f"{seed} entropy").randbytes

    def now():
        return asyncio.get_running_loop().time()

    with (
        virtual_here(),
        replaced(
            (database, "Writer", InlineWriter),
            (database, "Readers", InlineReaders),
            (time, "time_ns", lambda: int(now() * 1e9)),
            (os, "urandom", entropy),
            (secrets, "token_hex", lambda size: entropy(size).hex()),
            (secrets, "token_bytes", entropy),
            (link, "elapsed_time", now),
            (reachability_watch, "elapsed_time", now),
            (LoopWatch, "start", lambda watch: None),
            *((owner, name, value) for (owner, name), value in SETTINGS.items()),
        ),
    ):
        yield


def no_network() -> NetworkView:
    """What every client sees of this machine's network."""
    return VIEW


VIEW = NetworkView(frozenset())
