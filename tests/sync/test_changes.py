"""Events into rows: every field in its place."""

import pytest

from imnb.errors import EnvelopeError
from imnb.pb import model_pb2, sync_pb2
from imnb.sync.changes import read_events, read_messages
from imnb.sync.plugins import PluginTable
from tests.sync.events import conversation, message, message_event

ROW = (3, 9, "c", "bob", "text", "hi", b"\1", 77, 5)
FIELDS = {
    "conversation_id": 3,
    "seq": 9,
    "client_id": "c",
    "text": "hi",
    "content": b"\1",
    "sent_at": 77,
}


def events_to_changes(events, reports):
    return read_events(events, reports, PluginTable(reports).readers)


def test_a_message_becomes_its_row(reports):
    event = sync_pb2.Event(event_seq=5, message=message(**FIELDS))
    changes = events_to_changes([event], reports)
    assert changes.rows == [ROW]
    assert changes.size == 1


def test_messages_without_events_have_no_event_seq():
    assert read_messages([message(**FIELDS)]) == ([(*ROW[:8], 0)], [])


def test_sorts_are_collected_apart(reports):
    events = [
        sync_pb2.Event(event_seq=1, conversation=conversation(4)),
        sync_pb2.Event(event_seq=2, user=model_pb2.User(user_id="bob")),
        message_event(3),
        sync_pb2.Event(
            event_seq=4,
            read=sync_pb2.ReadCursor(conversation_id=4, user_id="bob", seq=2),
        ),
    ]
    changes = events_to_changes(events, reports)
    assert [item.conversation_id for item in changes.conversations] == [4]
    assert [person.user_id for person in changes.users] == ["bob"]
    assert [what for _, _, what in changes.steps] == [(4, "bob", 2)]
    assert len(changes.rows) == 1
    assert changes.size == 4


@pytest.mark.parametrize(
    "event",
    [
        sync_pb2.Event(event_seq=1),
        sync_pb2.Event(event_seq=1, message=message(1, kind="")),
        sync_pb2.Event(event_seq=1, message=message(1, sent_at=2**63 - 1)),
        sync_pb2.Event(event_seq=1, message=message(2**62)),
        sync_pb2.Event(event_seq=1, conversation=conversation(-3)),
        sync_pb2.Event(event_seq=1, conversation=conversation(3, kind=77)),
        sync_pb2.Event(event_seq=1, user=model_pb2.User()),
        sync_pb2.Event(event_seq=1, read=sync_pb2.ReadCursor(conversation_id=1)),
    ],
)
def test_what_makes_no_sense_is_reported(event, reports):
    assert events_to_changes([event], reports).size == 0
    [(name, error)] = reports.seen
    assert name == "event 1"
    assert isinstance(error, EnvelopeError)


def test_a_single_bad_message_refuses_the_list():
    with pytest.raises(EnvelopeError, match="sent_at"):
        read_messages([message(1), message(2, sent_at=-1)])
