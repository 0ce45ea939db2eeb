"""Starting anew: one transaction, holes by key, archives, drafts readdressed."""

import pytest

from imnb.errors import CallRefused, ConnectionLost, EnvelopeError
from imnb.models.ids import UserId
from imnb.pb import model_pb2
from imnb.pb.chat_pb2 import OpenDirectReply
from imnb.pb.sync_pb2 import ConversationHead, ResetPage
from imnb.store.tables import cursor as cursor_table
from imnb.store.tables import hole, outbox
from imnb.sync.reset import Reset
from tests.sync.events import conversation, draft, message, push


def head(conversation_id: int, last: int, first_given: int) -> ConversationHead:
    return ConversationHead(
        conversation=conversation(conversation_id, last),
        messages=[
            message(seq, conversation_id) for seq in range(first_given, last + 1)
        ],
    )


def last_page(epoch: str = "e", as_of: int = 40, **fields: object) -> ResetPage:
    return ResetPage(epoch=epoch, as_of=as_of, **fields)  # type: ignore[arg-type]


@pytest.fixture
def reports() -> list[str]:
    return []


@pytest.fixture
def reset(server, database, pipeline, reports) -> Reset:
    def report(name, error):
        reports.append(f"{name}: {error}")

    return Reset(server, database, pipeline, UserId("alice"), report)


async def keys(database) -> list[tuple[int, int]]:
    return await database.fetch("SELECT conversation_id, seq FROM message ORDER BY ALL")


async def test_heads_of_all_pages_are_stored_with_the_cursor(
    reset, server, database, pipeline
):
    server.pages = [
        ResetPage(heads=[head(1, 12, 10)], users=[model_pb2.User(user_id="bob")]),
        last_page(heads=[head(2, 2, 1)]),
    ]
    await reset.run()
    assert await keys(database) == [(1, 10), (1, 11), (1, 12), (2, 1), (2, 2)]
    assert await database.read(cursor_table.load) == ("e", 40)
    assert await database.read(lambda c: hole.load(c, 1)) == [(1, 9)]
    assert await database.read(lambda c: hole.load(c, 2)) == []
    assert (pipeline.epoch, pipeline.cursor.position) == ("e", 40)
    assert server.streams[0].closed


async def test_pushes_meanwhile_follow_and_older_ones_are_dropped(
    reset, server, database, pipeline
):
    pipeline.cursor.hold()
    pipeline.receive([push(38, 43)])
    server.pages = [last_page()]
    await reset.run()
    await pipeline.flush()
    assert await keys(database) == [(1, 41), (1, 42), (1, 43)]
    assert pipeline.cursor.position == 43


async def test_holes_are_found_by_key_also_below_the_newest_stored(
    reset, server, database, pipeline
):
    await pipeline.put("own_send", [message(2), message(5), message(6)])
    server.pages = [last_page(heads=[head(1, 10, 9)])]
    await reset.run()
    assert await database.read(lambda c: hole.load(c, 1)) == [(1, 1), (3, 4), (7, 8)]


async def test_what_makes_no_sense_is_left_out_and_told(
    reset, server, database, reports
):
    """It would come again, and no reset could ever be done."""
    server.pages = [last_page(heads=[head(1, 3, 1), head(2, 2, 1)])]
    await reset.run()
    odd, later = head(1, 4, 1), head(2, 5, 3)
    odd.conversation.kind = 99
    later.messages[1].sent_at = 2**63 - 1
    users = [model_pb2.User(user_id=""), model_pb2.User(user_id="bob")]
    server.pages = [last_page(as_of=50, heads=[odd, later], users=users)]
    await reset.run()
    stored = await keys(database)
    assert stored == [(1, 1), (1, 2), (1, 3), (2, 1), (2, 2), (2, 3), (2, 5)]
    assert await database.read(lambda c: hole.load(c, 2)) == [(4, 4)]
    assert await database.fetch('SELECT user_id FROM "user"') == [("bob",)]
    assert [report.split(" is ")[0] for report in reports] == [
        "a reset: conversation kind 99",
        "a reset: sent_at",
        "a reset: user_id",
    ]


async def test_conversations_that_are_gone_are_removed(reset, server, database):
    server.pages = [last_page(heads=[head(1, 1, 1), head(2, 1, 1)])]
    await reset.run()
    server.pages = [last_page(as_of=50, heads=[head(2, 1, 1)])]
    await reset.run()
    rows = await database.fetch("SELECT conversation_id FROM conversation")
    assert rows == [(2,)]
    assert await keys(database) == [(2, 1)]


async def test_a_new_member_sees_no_hole_before_the_first_message(
    reset, server, database
):
    late = conversation(3, 20, first_seq=15)
    given = [message(seq, 3) for seq in range(18, 21)]
    server.pages = [
        last_page(heads=[ConversationHead(conversation=late, messages=given)])
    ]
    await reset.run()
    assert await database.read(lambda c: hole.load(c, 3)) == [(15, 17)]


@pytest.mark.parametrize(
    "pages", [[ConnectionLost("gone")], [ResetPage(heads=[head(9, 1, 1)])]]
)
async def test_one_that_does_not_end_changes_nothing(reset, server, database, pages):
    server.pages = [last_page(heads=[head(1, 1, 1)])]
    await reset.run()
    server.pages = pages
    with pytest.raises((ConnectionLost, EnvelopeError)):
        await reset.run()
    assert await keys(database) == [(1, 1)]
    assert await database.read(cursor_table.load) == ("e", 40)
    assert server.streams[-1].closed


async def test_of_another_epoch_history_is_archived(reset, server, database):
    server.pages = [last_page("old", heads=[head(1, 3, 1)])]
    await reset.run()
    server.pages = [last_page("new", 7, heads=[head(1, 1, 1)])]
    await reset.run()
    assert await keys(database) == [(1, 1)]
    [(epoch, count)] = await database.fetch(
        "SELECT epoch, count(*) FROM archived_message GROUP BY epoch"
    )
    assert (epoch, count) == ("old", 3)
    [(last, top)] = await database.fetch("SELECT last_seq, last_text FROM conversation")
    assert (last, top) == (1, "text 1")


async def test_of_another_epoch_drafts_go_to_the_same_people(reset, server, database):
    def with_peer(number: int, peer: str) -> model_pb2.Conversation:
        members = [
            model_pb2.Member(user_id="alice"),
            model_pb2.Member(user_id=peer),
        ]
        return conversation(number, members=members)

    def of(*conversations: model_pb2.Conversation) -> list[ConversationHead]:
        return [ConversationHead(conversation=one) for one in conversations]

    group = conversation(4, kind=model_pb2.GROUP)
    old = [with_peer(1, "bob"), with_peer(2, "carol"), with_peer(3, "gone"), group]
    server.pages = [last_page("old", heads=of(*old))]
    await reset.run()
    for number in (1, 2, 3, 4):
        await database.write(lambda tx, n=number: outbox.add(tx, draft(n, n)))
    opened: list[str] = []

    def open_direct(request):
        opened.append(request.user_id)
        if request.user_id == "gone":
            return CallRefused("OpenDirect", "NOT_FOUND", "no such user")
        return OpenDirectReply(conversation=with_peer(1, "carol"))

    server.answers["OpenDirect"] = open_direct
    # Bob's conversation exists in the new state; Carol's is opened and takes the
    # number that Bob's had in the old one.
    server.pages = [last_page("new", 7, heads=of(with_peer(2, "bob")))]
    await reset.run()
    assert sorted(opened) == ["carol", "gone"]
    rows = await database.fetch(
        "SELECT client_id, conversation_id, state FROM outbox ORDER BY position"
    )
    assert rows == [
        ("draft-1-1", 2, "sending"),
        ("draft-2-2", 1, "sending"),
        ("draft-3-3", -3, "failed"),
        ("draft-4-4", -4, "failed"),
    ]
    assert [one.client_id for one in await database.read(outbox.pending)] == [
        "draft-1-1",
        "draft-2-2",
    ]


async def test_a_failed_draft_stays_with_its_person_but_opens_nothing(
    reset, server, database
):
    heads = [ConversationHead(conversation=conversation(1))]
    server.pages = [last_page("old", heads=heads)]
    await reset.run()
    await database.write(lambda tx: outbox.add(tx, draft(1)))
    await database.write(lambda tx: outbox.failed(tx, "draft-1-1", "too long"))
    where = "SELECT conversation_id, error FROM outbox"
    heads = [ConversationHead(conversation=conversation(5))]
    server.pages = [last_page("new", heads=heads)]
    await reset.run()
    assert await database.fetch(where) == [(5, "too long")]
    server.pages = [last_page("newer", heads=[])]
    await reset.run()
    assert await database.fetch(where) == [(-5, "too long")]
    assert server.requests("OpenDirect") == []
