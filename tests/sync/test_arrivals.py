"""Messages with their states, by all ways, end the same."""

import itertools

import pytest

from imnb.models.content import Content, Part
from imnb.models.ids import ClientId, UserId
from imnb.pb import model_pb2, sync_pb2
from imnb.sync.arrivals import Arrivals
from imnb.wire.mapping.content import to_bytes
from tests.sync.events import conversation, message

TO_ME = to_bytes(Content(mentions=(UserId("alice"),)))


def events(*changes):
    return [
        sync_pb2.Event(event_seq=n, **change) for n, change in enumerate(changes, 1)
    ]


def edited(seq, number, text):
    return {
        "edited": sync_pb2.Edited(
            conversation_id=1, seq=seq, change_seq=number, text=text, edited_at=5
        )
    }


def revoked(seq, number):
    return {
        "revoked": sync_pb2.Revoked(
            conversation_id=1, seq=seq, change_seq=number, revoked_at=6
        )
    }


def reacted(seq, number, **fields):
    return {
        "reacted": sync_pb2.Reacted(
            conversation_id=1, seq=seq, change_seq=number, emoji="x", user_id="bob",
            **fields,
        )
    }  # fmt: skip


async def tables(database):
    message = (
        "conversation_id, seq, kind, text, content, edited_at, revoked_at, change_seq"
    )
    return [
        await database.fetch(f"SELECT {columns} FROM {table} ORDER BY ALL")
        for table, columns in (
            ("message", message),
            ("reaction", "conversation_id, seq, user_id, emoji"),
            ("mention", "conversation_id, seq, user_id"),
            ("waiting_change", "*"),
            (
                "conversation",
                "unread, mentions, last_text, last_is_revoked, change_seq",
            ),
        )
    ]


FIRST = [
    {"conversation": conversation(1)},
    {"message": message(1, content=TO_ME)},
    {"message": message(2, content=TO_ME)},
    {"message": message(3)},
]
CHANGES = [reacted(1, 1), edited(1, 2, "new"), revoked(2, 3), reacted(3, 4)]
NOW = [
    message(1, text="new", edited_at=5, change_seq=2,
            reactions=[model_pb2.Reaction(user_id="bob", emoji="x")]),
    message(2, text="", revoked_at=6, change_seq=3),
    message(3, change_seq=4,
            reactions=[model_pb2.Reaction(user_id="bob", emoji="x")]),
]  # fmt: skip


def push(pipeline, *changes):
    start = pipeline.cursor.position
    batch = events(*changes)
    for event in batch:
        event.event_seq += start
    head = batch[-1].event_seq
    pipeline.receive([sync_pb2.EventPush(events=batch, head=head)])


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
async def test_changes_in_any_order_that_their_numbers_allow(pipeline, database, order):
    """Of different messages; each comes twice, before and after its message."""
    push(pipeline, FIRST[0])
    push(pipeline, *(CHANGES[n] for n in order if n != 0))
    push(pipeline, *FIRST[1:])
    push(pipeline, *CHANGES)
    await pipeline.flush()
    messages, reactions, mentions, waiting, heads = await tables(database)
    assert [one[3:] for one in messages] == [
        ("new", b"", 5, None, 2),
        ("", b"", None, 6, 3),
        ("text 3", b"", None, None, 4),
    ]
    assert heads == [(2, 0, "text 3", False, 4)]
    assert (mentions, waiting) == ([], [])
    assert (1, 3, "bob", "x") in reactions


async def test_events_and_history_say_the_same(pipeline, database):
    push(pipeline, *FIRST, *CHANGES)
    await pipeline.flush()
    by_events = await tables(database)
    assert await pipeline.put("history", NOW) == 0
    assert await tables(database) == by_events


async def test_history_that_was_asked_for_before_a_change(pipeline, database):
    """The event was faster than the page; both orders end the same."""
    push(pipeline, FIRST[0], *CHANGES)
    assert await pipeline.put("history", NOW[2:]) == 1
    assert await pipeline.put("history", [message(1), message(2)]) == 2
    messages, reactions, _, waiting, heads = await tables(database)
    assert [one[3] for one in messages] == ["new", "", "text 3"]
    assert [one[1] for one in reactions] == [1, 3]
    assert waiting == []
    assert heads == [(2, 0, "text 3", False, 4)]


async def test_leaving_takes_all_along_that_came_before(pipeline, database):
    left = {"left": sync_pb2.ConversationLeft(conversation_id=1)}
    back = {"conversation": conversation(1, first_seq=3)}
    push(pipeline, *FIRST[:2], left, back, *FIRST[3:])
    await pipeline.flush()
    rows = await database.fetch("SELECT seq FROM message")
    assert rows == [(3,)]
    push(pipeline, left)
    await pipeline.flush()
    for table in ("message", "conversation", "member", "mention"):
        assert await database.fetch(f"SELECT * FROM {table}") == []
    assert await pipeline.put("history", [message(3)]) == 0  # asked for before


async def test_pieces_become_a_whole_by_whichever_way(pipeline, database):
    pieces = [
        message(
            index + 1,
            kind="part",
            text=f"<{index}>",
            content=to_bytes(Content(card=Part(ClientId("w"), index, 2, "text"))),
        )
        for index in range(2)
    ]
    push(pipeline, FIRST[0], {"message": pieces[1]})
    assert await pipeline.put("history", pieces) == 1
    assert (await tables(database))[0][1][2:4] == ("text", "<0><1>")


def test_what_was_written_is_not_in_its_repr():
    rows = [(1, 1, "c", "bob", "text", "a secret", b"", 1, 1)]
    assert repr(Arrivals(rows)) == "<Arrivals: 1 messages>"
