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

class Event(_message.Message):
    __slots__ = ("event_seq", "message", "conversation", "read", "user")
    EVENT_SEQ_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    CONVERSATION_FIELD_NUMBER: _ClassVar[int]
    READ_FIELD_NUMBER: _ClassVar[int]
    USER_FIELD_NUMBER: _ClassVar[int]
    event_seq: int
    message: _model_pb2.Message
    conversation: _model_pb2.Conversation
    read: ReadCursor
    user: _model_pb2.User
    def __init__(self, event_seq: _Optional[int] = ..., message: _Optional[_Union[_model_pb2.Message, _Mapping]] = ..., conversation: _Optional[_Union[_model_pb2.Conversation, _Mapping]] = ..., read: _Optional[_Union[ReadCursor, _Mapping]] = ..., user: _Optional[_Union[_model_pb2.User, _Mapping]] = ...) -> None: ...

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
    __slots__ = ("messages",)
    MESSAGES_FIELD_NUMBER: _ClassVar[int]
    messages: int
    def __init__(self, messages: _Optional[int] = ...) -> None: ...

class ConversationHead(_message.Message):
    __slots__ = ("conversation", "messages")
    CONVERSATION_FIELD_NUMBER: _ClassVar[int]
    MESSAGES_FIELD_NUMBER: _ClassVar[int]
    conversation: _model_pb2.Conversation
    messages: _containers.RepeatedCompositeFieldContainer[_model_pb2.Message]
    def __init__(self, conversation: _Optional[_Union[_model_pb2.Conversation, _Mapping]] = ..., messages: _Optional[_Iterable[_Union[_model_pb2.Message, _Mapping]]] = ...) -> None: ...

class ResetPage(_message.Message):
    __slots__ = ("heads", "users", "epoch", "as_of")
    HEADS_FIELD_NUMBER: _ClassVar[int]
    USERS_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    heads: _containers.RepeatedCompositeFieldContainer[ConversationHead]
    users: _containers.RepeatedCompositeFieldContainer[_model_pb2.User]
    epoch: str
    as_of: int
    def __init__(self, heads: _Optional[_Iterable[_Union[ConversationHead, _Mapping]]] = ..., users: _Optional[_Iterable[_Union[_model_pb2.User, _Mapping]]] = ..., epoch: _Optional[str] = ..., as_of: _Optional[int] = ...) -> None: ...

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

class HistoryReply(_message.Message):
    __slots__ = ("messages",)
    MESSAGES_FIELD_NUMBER: _ClassVar[int]
    messages: _containers.RepeatedCompositeFieldContainer[_model_pb2.Message]
    def __init__(self, messages: _Optional[_Iterable[_Union[_model_pb2.Message, _Mapping]]] = ...) -> None: ...
