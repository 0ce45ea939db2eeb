from imnb.pb import model_pb2 as _model_pb2
from imnb.pb import options_pb2 as _options_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ReadCursor(_message.Message):
    __slots__ = ("conversation_id", "user_id", "seq")
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    SEQ_FIELD_NUMBER: _ClassVar[int]
    conversation_id: int
    user_id: str
    seq: int
    def __init__(self, conversation_id: _Optional[int] = ..., user_id: _Optional[str] = ..., seq: _Optional[int] = ...) -> None: ...

class Edited(_message.Message):
    __slots__ = ("conversation_id", "seq", "change_seq", "text", "content", "edited_at")
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    SEQ_FIELD_NUMBER: _ClassVar[int]
    CHANGE_SEQ_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    EDITED_AT_FIELD_NUMBER: _ClassVar[int]
    conversation_id: int
    seq: int
    change_seq: int
    text: str
    content: bytes
    edited_at: int
    def __init__(self, conversation_id: _Optional[int] = ..., seq: _Optional[int] = ..., change_seq: _Optional[int] = ..., text: _Optional[str] = ..., content: _Optional[bytes] = ..., edited_at: _Optional[int] = ...) -> None: ...

class Revoked(_message.Message):
    __slots__ = ("conversation_id", "seq", "change_seq", "revoked_at")
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    SEQ_FIELD_NUMBER: _ClassVar[int]
    CHANGE_SEQ_FIELD_NUMBER: _ClassVar[int]
    REVOKED_AT_FIELD_NUMBER: _ClassVar[int]
    conversation_id: int
    seq: int
    change_seq: int
    revoked_at: int
    def __init__(self, conversation_id: _Optional[int] = ..., seq: _Optional[int] = ..., change_seq: _Optional[int] = ..., revoked_at: _Optional[int] = ...) -> None: ...

class Reacted(_message.Message):
    __slots__ = ("conversation_id", "seq", "change_seq", "user_id", "emoji", "removed")
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    SEQ_FIELD_NUMBER: _ClassVar[int]
    CHANGE_SEQ_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    EMOJI_FIELD_NUMBER: _ClassVar[int]
    REMOVED_FIELD_NUMBER: _ClassVar[int]
    conversation_id: int
    seq: int
    change_seq: int
    user_id: str
    emoji: str
    removed: bool
    def __init__(self, conversation_id: _Optional[int] = ..., seq: _Optional[int] = ..., change_seq: _Optional[int] = ..., user_id: _Optional[str] = ..., emoji: _Optional[str] = ..., removed: bool = ...) -> None: ...

class ConversationChanged(_message.Message):
    __slots__ = ("conversation_id", "version")
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    conversation_id: int
    version: int
    def __init__(self, conversation_id: _Optional[int] = ..., version: _Optional[int] = ...) -> None: ...

class ConversationLeft(_message.Message):
    __slots__ = ("conversation_id",)
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    conversation_id: int
    def __init__(self, conversation_id: _Optional[int] = ...) -> None: ...

class ContactChanged(_message.Message):
    __slots__ = ("contact", "removed", "version")
    CONTACT_FIELD_NUMBER: _ClassVar[int]
    REMOVED_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    contact: _model_pb2.Contact
    removed: bool
    version: int
    def __init__(self, contact: _Optional[_Union[_model_pb2.Contact, _Mapping]] = ..., removed: bool = ..., version: _Optional[int] = ...) -> None: ...

class Event(_message.Message):
    __slots__ = ("event_seq", "message", "conversation", "read", "user", "edited", "revoked", "reacted", "conversation_changed", "left", "preferences", "contact")
    EVENT_SEQ_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    CONVERSATION_FIELD_NUMBER: _ClassVar[int]
    READ_FIELD_NUMBER: _ClassVar[int]
    USER_FIELD_NUMBER: _ClassVar[int]
    EDITED_FIELD_NUMBER: _ClassVar[int]
    REVOKED_FIELD_NUMBER: _ClassVar[int]
    REACTED_FIELD_NUMBER: _ClassVar[int]
    CONVERSATION_CHANGED_FIELD_NUMBER: _ClassVar[int]
    LEFT_FIELD_NUMBER: _ClassVar[int]
    PREFERENCES_FIELD_NUMBER: _ClassVar[int]
    CONTACT_FIELD_NUMBER: _ClassVar[int]
    event_seq: int
    message: _model_pb2.Message
    conversation: _model_pb2.Conversation
    read: ReadCursor
    user: _model_pb2.User
    edited: Edited
    revoked: Revoked
    reacted: Reacted
    conversation_changed: ConversationChanged
    left: ConversationLeft
    preferences: _model_pb2.Preferences
    contact: ContactChanged
    def __init__(self, event_seq: _Optional[int] = ..., message: _Optional[_Union[_model_pb2.Message, _Mapping]] = ..., conversation: _Optional[_Union[_model_pb2.Conversation, _Mapping]] = ..., read: _Optional[_Union[ReadCursor, _Mapping]] = ..., user: _Optional[_Union[_model_pb2.User, _Mapping]] = ..., edited: _Optional[_Union[Edited, _Mapping]] = ..., revoked: _Optional[_Union[Revoked, _Mapping]] = ..., reacted: _Optional[_Union[Reacted, _Mapping]] = ..., conversation_changed: _Optional[_Union[ConversationChanged, _Mapping]] = ..., left: _Optional[_Union[ConversationLeft, _Mapping]] = ..., preferences: _Optional[_Union[_model_pb2.Preferences, _Mapping]] = ..., contact: _Optional[_Union[ContactChanged, _Mapping]] = ...) -> None: ...

class EventPush(_message.Message):
    __slots__ = ("events", "behind", "head")
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    BEHIND_FIELD_NUMBER: _ClassVar[int]
    HEAD_FIELD_NUMBER: _ClassVar[int]
    events: _containers.RepeatedCompositeFieldContainer[Event]
    behind: bool
    head: int
    def __init__(self, events: _Optional[_Iterable[_Union[Event, _Mapping]]] = ..., behind: bool = ..., head: _Optional[int] = ...) -> None: ...

class PullRequest(_message.Message):
    __slots__ = ("epoch", "after", "limit")
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    epoch: str
    after: int
    limit: int
    def __init__(self, epoch: _Optional[str] = ..., after: _Optional[int] = ..., limit: _Optional[int] = ...) -> None: ...

class PullReply(_message.Message):
    __slots__ = ("events", "head", "reset")
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    HEAD_FIELD_NUMBER: _ClassVar[int]
    RESET_FIELD_NUMBER: _ClassVar[int]
    events: _containers.RepeatedCompositeFieldContainer[Event]
    head: int
    reset: bool
    def __init__(self, events: _Optional[_Iterable[_Union[Event, _Mapping]]] = ..., head: _Optional[int] = ..., reset: bool = ...) -> None: ...

class ResetRequest(_message.Message):
    __slots__ = ("messages", "conversations")
    MESSAGES_FIELD_NUMBER: _ClassVar[int]
    CONVERSATIONS_FIELD_NUMBER: _ClassVar[int]
    messages: int
    conversations: int
    def __init__(self, messages: _Optional[int] = ..., conversations: _Optional[int] = ...) -> None: ...

class ConversationHead(_message.Message):
    __slots__ = ("conversation", "messages", "preferences")
    CONVERSATION_FIELD_NUMBER: _ClassVar[int]
    MESSAGES_FIELD_NUMBER: _ClassVar[int]
    PREFERENCES_FIELD_NUMBER: _ClassVar[int]
    conversation: _model_pb2.Conversation
    messages: _containers.RepeatedCompositeFieldContainer[_model_pb2.Message]
    preferences: _model_pb2.Preferences
    def __init__(self, conversation: _Optional[_Union[_model_pb2.Conversation, _Mapping]] = ..., messages: _Optional[_Iterable[_Union[_model_pb2.Message, _Mapping]]] = ..., preferences: _Optional[_Union[_model_pb2.Preferences, _Mapping]] = ...) -> None: ...

class ResetPage(_message.Message):
    __slots__ = ("heads", "users", "epoch", "as_of", "contacts", "contacts_version")
    HEADS_FIELD_NUMBER: _ClassVar[int]
    USERS_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    CONTACTS_FIELD_NUMBER: _ClassVar[int]
    CONTACTS_VERSION_FIELD_NUMBER: _ClassVar[int]
    heads: _containers.RepeatedCompositeFieldContainer[ConversationHead]
    users: _containers.RepeatedCompositeFieldContainer[_model_pb2.User]
    epoch: str
    as_of: int
    contacts: _containers.RepeatedCompositeFieldContainer[_model_pb2.Contact]
    contacts_version: int
    def __init__(self, heads: _Optional[_Iterable[_Union[ConversationHead, _Mapping]]] = ..., users: _Optional[_Iterable[_Union[_model_pb2.User, _Mapping]]] = ..., epoch: _Optional[str] = ..., as_of: _Optional[int] = ..., contacts: _Optional[_Iterable[_Union[_model_pb2.Contact, _Mapping]]] = ..., contacts_version: _Optional[int] = ...) -> None: ...

class AcknowledgeRequest(_message.Message):
    __slots__ = ("event_seq",)
    EVENT_SEQ_FIELD_NUMBER: _ClassVar[int]
    event_seq: int
    def __init__(self, event_seq: _Optional[int] = ...) -> None: ...

class AcknowledgeReply(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class HistoryRequest(_message.Message):
    __slots__ = ("conversation_id", "from_seq", "to_seq")
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    FROM_SEQ_FIELD_NUMBER: _ClassVar[int]
    TO_SEQ_FIELD_NUMBER: _ClassVar[int]
    conversation_id: int
    from_seq: int
    to_seq: int
    def __init__(self, conversation_id: _Optional[int] = ..., from_seq: _Optional[int] = ..., to_seq: _Optional[int] = ...) -> None: ...

class ChangedRequest(_message.Message):
    __slots__ = ("conversation_id", "after")
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    conversation_id: int
    after: int
    def __init__(self, conversation_id: _Optional[int] = ..., after: _Optional[int] = ...) -> None: ...

class ChangedReply(_message.Message):
    __slots__ = ("messages", "more")
    MESSAGES_FIELD_NUMBER: _ClassVar[int]
    MORE_FIELD_NUMBER: _ClassVar[int]
    messages: _containers.RepeatedCompositeFieldContainer[_model_pb2.Message]
    more: bool
    def __init__(self, messages: _Optional[_Iterable[_Union[_model_pb2.Message, _Mapping]]] = ..., more: bool = ...) -> None: ...

class HistoryReply(_message.Message):
    __slots__ = ("messages",)
    MESSAGES_FIELD_NUMBER: _ClassVar[int]
    messages: _containers.RepeatedCompositeFieldContainer[_model_pb2.Message]
    def __init__(self, messages: _Optional[_Iterable[_Union[_model_pb2.Message, _Mapping]]] = ...) -> None: ...
