import asyncio

import pytest

from imnb.engine.requests import HttpRequest
from imnb.errors import CallRefused
from imnb.viewmodels import call_rows
from imnb.viewmodels.call_rows import CallRows
from tests.viewmodels.calls import CallingClient


@pytest.fixture
async def client(virtual):
    return CallingClient()


@pytest.fixture
async def rows(client):
    return CallRows(client)


def shown(rows):
    rows.refresh()
    return [(row["key"], row["command"], row["state"]) for row in rows.rows]


async def test_a_row_has_what_is_known_of_a_call(client, rows):
    call = client.begin("Send", ask_id=7)
    await asyncio.sleep(0.25)
    call.replied(1)
    call.attempts = 2
    await asyncio.sleep(0.5)
    call.finish(CallRefused("Send", "NOT_FOUND", "words of the server"))
    rows.refresh()
    assert rows.rows == (
        {
            "key": "0-1",
            "rev": "failed 2",
            "command": "Send",
            "ask": 7,
            "at": 1_700_000_000_000_000,
            "state": "failed",
            "error": "CallRefused",
            "tries": 2,
            "total": 750,
            "phases": [0, 0, 250, 500],
        },
    )


async def test_calls_stay_where_they_began_and_other_rows_are_the_same(client, rows):
    long, _, short = client.begin("Reset"), client.done("Pull"), client.begin("Send")
    assert shown(rows) == [
        ("0-1", "Reset", "waiting"),
        ("0-2", "Pull", "done"),
        ("0-3", "Send", "waiting"),
    ]
    assert (rows.total, rows.live) == (3, 2)
    before = rows.rows
    short.finish()
    rows.refresh()
    assert rows.rows[:2] == before[:2]
    assert [new is old for new, old in zip(rows.rows, before, strict=True)] == [
        True,
        True,
        False,
    ]
    long.finish()
    assert [state for _, _, state in shown(rows)] == ["done"] * 3
    assert repr(rows) == "<CallRows: 3 calls, 0 under way>"


async def test_without_news_the_rows_are_the_same_object(client, rows):
    client.begin()
    rows.refresh()
    before = rows.rows
    rows.refresh()
    assert rows.rows is before


async def test_calls_over_http_are_rows_too(client, rows):
    client.done(HttpRequest("GET", "http://host/v1/users?user_id=bob"))
    assert shown(rows) == [("0-1", "GET /v1/users", "done")]


async def test_the_newest_calls_are_held(client, rows, monkeypatch):
    monkeypatch.setattr(call_rows, "WINDOW", 3)
    for _ in range(2):
        for _ in range(4):
            client.done()
        rows.refresh()
    for _ in range(4):
        client.begin()
    keys = [key for key, _, _ in shown(rows)]
    assert keys == ["0-6", "0-7", "0-8", "0-10", "0-11", "0-12"]
    assert (rows.total, rows.live) == (12, 4)


async def test_one_hears_of_calls_once_until_one_looks(client, rows):
    heard = []
    rows.watch(lambda: heard.append("first"))
    rows.watch(lambda: heard.append("second"))
    call = client.begin()
    client.begin()
    assert heard == ["second"]
    rows.refresh()
    call.finish()
    assert heard == ["second"] * 2
    rows.unwatch()
    rows.refresh()
    client.begin()
    assert heard == ["second"] * 2


async def test_calls_of_the_next_engine_come_after_those_before(client, rows):
    heard = []
    rows.watch(lambda: heard.append(1))
    client.done("Login")
    rows.refresh()
    client.done("Logout")
    client.renew()
    assert len(heard) == 3
    client.begin("Login")
    assert shown(rows) == [
        ("0-1", "Login", "done"),
        ("0-2", "Logout", "done"),
        ("1-1", "Login", "waiting"),
    ]
    assert (rows.total, rows.live) == (3, 1)
    client.begin("Pull")
    assert len(heard) == 4
    rows.unwatch()
    assert client.watchers == []


async def test_a_call_is_found_by_its_key(client, rows):
    client.done("Login")
    client.begin("Pull")
    rows.refresh()
    assert rows.find("0-1").method == "Login"
    assert rows.find("0-2").state == "waiting"
    for key in ("0-3", "1-1", "", "0", "x-1", "0-1-2", "-1-1", "0-\u00b2"):
        assert rows.find(key) is None
