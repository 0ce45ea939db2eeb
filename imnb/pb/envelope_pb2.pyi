from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
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
    __slots__ = ("command", "ask_id", "status", "error", "body", "more", "headers")
    class HeadersEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    COMMAND_FIELD_NUMBER: _ClassVar[int]
    ASK_ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    BODY_FIELD_NUMBER: _ClassVar[int]
    MORE_FIELD_NUMBER: _ClassVar[int]
    HEADERS_FIELD_NUMBER: _ClassVar[int]
    command: int
    ask_id: int
    status: Status
    error: str
    body: bytes
    more: bool
    headers: _containers.ScalarMap[str, str]
    def __init__(self, command: _Optional[int] = ..., ask_id: _Optional[int] = ..., status: _Optional[_Union[Status, str]] = ..., error: _Optional[str] = ..., body: _Optional[bytes] = ..., more: bool = ..., headers: _Optional[_Mapping[str, str]] = ...) -> None: ...
