"""Protobuf messages put together from parts that were serialised before.

What a thousand accounts are told differs in its event_seq only, so a change is
serialised once, as an `Event` without number, and numbered by joining bytes:
serialised messages that are concatenated parse as one merged message (protobuf
encoding guide, "Last One Wins"; repeated fields append).
"""

from imnb.pb.sync_pb2 import (
    ChangedReply,
    Event,
    EventPush,
    HistoryReply,
    PullReply,
)

_LENGTH_DELIMITED = 2
_EVENT_SEQ_TAG = bytes([Event.EVENT_SEQ_FIELD_NUMBER << 3])
_EVENTS_TAG = bytes([EventPush.EVENTS_FIELD_NUMBER << 3 | _LENGTH_DELIMITED])
_MESSAGE_TAG = bytes([Event.MESSAGE_FIELD_NUMBER << 3 | _LENGTH_DELIMITED])
_MESSAGES_TAG = bytes([HistoryReply.MESSAGES_FIELD_NUMBER << 3 | _LENGTH_DELIMITED])
assert EventPush.EVENTS_FIELD_NUMBER == PullReply.EVENTS_FIELD_NUMBER
assert HistoryReply.MESSAGES_FIELD_NUMBER == ChangedReply.MESSAGES_FIELD_NUMBER


def varint(value: int) -> bytes:
    """A non-negative number, seven bits a byte, lowest first."""
    if value < 0x80:
        return bytes((value,))
    if value < 0x4000:
        return bytes((value & 0x7F | 0x80, value >> 7))
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def field(number: int, payload: bytes) -> bytes:
    """A field (below 16) that holds bytes, a string or a message."""
    return bytes((number << 3 | _LENGTH_DELIMITED,)) + varint(len(payload)) + payload


def numbered(event_seq: int, change: bytes) -> bytes:
    """A change as one of ``events`` in an `EventPush` or a `PullReply`."""
    event = _EVENT_SEQ_TAG + varint(event_seq) + change
    return _EVENTS_TAG + varint(len(event)) + event


def brings_message(change: bytes) -> bool:
    """It is a message, and no other kind of event."""
    return change.startswith(_MESSAGE_TAG)


def as_history(change: bytes) -> bytes:
    """A message as one of ``messages`` in a `HistoryReply` or a `ChangedReply`."""
    return _MESSAGES_TAG + change[1:]
