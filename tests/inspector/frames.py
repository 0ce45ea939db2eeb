"""Frames as a tap sees them, without a connection."""

from imnb.inspector.capture import Capture
from imnb.pb import chat_pb2, model_pb2, session_pb2, sync_pb2
from imnb.pb.envelope_pb2 import Envelope
from imnb.wire.commands import builtin_commands
from imnb.wire.frame import Kind, pack_frame


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


def make_capture(**settings):
    clock = Clock()
    return Capture(builtin_commands(), clock=clock, **settings), clock


def feed(capture, outbound, message, ask_id=0, command=None, **envelope):
    number = command or builtin_commands().command_of(type(message))
    plain = Envelope(
        command=number, ask_id=ask_id, body=message.SerializeToString(), **envelope
    ).SerializeToString()
    capture.tap(outbound, pack_frame(Kind.DATA, 1, plain + bytes(16)), plain)


def event_push(*texts):
    messages = [
        model_pb2.Message(
            conversation_id=1, seq=n, sender_id="alice", kind="text", text=text
        )
        for n, text in enumerate(texts, 1)
    ]
    return sync_pb2.EventPush(
        events=[sync_pb2.Event(event_seq=m.seq, message=m) for m in messages]
    )


LOGIN = session_pb2.LoginRequest(token="s3cret-token", device="test")
SEND = chat_pb2.SendRequest(conversation_id=1)
