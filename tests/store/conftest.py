from collections.abc import AsyncIterator, Iterator

import pytest

from imnb.models.ids import UserId
from imnb.store.connection import Cursor
from imnb.store.database import Database
from imnb.store.feed import Feed
from imnb.store.ledger import Ledger
from imnb.store.opening import STORE, open_ledger
from tests.store.rows import NOW


@pytest.fixture
async def db() -> AsyncIterator[Database]:
    database = await Database.open(None, me=UserId("me"), clock=lambda: NOW)
    yield database
    await database.close()


@pytest.fixture
def feed() -> Feed:
    return Feed()


@pytest.fixture
def ledger(feed: Feed) -> Iterator[Ledger]:
    opened = open_ledger(None, "me", STORE, feed, lambda: NOW)
    yield opened
    opened.close()


@pytest.fixture
def cursor(ledger: Ledger) -> Iterator[Cursor]:
    opened = ledger.cursor()
    yield opened
    opened.duck.close()
