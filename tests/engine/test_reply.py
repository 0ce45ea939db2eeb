import pytest

from imnb.engine.reply import read_reply, refusal, status_name
from imnb.errors import CallRefused, EnvelopeError
from imnb.pb import session_pb2
from imnb.pb.envelope_pb2 import Envelope, Status
from tests.engine.peer import COMMANDS

LOGIN = COMMANDS.methods["Login"]
REPLY = session_pb2.LoginReply(user_id="alice")


def test_the_message_of_a_reply():
    envelope = Envelope(command=1, ask_id=1, body=REPLY.SerializeToString())
    assert read_reply(LOGIN, envelope) == REPLY


@pytest.mark.parametrize(
    ("envelope", "error", "words"),
    [
        (Envelope(command=1, status=4, error="no"), CallRefused, "NOT_FOUND: no"),
        (Envelope(command=2), EnvelopeError, "answered with command 2"),
        (Envelope(command=1, body=b"\xff"), EnvelopeError, "1 bytes that answer Login"),
    ],
)
def test_what_is_no_reply(envelope, error, words):
    with pytest.raises(error, match=words):
        read_reply(LOGIN, envelope)


def test_a_status_of_a_later_version_keeps_its_number():
    assert [status_name(number) for number in (0, 8)] == ["OK", "INTERNAL"]
    assert status_name(77) == "STATUS_77"
    assert refusal(LOGIN, Envelope(status=Status.CONFLICT)).status == "CONFLICT"
