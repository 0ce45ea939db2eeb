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

class Role(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    MEMBER: _ClassVar[Role]
    OWNER: _ClassVar[Role]
CONVERSATION_KIND_UNSPECIFIED: ConversationKind
DIRECT: ConversationKind
GROUP: ConversationKind
SYSTEM: ConversationKind
MEMBER: Role
OWNER: Role

class User(_message.Message):
    __slots__ = ("user_id", "name", "about", "avatar")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    ABOUT_FIELD_NUMBER: _ClassVar[int]
    AVATAR_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    name: str
    about: str
    avatar: str
    def __init__(self, user_id: _Optional[str] = ..., name: _Optional[str] = ..., about: _Optional[str] = ..., avatar: _Optional[str] = ...) -> None: ...

class Contact(_message.Message):
    __slots__ = ("user_id", "alias", "added_at")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    ALIAS_FIELD_NUMBER: _ClassVar[int]
    ADDED_AT_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    alias: str
    added_at: int
    def __init__(self, user_id: _Optional[str] = ..., alias: _Optional[str] = ..., added_at: _Optional[int] = ...) -> None: ...

class Member(_message.Message):
    __slots__ = ("user_id", "name", "read_seq", "delivered_seq", "role")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    READ_SEQ_FIELD_NUMBER: _ClassVar[int]
    DELIVERED_SEQ_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    name: str
    read_seq: int
    delivered_seq: int
    role: Role
    def __init__(self, user_id: _Optional[str] = ..., name: _Optional[str] = ..., read_seq: _Optional[int] = ..., delivered_seq: _Optional[int] = ..., role: _Optional[_Union[Role, str]] = ...) -> None: ...

class Conversation(_message.Message):
    __slots__ = ("conversation_id", "kind", "title", "members", "created_at", "first_seq", "last_seq", "change_seq", "version")
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    FIRST_SEQ_FIELD_NUMBER: _ClassVar[int]
    LAST_SEQ_FIELD_NUMBER: _ClassVar[int]
    CHANGE_SEQ_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    conversation_id: int
    kind: ConversationKind
    title: str
    members: _containers.RepeatedCompositeFieldContainer[Member]
    created_at: int
    first_seq: int
    last_seq: int
    change_seq: int
    version: int
    def __init__(self, conversation_id: _Optional[int] = ..., kind: _Optional[_Union[ConversationKind, str]] = ..., title: _Optional[str] = ..., members: _Optional[_Iterable[_Union[Member, _Mapping]]] = ..., created_at: _Optional[int] = ..., first_seq: _Optional[int] = ..., last_seq: _Optional[int] = ..., change_seq: _Optional[int] = ..., version: _Optional[int] = ...) -> None: ...

class Preferences(_message.Message):
    __slots__ = ("conversation_id", "pinned_at", "muted_until", "draft", "draft_reply_to", "draft_at")
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    PINNED_AT_FIELD_NUMBER: _ClassVar[int]
    MUTED_UNTIL_FIELD_NUMBER: _ClassVar[int]
    DRAFT_FIELD_NUMBER: _ClassVar[int]
    DRAFT_REPLY_TO_FIELD_NUMBER: _ClassVar[int]
    DRAFT_AT_FIELD_NUMBER: _ClassVar[int]
    conversation_id: int
    pinned_at: int
    muted_until: int
    draft: str
    draft_reply_to: int
    draft_at: int
    def __init__(self, conversation_id: _Optional[int] = ..., pinned_at: _Optional[int] = ..., muted_until: _Optional[int] = ..., draft: _Optional[str] = ..., draft_reply_to: _Optional[int] = ..., draft_at: _Optional[int] = ...) -> None: ...

class Reaction(_message.Message):
    __slots__ = ("user_id", "emoji")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    EMOJI_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    emoji: str
    def __init__(self, user_id: _Optional[str] = ..., emoji: _Optional[str] = ...) -> None: ...

class Message(_message.Message):
    __slots__ = ("conversation_id", "seq", "client_id", "sender_id", "kind", "text", "content", "sent_at", "edited_at", "revoked_at", "change_seq", "reactions")
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    SEQ_FIELD_NUMBER: _ClassVar[int]
    CLIENT_ID_FIELD_NUMBER: _ClassVar[int]
    SENDER_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    SENT_AT_FIELD_NUMBER: _ClassVar[int]
    EDITED_AT_FIELD_NUMBER: _ClassVar[int]
    REVOKED_AT_FIELD_NUMBER: _ClassVar[int]
    CHANGE_SEQ_FIELD_NUMBER: _ClassVar[int]
    REACTIONS_FIELD_NUMBER: _ClassVar[int]
    conversation_id: int
    seq: int
    client_id: str
    sender_id: str
    kind: str
    text: str
    content: bytes
    sent_at: int
    edited_at: int
    revoked_at: int
    change_seq: int
    reactions: _containers.RepeatedCompositeFieldContainer[Reaction]
    def __init__(self, conversation_id: _Optional[int] = ..., seq: _Optional[int] = ..., client_id: _Optional[str] = ..., sender_id: _Optional[str] = ..., kind: _Optional[str] = ..., text: _Optional[str] = ..., content: _Optional[bytes] = ..., sent_at: _Optional[int] = ..., edited_at: _Optional[int] = ..., revoked_at: _Optional[int] = ..., change_seq: _Optional[int] = ..., reactions: _Optional[_Iterable[_Union[Reaction, _Mapping]]] = ...) -> None: ...
