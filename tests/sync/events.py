"""Events and drafts for the tests of this package."""

from imnb.models.ids import ClientId, ConversationId
from imnb.models.message import Draft
from imnb.pb import model_pb2, sync_pb2


def message(seq: int, conversation_id: int = 1, **fields: object) -> model_pb2.Message:
    values: dict[str, object] = {
        "conversation_id": conversation_id,
        "seq": seq,
        "client_id": f"c{conversation_id}-{seq}",
        "sender_id": "bob",
        "kind": "text",
        "text": f"text {seq}",
        "sent_at": 1_000 + seq,
    }
    return model_pb2.Message(**(values | fields))  # type: ignore[arg-type]


def message_event(event_seq: int, seq: int = 0, **fields: object) -> sync_pb2.Event:
    return sync_pb2.Event(
        event_seq=event_seq,
        message=message(seq or event_seq, **fields),  # type: ignore[arg-type]
    )


def push(first: int, last: int, head: int = 0) -> sync_pb2.EventPush:
    """Messages whose seq is their event_seq."""
    events = [message_event(seq) for seq in range(first, last + 1)]
    return sync_pb2.EventPush(events=events, head=head or last)


def conversation(
    conversation_id: int = 1, last_seq: int = 0, **fields: object
) -> model_pb2.Conversation:
    members = [
        model_pb2.Member(user_id="alice", name="Alice"),
        model_pb2.Member(user_id="bob", name="Bob"),
    ]
    values: dict[str, object] = {
        "conversation_id": conversation_id,
        "kind": model_pb2.DIRECT,
        "members": members,
        "created_at": 1,
        "first_seq": 1,
        "last_seq": last_seq,
    }
    return model_pb2.Conversation(**(values | fields))  # type: ignore[arg-type]


def draft(number: int, conversation_id: int = 1, **fields: object) -> Draft:
    values: dict[str, object] = {
        "conversation_id": ConversationId(conversation_id),
        "client_id": ClientId(f"draft-{conversation_id}-{number}"),
        "kind": "text",
        "text": f"draft {number}",
        "content": b"",
        "created_at": number,
    }
    return Draft(**(values | fields))  # type: ignore[arg-type]
