import pytest

from imnb.engine.requests import HttpRequest, TcpRequest
from imnb.errors import ConfigError
from imnb.pb import chat_pb2, session_pb2
from tests.engine.peer import COMMANDS

LOGIN = COMMANDS.methods["Login"]
SEND = COMMANDS.methods["Send"]


def test_fields_become_the_message():
    message = TcpRequest("Login", {"token": "t", "device": "d"}).build(LOGIN)
    assert message == session_pb2.LoginRequest(token="t", device="d")


def test_a_message_is_taken_as_it_is():
    message = session_pb2.LoginRequest(token="t")
    assert TcpRequest("Login", message).build(LOGIN) is message


def test_nested_fields_may_be_mappings():
    fields = {"conversation_id": 3, "messages": [{"text": "hi"}]}
    message = TcpRequest("Send", fields).build(SEND)
    assert message == chat_pb2.SendRequest(
        conversation_id=3, messages=[chat_pb2.OutgoingMessage(text="hi")]
    )


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ({"tokn": "t"}, "no field 'tokn'; it has: token, device, client_version"),
        ({"token": 7}, "does not fit"),
        (session_pb2.PingRequest(), "takes LoginRequest, not PingRequest"),
    ],
)
def test_what_does_not_fit_is_named(message, words):
    with pytest.raises(ConfigError, match=words):
        TcpRequest("Login", message).build(LOGIN)


def test_the_value_that_does_not_fit_is_not_quoted():
    with pytest.raises(ConfigError) as caught:
        TcpRequest("Login", {"token": {"secret": 1}}).build(LOGIN)
    assert "secret" not in str(caught.value)


def test_reprs_show_no_contents():
    shown = repr(TcpRequest("Login", {"token": "secret"}))
    shown += repr(
        HttpRequest(
            "POST",
            "http://me:secret@host:1/path?key=secret#secret",
            json={"password": "secret"},
            body=b"secret",
            headers={"Authorization": "secret"},
        )
    )
    assert "secret" not in shown
    assert "Login" in shown
    assert "POST http://host:1/path" in shown
