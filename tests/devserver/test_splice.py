import pytest
from hypothesis import given
from hypothesis import strategies as st

from imnb.devserver import splice
from imnb.pb.model_pb2 import Message
from imnb.pb.sync_pb2 import (
    ConversationHead,
    Event,
    EventPush,
    HistoryReply,
    PullReply,
    ReadCursor,
)


@pytest.mark.parametrize(
    ("value", "encoded"),
    [
        (0, "00"),
        (127, "7f"),
        (128, "8001"),
        (16_383, "ff7f"),
        (16_384, "808001"),
        (2**63 - 1, "ffffffffffffffff7f"),
    ],
)
def test_varints(value, encoded):
    assert splice.varint(value).hex() == encoded


@given(st.integers(1, 2**63 - 1), st.text(max_size=300))
def test_a_numbered_change_is_an_event_for_protobuf(number, text):
    change = Event(message=Message(text=text, seq=3)).SerializeToString()
    expected = Event(event_seq=number, message=Message(text=text, seq=3))
    for kind in (EventPush, PullReply):
        spliced = splice.numbered(number, change) + kind(head=9).SerializeToString()
        assert kind.FromString(spliced) == kind(events=[expected], head=9)


def test_changes_of_other_kinds():
    read = ReadCursor(conversation_id=1, user_id="bob", seq=2)
    spliced = splice.numbered(5, Event(read=read).SerializeToString())
    assert EventPush.FromString(spliced).events[0] == Event(event_seq=5, read=read)


def test_a_message_changes_its_tag_for_history_and_needs_none_in_a_head():
    message = Message(seq=1, text="x" * 200)
    change = Event(message=message).SerializeToString()
    assert list(HistoryReply.FromString(splice.as_history(change)).messages) == [
        message
    ]
    assert list(ConversationHead.FromString(change).messages) == [message]


def test_a_field_of_bytes():
    spliced = splice.field(6, b"t" * 200)
    assert Message.FromString(spliced) == Message(text="t" * 200)


def test_what_brings_a_message():
    message = Event(message=Message(seq=1)).SerializeToString()
    read = Event(read=ReadCursor(seq=1)).SerializeToString()
    assert splice.brings_message(message)
    assert not splice.brings_message(read)
