from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ConversationKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CONVERSATION_KIND_UNSPECIFIED: _ClassVar[ConversationKind]
    DIRECT: _ClassVar[ConversationKind]
    GROUP: _ClassVar[ConversationKind]
    SYSTEM: _ClassVar[ConversationKind]
CONVERSATION_KIND_UNSPECIFIED: ConversationKind
DIRECT: ConversationKind
GROUP: ConversationKind
SYSTEM: ConversationKind

class User(_message.Message):
    __slots__ = ("user_id", "name")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    name: str
    def __init__(self, user_id: _Optional[str] = ..., name: _Optional[str] = ...) -> None: ...

class Member(_message.Message):
    __slots__ = ("user_id", "name", "read_seq")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    READ_SEQ_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    name: str
    read_seq: int
    def __init__(self, user_id: _Optional[str] = ..., name: _Optional[str] = ..., read_seq: _Optional[int] = ...) -> None: ...

class Conversation(_message.Message):
    __slots__ = ("conversation_id", "kind", "title", "members", "created_at", "first_seq", "last_seq", "change_seq")
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    FIRST_SEQ_FIELD_NUMBER: _ClassVar[int]
    LAST_SEQ_FIELD_NUMBER: _ClassVar[int]
    CHANGE_SEQ_FIELD_NUMBER: _ClassVar[int]
    conversation_id: int
    kind: ConversationKind
    title: str
    members: _containers.RepeatedCompositeFieldContainer[Member]
    created_at: int
    first_seq: int
    last_seq: int
    change_seq: int
    def __init__(self, conversation_id: _Optional[int] = ..., kind: _Optional[_Union[ConversationKind, str]] = ..., title: _Optional[str] = ..., members: _Optional[_Iterable[_Union[Member, _Mapping]]] = ..., created_at: _Optional[int] = ..., first_seq: _Optional[int] = ..., last_seq: _Optional[int] = ..., change_seq: _Optional[int] = ...) -> None: ...

class Message(_message.Message):
    __slots__ = ("conversation_id", "seq", "client_id", "sender_id", "kind", "text", "content", "sent_at")
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    SEQ_FIELD_NUMBER: _ClassVar[int]
    CLIENT_ID_FIELD_NUMBER: _ClassVar[int]
    SENDER_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    SENT_AT_FIELD_NUMBER: _ClassVar[int]
    conversation_id: int
    seq: int
    client_id: str
    sender_id: str
    kind: str
    text: str
    content: bytes
    sent_at: int
    def __init__(self, conversation_id: _Optional[int] = ..., seq: _Optional[int] = ..., client_id: _Optional[str] = ..., sender_id: _Optional[str] = ..., kind: _Optional[str] = ..., text: _Optional[str] = ..., content: _Optional[bytes] = ..., sent_at: _Optional[int] = ...) -> None: ...
