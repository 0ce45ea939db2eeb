"""Preferences on their way to a server that answers what it is told."""

import dataclasses

import pytest

from imnb.errors import CallRefused, ConnectionLost
from imnb.models.preferences import Preferences
from imnb.pb.chat_pb2 import SetPreferencesReply
from imnb.store.tables import conversation as conversation_table
from imnb.store.tables import preferences as table
from imnb.sync import drafts as module
from imnb.sync.drafts import Drafts
from imnb.wire.mapping import conversation as conversation_mapping
from tests.eventually import eventually
from tests.sync import events


@pytest.fixture
async def drafts(server, database, scope, monkeypatch):
    monkeypatch.setattr(module, "DELAY", 0.02)
    server.answers["SetPreferences"] = lambda request: SetPreferencesReply(
        preferences=request.preferences
    )
    known = conversation_mapping.from_pb(events.conversation(1))
    await database.write(lambda tx: conversation_table.upsert(tx, [known]))
    ticks = iter(range(1_000, 10_000))
    it = Drafts(server, database, scope, lambda: next(ticks))
    yield it
    await it.close()


def told(server):
    return [one.preferences.draft for one in server.requests("SetPreferences")]


async def here(database):
    return await database.read(lambda cursor: table.load(cursor, 1))


async def unsent(database):
    return await database.read(table.unsent)


async def test_a_draft_is_stored_at_once_and_told_once(drafts, server, database):
    for text in ("h", "he", "hey"):
        await drafts.write(1, text, 4)
    found = await here(database)
    assert (found.draft, found.draft_reply_to) == ("hey", 4)
    await eventually(lambda: told(server))
    assert told(server) == ["hey"]

    async def settled():
        return not await unsent(database)

    await eventually(settled)
    assert repr(drafts) == "<Drafts, all told>"


async def test_what_is_written_meanwhile_is_told_next(drafts, server, database):
    await drafts.write(1, "one", 0)
    await eventually(lambda: told(server))
    await drafts.write(1, "two", 0)
    await eventually(lambda: told(server) == ["one", "two"])


@pytest.mark.parametrize(
    "error", [ConnectionLost("gone"), CallRefused("SetPreferences", "OVERLOADED", "")]
)
async def test_what_could_not_be_told_is_so_on_the_next_connection(
    drafts, server, database, error
):
    answer, server.answers["SetPreferences"] = (
        server.answers["SetPreferences"], lambda request: error,
    )  # fmt: skip
    await drafts.write(1, "hey", 0)
    await eventually(lambda: repr(drafts) == "<Drafts, all told>")
    assert [one.draft for one in await unsent(database)] == ["hey"]
    server.answers["SetPreferences"] = answer
    drafts.wake()
    await eventually(lambda: told(server) == ["hey", "hey"])


async def test_settings_replace_the_whole(drafts, server, database):
    await drafts.write(1, "hey", 0)
    held = await drafts.set(1, lambda one: dataclasses.replace(one, pinned_at=7))
    assert held == await here(database)
    assert (held.pinned_at, held.draft) == (7, "hey")
    unknown = await drafts.set(9, lambda one: dataclasses.replace(one, muted_until=5))
    assert unknown == Preferences(9, muted_until=5)


async def test_closing_leaves_the_rest_for_the_next_time(drafts, server, database):
    await drafts.write(1, "hey", 0)
    await drafts.close()
    assert told(server) == []
    assert len(await unsent(database)) == 1


async def test_one_that_is_refused_holds_up_no_other(drafts, server, database):
    other = conversation_mapping.from_pb(events.conversation(2))
    await database.write(lambda tx: conversation_table.upsert(tx, [other]))
    answer = server.answers["SetPreferences"]

    def refuse_one(request):
        if request.preferences.conversation_id == 1:
            return CallRefused("SetPreferences", "BAD_REQUEST", "no")
        return answer(request)

    server.answers["SetPreferences"] = refuse_one
    await database.write(lambda tx: table.write_draft(tx, 1, "one", 0, 5))
    await database.write(lambda tx: table.write_draft(tx, 2, "two", 0, 5))
    drafts.wake()
    await eventually(lambda: told(server) == ["one", "two"])
