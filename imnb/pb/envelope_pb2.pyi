from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Status(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    OK: _ClassVar[Status]
    BAD_REQUEST: _ClassVar[Status]
    UNAUTHENTICATED: _ClassVar[Status]
    FORBIDDEN: _ClassVar[Status]
    NOT_FOUND: _ClassVar[Status]
    CONFLICT: _ClassVar[Status]
    UNSUPPORTED: _ClassVar[Status]
    OVERLOADED: _ClassVar[Status]
    INTERNAL: _ClassVar[Status]
OK: Status
BAD_REQUEST: Status
UNAUTHENTICATED: Status
FORBIDDEN: Status
NOT_FOUND: Status
CONFLICT: Status
UNSUPPORTED: Status
OVERLOADED: Status
INTERNAL: Status

class Envelope(_message.Message):
    __slots__ = ("command", "ask_id", "status", "error", "body", "more")
    COMMAND_FIELD_NUMBER: _ClassVar[int]
    ASK_ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    BODY_FIELD_NUMBER: _ClassVar[int]
    MORE_FIELD_NUMBER: _ClassVar[int]
    command: int
    ask_id: int
    status: Status
    error: str
    body: bytes
    more: bool
    def __init__(self, command: _Optional[int] = ..., ask_id: _Optional[int] = ..., status: _Optional[_Union[Status, str]] = ..., error: _Optional[str] = ..., body: _Optional[bytes] = ..., more: bool = ...) -> None: ...
