"""Reading the store: pages, counts, search, and what an observer costs.

At 10,000 messages, at 1 million, and at as many as ``--messages`` says. Beside it
stands the SQLite that one would take instead: the same columns, key and queries.
The texts are distinct. A search is for what is nowhere, so that all is read.
"""

import asyncio
import contextlib
import itertools
import pathlib
import random
import sqlite3
import statistics
import string
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from functools import partial

from imnb.live import rules
from imnb.live.observer import Observer
from imnb.live.poller import Poller
from imnb.live.rule import Rule
from imnb.models.conversation import Conversation, ConversationKind, Member
from imnb.models.ids import ConversationId, UserId
from imnb.store.database import Database
from imnb.store.tables import conversation, message, search
from imnb.store.tables.message import MessageRow
from imnb.tasks import TaskScope
from tests.bench.report import Figure

MESSAGES = 1_000_000
SMALL = 10_000
CONVERSATIONS = 200
CHUNK = 20_000
TIMES = 15
ME = UserId("me")
START = 1_700_000_000_000_000
NOWHERE = "qqqqzzzz"
IDLE = 1.0
"""Seconds that nothing happens in."""
OBSERVERS = 20
_SQLITE = """
    CREATE TABLE message (
        conversation_id INTEGER, seq INTEGER, client_id TEXT, sender_id TEXT,
        kind TEXT, text TEXT, content BLOB, sent_at INTEGER, event_seq INTEGER,
        PRIMARY KEY (conversation_id, seq)
    ) WITHOUT ROWID
"""


def measure(messages: int) -> list[Figure]:
    """Figures for each number of messages, smallest first."""
    figures: list[Figure] = []
    for size in sorted({SMALL, messages}):
        with tempfile.TemporaryDirectory() as folder:
            figures += asyncio.run(_measure(size, pathlib.Path(folder)))
    return figures


async def _measure(size: int, folder: pathlib.Path) -> list[Figure]:
    scope = TaskScope("bench")
    figures = []
    async with filled(folder / "imnb.duckdb", size) as database:
        figures += await _reading(database, size)
        figures += await _observing(database, scope, size)
    await scope.close()
    figures += _sqlite(folder / "sqlite.db", size)
    return figures


async def _reading(database: Database, size: int) -> list[Figure]:
    page = partial(message.page, conversation_id=7, limit=50)
    cases: dict[str, Callable[[], Awaitable[object]]] = {
        "page of 50": lambda: database.read(page),
        "unread counts": lambda: database.fetch(
            "SELECT conversation_id, unread FROM conversation"
        ),
        "search": lambda: database.read(
            lambda cursor: search.messages(cursor, NOWHERE)
        ),
    }
    return [
        Figure(case, f"imnb, {size:,}", await _median(work), "ms")
        for case, work in cases.items()
    ]


async def _observing(database: Database, scope: TaskScope, size: int) -> list[Figure]:
    poller = Poller(database, scope)
    await poller.open(Observer(rules.conversations(ME), 100, print))
    shown = [Observer(_chat(n), 100, print) for n in range(7, 7 + OBSERVERS)]
    opened = [await _once(partial(poller.open, one)) for one in shown]
    again = [Observer(one.rule, 100, print) for one in shown]
    recalled = [await _once(partial(poller.open, one)) for one in again]
    for one in again:
        poller.remove(one)
    await asyncio.sleep(3.0)  # what opening woke, and the checkpoint, are over
    readings, cpu = poller.readings, time.process_time()
    await asyncio.sleep(IDLE)
    idle = (time.process_time() - cpu) * 1000
    assert poller.readings == readings
    poller._task.cancel()  # from here on ticks are made by hand
    changes = [await _change(database, poller, size + n) for n in range(TIMES)]
    await poller.close()
    where = f"imnb, {size:,}"
    return [
        Figure("newest page, opened first", where, statistics.median(opened), "ms"),
        Figure("newest page, from memory", where, statistics.median(recalled), "ms"),
        Figure(f"idle second, {OBSERVERS + 1} observers, CPU", where, idle, "ms"),
        Figure("a change found and published", where, statistics.median(changes), "ms"),
    ]


async def _change(database: Database, poller: Poller, number: int) -> float:
    """One message in a conversation that is shown: all that its tick does."""
    row = next(rows(number * CONVERSATIONS + 6, 1, number))
    await database.write(lambda tx: message.insert(tx, [row]))
    return await _once(lambda: poller._tick(list(poller._marks)))


def _sqlite(path: pathlib.Path, size: int) -> list[Figure]:
    with contextlib.closing(sqlite3.connect(path)) as lite:
        lite.execute(_SQLITE)
        lite.executemany(
            f"INSERT INTO message VALUES ({', '.join('?' * 9)})", rows(0, size)
        )
        lite.commit()
        queries = {
            "page of 50": "SELECT * FROM message WHERE conversation_id = 7 "
            "ORDER BY seq DESC LIMIT 50",
            "unread counts": "SELECT conversation_id, count(*) FROM message "
            "WHERE seq > 0 AND sender_id <> 'me' GROUP BY conversation_id",
            "search": f"SELECT * FROM message WHERE text LIKE '%{NOWHERE}%' "
            "ORDER BY sent_at DESC LIMIT 50",
        }
        return [
            Figure(case, f"SQLite, {size:,}", _median_of(lite, query), "ms")
            for case, query in queries.items()
        ]


def rows(first: int, count: int, seed: int = 1) -> Iterator[MessageRow]:
    """Messages round robin over the conversations, each text another one."""
    dice = random.Random(seed)
    words = [
        "".join(dice.choices(string.ascii_lowercase[:16], k=dice.randint(3, 9)))
        for _ in range(5_000)
    ]
    for number in range(first, first + count):
        seq, place = divmod(number, CONVERSATIONS)
        text = " ".join(dice.choices(words, k=12))
        sender, at = f"user-{number % 17}", START + number * 1000
        yield (
            place + 1,
            seq + 1,
            f"c{number}",
            sender,
            "text",
            text,
            b"",
            at,
            number + 1,
        )


@contextlib.asynccontextmanager
async def filled(path: pathlib.Path, size: int) -> AsyncIterator[Database]:
    """A store with so many messages."""
    database = await Database.open(path, me=ME)
    rooms = [
        Conversation(
            ConversationId(n),
            ConversationKind.GROUP,
            f"Room {n}",
            (Member(ME, "Me"),),
            n,
        )
        for n in range(1, CONVERSATIONS + 1)
    ]
    await database.write(lambda tx: conversation.upsert(tx, rooms))
    source = rows(0, size)
    for _ in range(0, size, CHUNK):
        some = list(itertools.islice(source, CHUNK))
        await database.write(partial(message.insert, rows=some), len(some))
    try:
        yield database
    finally:
        await database.close()


def _chat(number: int) -> Rule:
    return rules.chat(ConversationId(number), ME)


async def _once(work: Callable[[], Awaitable[object]]) -> float:
    before = time.perf_counter()
    await work()
    return (time.perf_counter() - before) * 1000


async def _median(work: Callable[[], Awaitable[object]]) -> float:
    return statistics.median([await _once(work) for _ in range(TIMES)])


def _median_of(lite: sqlite3.Connection, query: str) -> float:
    taken = []
    for _ in range(5):
        before = time.perf_counter()
        lite.execute(query).fetchall()
        taken.append((time.perf_counter() - before) * 1000)
    return statistics.median(taken)
