import inspect

import pytest

from imnb.engine.rpc import Rpc
from imnb.engine.stream import Stream
from imnb.pb import session_pb2
from tests.engine.peer import COMMANDS, online


class Caller:
    def __init__(self):
        self.requests = []

    async def call(self, request):
        self.requests.append(request)
        return session_pb2.PingReply()

    def stream(self, request):
        self.requests.append(request)
        return "stream"


def test_every_method_is_listed_and_there():
    rpc = Rpc(Caller(), COMMANDS)
    assert dir(rpc) == sorted(COMMANDS.methods)
    for name in dir(rpc):
        method = getattr(rpc, name)
        assert method.__name__ == name
        assert f"command {COMMANDS.methods[name].command}" in method.__doc__


def test_fields_are_keywords():
    signature = inspect.signature(Rpc(Caller(), COMMANDS).Login)
    assert list(signature.parameters) == [
        "token",
        "device",
        "client_version",
        "timeout",
    ]
    assert signature.parameters["token"].annotation is str
    assert signature.return_annotation == "LoginReply"


@pytest.mark.parametrize(
    ("method", "field", "annotation"),
    [
        ("Send", "conversation_id", int),
        ("Send", "messages", "list[OutgoingMessage]"),
        ("CreateGroup", "user_ids", "list[str]"),
        ("Acknowledge", "event_seq", int),
    ],
)
def test_annotations_come_from_the_descriptor(method, field, annotation):
    signature = inspect.signature(getattr(Rpc(Caller(), COMMANDS), method))
    assert signature.parameters[field].annotation == annotation


def test_streams_say_so():
    reset = Rpc(Caller(), COMMANDS).Reset
    assert inspect.signature(reset).return_annotation == "AsyncIterator[ResetPage]"
    assert "Many replies of ResetPage(heads, users, epoch, as_of)" in reset.__doc__
    assert "Reset(" in repr(reset)


async def test_calling_makes_a_request():
    caller = Caller()
    rpc = Rpc(caller, COMMANDS)
    await rpc.Login(token="t", device="d", timeout=3)
    assert rpc.Reset(messages=5) == "stream"
    login, reset = caller.requests
    assert (login.method, login.timeout) == ("Login", 3)
    assert login.message == {"token": "t", "device": "d"}
    assert (reset.method, reset.timeout) == ("Reset", None)


def test_a_misspelt_method_names_those_there_are():
    with pytest.raises(AttributeError, match=r"'Lgin'; there are: .*Login"):
        Rpc(Caller(), COMMANDS).Lgin  # noqa: B018
    assert "Login" in repr(Rpc(Caller(), COMMANDS))


async def test_over_a_link(virtual):
    async with online() as (engine, peer):
        reply = await engine.rpc.Login(token="t")
        assert reply.user_id == "alice"
        assert isinstance(engine.rpc.Reset(), Stream)
        assert len(peer.last.requests) == 1
