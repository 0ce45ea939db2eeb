import pytest
from google.protobuf import descriptor_pb2, descriptor_pool

from imnb.errors import ConfigError
from imnb.pb import chat_pb2, options_pb2, session_pb2, sync_pb2
from imnb.wire.commands import CommandTable, builtin_commands


def test_methods_are_read_from_the_services():
    send = builtin_commands().methods["Send"]
    assert (send.command, send.streams, send.idempotent) == (20, False, False)
    assert (send.request, send.response) == (chat_pb2.SendRequest, chat_pb2.SendReply)
    assert builtin_commands().methods["Reset"].streams
    assert builtin_commands().methods["Pull"].idempotent


def test_pushes_are_read_from_the_messages():
    push = builtin_commands().pushes["EventPush"]
    assert (push.command, push.message) == (64, sync_pb2.EventPush)


def test_a_command_is_found_by_number():
    table = builtin_commands()
    assert table.method_for(20) is table.methods["Send"]
    assert table.push_for(64) is table.pushes["EventPush"]
    assert table.method_for(64) is table.push_for(20) is table.method_for(999) is None
    assert [table.name_of(c) for c in (20, 64, 999)] == [
        "Send",
        "EventPush",
        "command 999",
    ]


def test_a_command_is_found_by_type():
    table = builtin_commands()
    assert table.command_of(chat_pb2.SendRequest) == 20
    assert table.command_of(session_pb2.Kicked) == 65
    with pytest.raises(ConfigError, match="SendReply is no request"):
        table.command_of(chat_pb2.SendReply)


def compiled(**commands):
    """A file with one service whose methods have these numbers."""
    pool = descriptor_pool.Default()
    file = descriptor_pb2.FileDescriptorProto(
        name=f"made_{abs(hash(tuple(commands.items())))}.proto", syntax="proto3"
    )
    file.package = file.name.removesuffix(".proto")
    file.message_type.add(name="Nothing")
    service = file.service.add(name="Made")
    for name, number in commands.items():
        method = service.method.add(
            name=name,
            input_type=f".{file.package}.Nothing",
            output_type=f".{file.package}.Nothing",
        )
        if number:
            method.options.Extensions[options_pb2.command] = number
    pool.Add(file)
    return pool.FindFileByName(file.name)


def test_a_protocol_of_ones_own():
    table = CommandTable.from_files(compiled(Ask=7, Unnumbered=0))
    assert list(table.methods) == ["Ask"]
    assert repr(table) == "<CommandTable: 1 methods, 0 pushes>"


def test_two_methods_cannot_share_a_number():
    with pytest.raises(ConfigError, match="command 5 stands for One and for Two"):
        CommandTable.from_files(compiled(One=5, Two=5))


def test_two_services_cannot_share_a_method_name():
    with pytest.raises(ConfigError, match="same name"):
        CommandTable.from_files(compiled(Same=8), compiled(Same=9))
