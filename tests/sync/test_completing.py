"""What is told by version, or was missed, is fetched; nothing is forgotten."""

import asyncio

import pytest

from imnb.config import Limits, Timeouts
from imnb.models.ids import UserId
from imnb.pb import model_pb2
from imnb.pb.chat_pb2 import (
    Delivered,
    GetConversationsReply,
    ListContactsReply,
    ListMembersReply,
    Presence,
    Typing,
    WatchPresenceReply,
)
from imnb.pb.session_pb2 import PingReply
from imnb.pb.sync_pb2 import (
    ChangedReply,
    ContactChanged,
    ConversationChanged,
    ConversationHead,
    Event,
    EventPush,
    ResetPage,
)
from imnb.store.tables import contact, member, stale, wanted
from imnb.store.tables import conversation as conversation_table
from imnb.store.tables import cursor as cursor_table
from imnb.sync.synchroniser import Synchroniser
from imnb.wire.mapping import conversation as conversation_mapping
from tests.eventually import eventually
from tests.sync.engine import FakeEngine
from tests.sync.events import conversation, message, push


@pytest.fixture
def engine(scope) -> FakeEngine:
    return FakeEngine(scope)


@pytest.fixture
async def sync(engine, database):
    await database.write(lambda tx: cursor_table.save(tx, "e", 0))
    it = Synchroniser(
        engine,
        database,
        me=UserId("alice"),
        limits=Limits(),
        timeouts=Timeouts(gap=0.01),
    )
    await it.open()
    yield it
    await it.close()


def tell(engine, *changes, first=1):
    events = [Event(event_seq=n, **one) for n, one in enumerate(changes, first)]
    engine.push(EventPush(events=events, head=events[-1].event_seq))


async def test_a_large_group_that_changed_is_fetched(sync, engine, database):
    members = [model_pb2.Member(user_id=user) for user in ("alice", "bob")]
    engine.answers["GetConversations"] = lambda _: GetConversationsReply(
        conversations=[
            conversation(
                7, kind=model_pb2.GROUP, title="Crew", version=3, members=members
            )
        ]
    )
    await sync.synchronise("e", 0)
    changed = ConversationChanged(conversation_id=7, version=3)
    tell(engine, {"conversation_changed": changed})

    async def is_here():
        return [one.title for one in await database.read(conversation_table.load)]

    assert await eventually(is_here) == ["Crew"]
    assert await database.read(wanted.load) == {}
    tell(engine, {"conversation_changed": changed}, first=2)  # known already
    await eventually(lambda: engine.acknowledged()[-1:] == [2])
    assert engine.methods().count("GetConversations") == 1


async def test_what_was_wanted_before_a_crash_is_fetched_at_log_in(
    sync, engine, database
):
    await database.write(lambda tx: wanted.add(tx, {7: 3}))
    engine.answers["GetConversations"] = lambda _: GetConversationsReply()
    await sync.synchronise("e", 0)

    async def is_done():
        return await database.read(wanted.load) == {}

    await eventually(is_done)


async def test_contacts_that_events_did_not_bring_are_asked_for(sync, engine, database):
    await sync.synchronise("e", 0)
    await eventually(lambda: engine.methods().count("ListContacts") == 1)
    people = [model_pb2.Contact(user_id=user) for user in ("bob", "carol")]
    engine.answers["ListContacts"] = lambda _: ListContactsReply(
        contacts=people, version=4
    )
    changed = ContactChanged(contact=people[1], version=4)
    tell(engine, {"contact": changed})

    async def are_here():
        return [one.user_id for one in await database.read(contact.load)]

    assert await eventually(are_here) == ["bob", "carol"]


async def test_after_a_reset_old_messages_are_brought_up_to_date(
    sync, engine, database
):
    await sync.synchronise("e", 0)
    tell(engine, {"conversation": conversation(1)}, {"message": message(1)})
    await eventually(lambda: engine.acknowledged()[-1:] == [2])
    await sync.connecting()
    head = ConversationHead(
        conversation=conversation(1, 2, change_seq=5), messages=[message(2)]
    )
    engine.pages = [ResetPage(heads=[head], epoch="e", as_of=1)]
    edited = message(1, text="new", edited_at=9, change_seq=5)
    engine.answers["Changed"] = lambda _: ChangedReply(messages=[edited])
    await sync.synchronise("e", 1)

    async def is_new():
        rows = await database.fetch("SELECT text FROM message ORDER BY seq")
        return rows == [("new",), ("text 2",)]

    await eventually(is_new)
    assert await database.read(stale.load) == []
    assert [request.after for request in engine.requests("Changed")] == [0]


async def test_what_nobody_noticed_is_found_in_time(engine, database, virtual_io):
    await database.write(lambda tx: cursor_table.save(tx, "e", 0))
    sync = Synchroniser(
        engine, database, me=UserId("alice"), limits=Limits(), timeouts=Timeouts()
    )
    await sync.open()
    await sync.synchronise("e", 0)
    engine.feed = push(1, 2).events
    engine.answers["Ping"] = lambda _: PingReply(event_seq=2)
    await virtual_io.advance(601)
    counts = [(0,)]
    for _ in range(500):  # each look waits for a thread; virtual time would not
        if counts == [(2,)]:
            break
        counts = await database.fetch("SELECT count(*) FROM message")
    await sync.close()
    assert counts == [(2,)]


async def test_signals_are_heard_and_forgotten_with_the_connection(
    sync, engine, database
):
    await sync.synchronise("e", 0)
    tell(engine, {"conversation": conversation(1)})
    engine.push(Typing(conversation_id=1, user_id="bob", is_typing=True))
    engine.push(Presence(user_id="bob", is_online=True))
    engine.push(Delivered(conversation_id=1, user_id="bob", seq=4))
    assert sync.signals.typing(1) == ("bob",)
    await sync.connecting()
    assert sync.signals.typing(1) == ()
    sync._delivery.flush()
    await sync.pipeline.flush()
    await database.write(lambda tx: None)
    members = (await database.read(conversation_table.load))[0].members
    assert [one.delivered_seq for one in members] == [0, 4]


ME = model_pb2.Member(user_id="alice")


def crowd(version, *members):
    return conversation(7, kind=model_pb2.GROUP, version=version, members=members)


def list_members(engine, *user_ids, version):
    members = [model_pb2.Member(user_id=one) for one in user_ids]
    reply = ListMembersReply(members=members, version=version)
    engine.answers["ListMembers"] = lambda _: reply


async def people(database):
    found = await database.read(member.load)
    return [one.user_id for one in found.get(7, ())]


async def test_the_members_of_a_very_large_group_that_i_came_into_are_fetched(
    sync, engine, database
):
    await sync.synchronise("e", 0)
    engine.answers["GetConversations"] = lambda _: GetConversationsReply(
        conversations=[crowd(3, ME)]
    )
    list_members(engine, "alice", "bob", "carol", version=3)
    tell(engine, {"conversation": crowd(3, ME)})

    async def are_here():
        return await people(database) == ["alice", "bob", "carol"]

    await eventually(are_here)
    assert await database.read(wanted.load) == {}


async def test_members_that_an_answer_left_out_are_fetched_with_its_event(
    sync, engine, database
):
    await sync.synchronise("e", 0)
    answer = conversation_mapping.from_pb(crowd(4, ME))
    await database.write(lambda tx: conversation_table.upsert(tx, [answer]))
    engine.answers["GetConversations"] = lambda _: GetConversationsReply(
        conversations=[crowd(4, ME)]
    )
    list_members(engine, "alice", "bob", version=4)
    changed = ConversationChanged(conversation_id=7, version=4)
    tell(engine, {"conversation_changed": changed})

    async def are_here():
        return await people(database) == ["alice", "bob"]

    await eventually(are_here)


async def test_a_list_of_members_that_is_late_takes_nothing_back(database):
    now = conversation_mapping.from_pb(crowd(5, ME, model_pb2.Member(user_id="bob")))
    late = [conversation_mapping.member_from_pb(ME)]
    place = conversation_table.place_members
    await database.write(lambda tx: conversation_table.upsert(tx, [now]))
    await database.write(lambda tx: place(tx, 7, late, 4))
    assert await people(database) == ["alice", "bob"]
    await database.write(lambda tx: place(tx, 7, late, 5))
    assert await people(database) == ["alice"]


async def test_presence_is_asked_for_whatever_else_is_wanted(sync, engine):
    await sync.synchronise("e", 0)
    there = Presence(user_id="bob", is_online=True)
    engine.answers["WatchPresence"] = lambda _: WatchPresenceReply(presences=[there])
    await sync.signals.watch(["bob"])
    await sync.connecting()
    asked = asyncio.get_running_loop().create_future()
    engine.answers["WatchPresence"] = lambda _: asked
    await sync.synchronise("e", 0)
    changed = ConversationChanged(conversation_id=7, version=3)
    tell(engine, {"conversation_changed": changed})
    await eventually(lambda: "GetConversations" in engine.methods())
    asked.set_result(WatchPresenceReply(presences=[there]))
    await eventually(lambda: sync.signals.presence)
