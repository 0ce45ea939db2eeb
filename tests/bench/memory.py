"""What a process takes that writes a store, and one that opens it.

``python -m tests.bench.memory FOLDER MESSAGES write|read`` prints MiB of RSS after
each step. DuckDB keeps what it has read as long as there is room for it
(`imnb.store.connection.SETTINGS`).
"""

import asyncio
import functools
import pathlib
import sys

import psutil

from imnb.live import rules
from imnb.live.observer import Observer
from imnb.live.poller import Poller
from imnb.models.ids import ConversationId
from imnb.store.database import Database
from imnb.store.tables import search
from imnb.tasks import TaskScope
from tests.bench import store

CHATS = range(1, 21)


def say(step: str) -> None:
    print(step, psutil.Process().memory_info().rss / (1 << 20), flush=True)


async def write(path: pathlib.Path, messages: int) -> None:
    async with store.filled(path, messages):
        say("by the one who wrote them")


async def read(path: pathlib.Path) -> None:
    say("before they are opened")
    database, scope = await Database.open(path, me=store.ME), TaskScope("bench")
    say("opened")
    poller = Poller(database, scope)
    await poller.open(Observer(rules.conversations(store.ME), 100, lambda *_: None))
    for number in CHATS:
        rule = rules.chat(ConversationId(number), store.ME)
        await poller.open(Observer(rule, 100, lambda *_: None))
    say(f"with {len(CHATS)} chats shown")
    await database.read(functools.partial(search.messages, text=store.NOWHERE))
    say("after a search of all")
    await poller.close()
    await scope.close()
    await database.close()


if __name__ == "__main__":
    file = pathlib.Path(sys.argv[1]) / "store.duckdb"
    asyncio.run(write(file, int(sys.argv[2])) if sys.argv[3] == "write" else read(file))
