"""From a captured frame to names, values and text. Pure.

Secret fields are replaced before anything leaves this module.
"""

import dataclasses
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from google.protobuf import message_factory
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import DecodeError, Message

from imnb.inspector.record import FrameRecord
from imnb.pb import envelope_pb2
from imnb.wire.commands import CommandTable
from imnb.wire.frame import Kind

SECRET_NAMES = frozenset({"password", "token", "access_token", "private_key", "secret"})
"""Fields whose values are never shown."""
HIDDEN = "(hidden)"
MAX_DEPTH = 64
"""Levels of nested messages that are looked into."""
MAX_FIELDS = 5_000
"""Fields of one frame that are looked at; more are counted, not shown."""


@dataclasses.dataclass(frozen=True, slots=True)
class Field:
    """A value in a message.

    Attributes:
        path: names from the top, without positions: ``events.message.text``.
        label: as shown: the name, with its position in a repeated field.
        value: a plain value; None for a message, whose fields follow.
    """

    path: str
    label: str
    depth: int
    value: object = dataclasses.field(repr=False)


@dataclasses.dataclass(frozen=True, slots=True)
class DecodedFrame:
    """A frame that was looked into.

    Attributes:
        command: name of the command, or what kind of frame it is.
        message: the typed message; None when there is none or it does not parse.
        problem: why it could not be read; empty when it could.
    """

    record: FrameRecord
    command: str
    status: str
    error: str
    message: Message | None = dataclasses.field(repr=False)
    fields: tuple[Field, ...] = dataclasses.field(repr=False)
    problem: str = ""

    def __str__(self) -> str:
        return "\n".join([self.summary, *(f"  {line}" for line in self.lines())])

    @property
    def summary(self) -> str:
        """One line: number, direction, command, ask id, size, latency, status."""
        record = self.record
        parts = [f"#{record.number}", "->" if record.outbound else "<-", self.command]
        if record.ask_id:
            parts.append(f"ask {record.ask_id}")
        parts.append(f"{record.size} B")
        if record.latency is not None:
            parts.append(f"{record.latency * 1000:.1f} ms")
        if self.status not in {"", "OK"}:
            parts.append(f"{self.status}: {self.error}")
        return " ".join(parts)

    def lines(self) -> Iterator[str]:
        """The message as indented lines."""
        for field in self.fields:
            value = "" if field.value is None else f": {shown(field.value)}"
            yield f"{'  ' * field.depth}{field.label}{value}"
        if self.problem:
            yield self.problem

    def lookup(self, name: str) -> Iterable[object]:
        """Values for `imnb.wire.filters`: of the frame, else of its message."""
        of_frame = _FRAME_VALUES.get(name)
        if of_frame is not None:
            return [of_frame(self)]
        suffix = f".{name}"
        return [
            field.value
            for field in self.fields
            if field.value is not None
            and (field.path == name or field.path.endswith(suffix))
        ]


_FRAME_VALUES: dict[str, Callable[[DecodedFrame], object]] = {
    "command": lambda frame: frame.command,
    "ask_id": lambda frame: frame.record.ask_id,
    "status": lambda frame: frame.status,
    "error": lambda frame: frame.error,
    "size": lambda frame: frame.record.size,
    "direction": lambda frame: frame.record.direction,
    "latency": lambda frame: frame.record.latency or 0.0,
    "number": lambda frame: frame.record.number,
}


def dissect(record: FrameRecord, commands: CommandTable) -> DecodedFrame:
    """Look into a frame that a client sent or received."""
    if not record.plain:
        kind = Kind(record.wire[2]).name.lower() if len(record.wire) > 2 else "frame"
        return DecodedFrame(record, kind, "", "", None, ())
    envelope = envelope_pb2.Envelope.FromString(record.plain)
    status = _status(envelope.status)
    name = commands.name_of(envelope.command)
    found = _message_type(record, commands)
    if found is None:
        problem = f"{len(envelope.body)} bytes of an unknown command"
        return DecodedFrame(record, name, status, envelope.error, None, (), problem)
    try:
        message = found.FromString(envelope.body)
    except DecodeError:
        problem = f"{len(envelope.body)} bytes that are no {found.DESCRIPTOR.name}"
        return DecodedFrame(record, name, status, envelope.error, None, (), problem)
    fields = _first(walk(message), MAX_FIELDS)
    problem = "" if len(fields) < MAX_FIELDS else f"only {MAX_FIELDS} fields are shown"
    return DecodedFrame(
        record, name, status, envelope.error, message, tuple(fields), problem
    )


def walk(message: Message, path: str = "", depth: int = 0) -> Iterator[Field]:
    """All set fields of a message, each message before its own fields."""
    for descriptor, value in message.ListFields():
        name = f"{path}.{descriptor.name}" if path else descriptor.name
        if not descriptor.is_repeated:
            yield from _visit(descriptor, name, descriptor.name, value, depth)
            continue
        for position, item in enumerate(_items(descriptor, value)):
            label = f"{descriptor.name}[{position}]"
            yield from _visit(descriptor, name, label, item, depth)


def shown(value: object, limit: int = 2_000) -> str:
    """A value as text, cut where it is long."""
    if isinstance(value, bytes):
        return f"{len(value)} bytes {value[:32].hex(' ')}"
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= limit else f"{text[:limit]}… ({len(text)} characters)"


def _visit(
    descriptor: FieldDescriptor, path: str, label: str, value: Any, depth: int
) -> Iterator[Field]:
    if descriptor.name in SECRET_NAMES or _is_secret_entry(descriptor, value):
        yield Field(path, label, depth, HIDDEN)
    elif not isinstance(value, Message):
        yield Field(path, label, depth, _plain(descriptor, value))
    elif depth >= MAX_DEPTH:
        yield Field(path, label, depth, f"more than {MAX_DEPTH} levels")
    else:
        yield Field(path, label, depth, None)
        yield from walk(value, path, depth + 1)


def _map_entry(descriptor: FieldDescriptor) -> Descriptor | None:
    """The type of a map's pairs; None for other fields."""
    entry = descriptor.message_type
    return entry if entry is not None and entry.GetOptions().map_entry else None


def _is_secret_entry(descriptor: FieldDescriptor, value: Any) -> bool:
    """A pair of a map whose key says what a field's name would say."""
    return _map_entry(descriptor) is not None and value.key in SECRET_NAMES


def _items(descriptor: FieldDescriptor, value: Any) -> Iterable[Any]:
    entry = _map_entry(descriptor)
    if entry is None:
        return list(value)
    pair = message_factory.GetMessageClass(entry)
    return [pair(key=key, value=value[key]) for key in value]


def _plain(descriptor: FieldDescriptor, value: Any) -> object:
    if descriptor.enum_type is not None:
        known = descriptor.enum_type.values_by_number.get(value)
        return known.name if known is not None else value
    return value


def _message_type(record: FrameRecord, commands: CommandTable) -> type[Message] | None:
    method = commands.method_for(record.command)
    if method is not None:
        return method.request if record.outbound else method.response
    push = commands.push_for(record.command)
    return push.message if push is not None else None


def _status(number: int) -> str:
    known = envelope_pb2.Status.DESCRIPTOR.values_by_number.get(number)
    return known.name if known is not None else f"STATUS_{number}"


def _first(fields: Iterator[Field], limit: int) -> list[Field]:
    return [field for field, _ in zip(fields, range(limit), strict=False)]
