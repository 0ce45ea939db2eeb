import inspect

import pytest
from google.protobuf import descriptor_pb2, descriptor_pool

from imnb.engine.retry import Retry
from imnb.engine.rpc import Rpc
from imnb.engine.stream import Stream
from imnb.errors import ConfigError
from imnb.pb import options_pb2, session_pb2
from imnb.wire.commands import CommandTable
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
    assert "Many replies of ResetPage(heads, users, epoch, as_of" in reset.__doc__
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


async def test_how_it_is_called_is_said_apart():
    caller = Caller()
    retry = Retry(attempts=2)
    ping = Rpc(caller, COMMANDS).Ping.with_options(priority=5, lane="a", timeout=3)
    again = ping.with_options(retry=retry, headers={"trace": "x"}, idempotent=True)
    await ping()
    await again(timeout=1)
    first, second = caller.requests
    assert (first.priority, first.lane, first.timeout) == (5, "a", 3)
    assert (first.retry, first.headers, first.idempotent) == (None, {}, None)
    assert (second.priority, second.lane, second.timeout) == (5, "a", 1)
    assert (second.retry, second.idempotent) == (retry, True)
    assert second.headers == {"trace": "x"}
    assert again.__doc__ == ping.__doc__


def test_a_misspelt_option_names_those_there_are():
    with pytest.raises(ConfigError, match=r"no option 'prio'; there are: timeout, .*"):
        Rpc(Caller(), COMMANDS).Ping.with_options(prio=5)


def own_protocol(**fields):
    """A command table with a method ``Move`` of a request with these fields."""
    file = descriptor_pb2.FileDescriptorProto(name="own.proto", syntax="proto3")
    request = file.message_type.add(name="Move")
    for number, (name, kind) in enumerate(fields.items(), 1):
        request.field.add(name=name, number=number, type=kind, label=1)
    method = file.service.add(name="S").method.add(
        name="Move", input_type=".Move", output_type=".Move"
    )
    method.options.Extensions[options_pb2.command] = 7
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(descriptor_pb2.DESCRIPTOR.serialized_pb)
    pool.AddSerializedFile(options_pb2.DESCRIPTOR.serialized_pb)
    pool.Add(file)
    return CommandTable.from_files(pool.FindFileByName("own.proto"))


@pytest.fixture(scope="module")
def own():
    kinds = descriptor_pb2.FieldDescriptorProto
    return own_protocol(
        self=kinds.TYPE_STRING,
        timeout=kinds.TYPE_DOUBLE,
        data=kinds.TYPE_BYTES,
        **{"from": kinds.TYPE_STRING},
    )


def test_fields_may_have_any_name(own):
    caller = Caller()
    move = Rpc(caller, own).Move
    parameters = inspect.signature(move).parameters
    assert list(parameters) == ["self", "timeout", "data"]  # ``from`` is no parameter
    assert parameters["data"].annotation is bytes
    assert "Move(self, timeout, data, from)" in move.__doc__
    move(self="a", timeout=1.5, **{"from": "b"}).close()


async def test_a_field_called_timeout_is_the_requests(own):
    caller = Caller()
    await Rpc(caller, own).Move(timeout=1.5, **{"from": "b"})
    [request] = caller.requests
    assert request.message == {"timeout": 1.5, "from": "b"}
    assert request.timeout is None


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
