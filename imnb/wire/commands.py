"""Command numbers and the messages they stand for, read from descriptors.

The pairs of request and reply are the methods of `service` blocks with a
``command`` option, pushes are messages with a ``push`` option
(``proto/imnb/pb/options.proto``). Anybody's .proto with these options will do.
"""

import dataclasses
import functools
from collections.abc import Iterator, Mapping
from typing import Any

from google.protobuf import message_factory
from google.protobuf.descriptor import Descriptor, FileDescriptor, MethodDescriptor
from google.protobuf.descriptor_pb2 import MethodOptions
from google.protobuf.message import Message

from imnb.errors import ConfigError
from imnb.pb import chat_pb2, options_pb2, session_pb2, sync_pb2


@dataclasses.dataclass(frozen=True, slots=True)
class Method:
    """A request and its reply, or its replies.

    Attributes:
        streams: many replies may come, each but the last says that more follow.
        idempotent: carrying it out twice does what once does.
    """

    name: str
    command: int
    request: type[Message]
    response: type[Message]
    streams: bool
    idempotent: bool


@dataclasses.dataclass(frozen=True, slots=True)
class PushType:
    """A message that the server sends unasked."""

    name: str
    command: int
    message: type[Message]


class CommandTable:
    """All commands of a protocol, by name, number and message type."""

    def __init__(self, methods: list[Method], pushes: list[PushType]) -> None:
        self._by_command: dict[int, Method | PushType] = {}
        entries: list[Method | PushType] = [*methods, *pushes]
        for entry in entries:
            other = self._by_command.setdefault(entry.command, entry)
            if other is not entry:
                raise ConfigError(
                    f"command {entry.command} stands for {other.name} and for "
                    f"{entry.name}: give each a number of its own"
                )
        self.methods: Mapping[str, Method] = {m.name: m for m in methods}
        self.pushes: Mapping[str, PushType] = {p.name: p for p in pushes}
        if len(self.methods) < len(methods):
            raise ConfigError("two services have a method of the same name")
        self._by_type = {p.message.DESCRIPTOR.full_name: p.command for p in pushes}
        for method in methods:
            self._by_type[method.request.DESCRIPTOR.full_name] = method.command

    def __repr__(self) -> str:
        return f"<CommandTable: {len(self.methods)} methods, {len(self.pushes)} pushes>"

    @classmethod
    def from_files(cls, *files: FileDescriptor) -> "CommandTable":
        """The commands that these compiled .proto files declare.

        Raises:
            ConfigError: a number or a name stands for two things.
        """
        methods = [method for file in files for method in _methods(file)]
        return cls(methods, [push for file in files for push in _pushes(file)])

    def method_for(self, command: int) -> Method | None:
        """The method with this number."""
        entry = self._by_command.get(command)
        return entry if isinstance(entry, Method) else None

    def push_for(self, command: int) -> PushType | None:
        """The push with this number."""
        entry = self._by_command.get(command)
        return entry if isinstance(entry, PushType) else None

    def name_of(self, command: int) -> str:
        """Its name, or ``"command 77"`` for one that nobody declared."""
        entry = self._by_command.get(command)
        return entry.name if entry is not None else f"command {command}"

    def command_of(self, message_type: type[Message]) -> int:
        """The number of a request or push type.

        Raises:
            ConfigError: the type is neither.
        """
        name = message_type.DESCRIPTOR.full_name
        if name not in self._by_type:
            raise ConfigError(f"{name} is no request and no push of this protocol")
        return self._by_type[name]


def _number(descriptor: MethodDescriptor | Descriptor, option: Any) -> int:
    """Value of an extension; stubs give extensions no type of their own."""
    return int(descriptor.GetOptions().Extensions[option])


def _methods(file: FileDescriptor) -> Iterator[Method]:
    for service in file.services_by_name.values():
        for method in service.methods:
            command = _number(method, options_pb2.command)
            if command:
                yield _method(method, command)


def _method(method: MethodDescriptor, command: int) -> Method:
    return Method(
        name=method.name,
        command=command,
        request=message_factory.GetMessageClass(method.input_type),
        response=message_factory.GetMessageClass(method.output_type),
        streams=method.server_streaming,
        idempotent=method.GetOptions().idempotency_level
        != MethodOptions.IDEMPOTENCY_UNKNOWN,
    )


def _pushes(file: FileDescriptor) -> Iterator[PushType]:
    for name, descriptor in file.message_types_by_name.items():
        command = _number(descriptor, options_pb2.push)
        if command:
            yield PushType(name, command, message_factory.GetMessageClass(descriptor))


@functools.cache
def builtin_commands() -> CommandTable:
    """The commands of imnb's own protocol."""
    return CommandTable.from_files(
        session_pb2.DESCRIPTOR, sync_pb2.DESCRIPTOR, chat_pb2.DESCRIPTOR
    )
