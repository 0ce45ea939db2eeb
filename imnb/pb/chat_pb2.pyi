from imnb.pb import model_pb2 as _model_pb2
from imnb.pb import options_pb2 as _options_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class OutgoingMessage(_message.Message):
    __slots__ = ("client_id", "kind", "text", "content")
    CLIENT_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    client_id: str
    kind: str
    text: str
    content: bytes
    def __init__(self, client_id: _Optional[str] = ..., kind: _Optional[str] = ..., text: _Optional[str] = ..., content: _Optional[bytes] = ...) -> None: ...

class SendRequest(_message.Message):
    __slots__ = ("conversation_id", "messages")
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    MESSAGES_FIELD_NUMBER: _ClassVar[int]
    conversation_id: int
    messages: _containers.RepeatedCompositeFieldContainer[OutgoingMessage]
    def __init__(self, conversation_id: _Optional[int] = ..., messages: _Optional[_Iterable[_Union[OutgoingMessage, _Mapping]]] = ...) -> None: ...

class SendResult(_message.Message):
    __slots__ = ("client_id", "seq", "sent_at", "error")
    CLIENT_ID_FIELD_NUMBER: _ClassVar[int]
    SEQ_FIELD_NUMBER: _ClassVar[int]
    SENT_AT_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    client_id: str
    seq: int
    sent_at: int
    error: str
    def __init__(self, client_id: _Optional[str] = ..., seq: _Optional[int] = ..., sent_at: _Optional[int] = ..., error: _Optional[str] = ...) -> None: ...

class SendReply(_message.Message):
    __slots__ = ("results",)
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[SendResult]
    def __init__(self, results: _Optional[_Iterable[_Union[SendResult, _Mapping]]] = ...) -> None: ...

class MarkReadRequest(_message.Message):
    __slots__ = ("conversation_id", "seq")
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    SEQ_FIELD_NUMBER: _ClassVar[int]
    conversation_id: int
    seq: int
    def __init__(self, conversation_id: _Optional[int] = ..., seq: _Optional[int] = ...) -> None: ...

class MarkReadReply(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class OpenDirectRequest(_message.Message):
    __slots__ = ("user_id",)
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    def __init__(self, user_id: _Optional[str] = ...) -> None: ...

class OpenDirectReply(_message.Message):
    __slots__ = ("conversation",)
    CONVERSATION_FIELD_NUMBER: _ClassVar[int]
    conversation: _model_pb2.Conversation
    def __init__(self, conversation: _Optional[_Union[_model_pb2.Conversation, _Mapping]] = ...) -> None: ...

class CreateGroupRequest(_message.Message):
    __slots__ = ("client_id", "title", "user_ids")
    CLIENT_ID_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    USER_IDS_FIELD_NUMBER: _ClassVar[int]
    client_id: str
    title: str
    user_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, client_id: _Optional[str] = ..., title: _Optional[str] = ..., user_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class CreateGroupReply(_message.Message):
    __slots__ = ("conversation",)
    CONVERSATION_FIELD_NUMBER: _ClassVar[int]
    conversation: _model_pb2.Conversation
    def __init__(self, conversation: _Optional[_Union[_model_pb2.Conversation, _Mapping]] = ...) -> None: ...

class ListUsersRequest(_message.Message):
    __slots__ = ("user_ids",)
    USER_IDS_FIELD_NUMBER: _ClassVar[int]
    user_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, user_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class ListUsersReply(_message.Message):
    __slots__ = ("users",)
    USERS_FIELD_NUMBER: _ClassVar[int]
    users: _containers.RepeatedCompositeFieldContainer[_model_pb2.User]
    def __init__(self, users: _Optional[_Iterable[_Union[_model_pb2.User, _Mapping]]] = ...) -> None: ...

class UpdateProfileRequest(_message.Message):
    __slots__ = ("name", "about", "avatar")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ABOUT_FIELD_NUMBER: _ClassVar[int]
    AVATAR_FIELD_NUMBER: _ClassVar[int]
    name: str
    about: str
    avatar: str
    def __init__(self, name: _Optional[str] = ..., about: _Optional[str] = ..., avatar: _Optional[str] = ...) -> None: ...

class UpdateProfileReply(_message.Message):
    __slots__ = ("user",)
    USER_FIELD_NUMBER: _ClassVar[int]
    user: _model_pb2.User
    def __init__(self, user: _Optional[_Union[_model_pb2.User, _Mapping]] = ...) -> None: ...

class EditRequest(_message.Message):
    __slots__ = ("conversation_id", "seq", "text", "content")
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    SEQ_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    conversation_id: int
    seq: int
    text: str
    content: bytes
    def __init__(self, conversation_id: _Optional[int] = ..., seq: _Optional[int] = ..., text: _Optional[str] = ..., content: _Optional[bytes] = ...) -> None: ...

class EditReply(_message.Message):
    __slots__ = ("edited_at",)
    EDITED_AT_FIELD_NUMBER: _ClassVar[int]
    edited_at: int
    def __init__(self, edited_at: _Optional[int] = ...) -> None: ...

class RevokeRequest(_message.Message):
    __slots__ = ("conversation_id", "seq")
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    SEQ_FIELD_NUMBER: _ClassVar[int]
    conversation_id: int
    seq: int
    def __init__(self, conversation_id: _Optional[int] = ..., seq: _Optional[int] = ...) -> None: ...

class RevokeReply(_message.Message):
    __slots__ = ("revoked_at",)
    REVOKED_AT_FIELD_NUMBER: _ClassVar[int]
    revoked_at: int
    def __init__(self, revoked_at: _Optional[int] = ...) -> None: ...

class ReactRequest(_message.Message):
    __slots__ = ("conversation_id", "seq", "emoji", "remove")
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    SEQ_FIELD_NUMBER: _ClassVar[int]
    EMOJI_FIELD_NUMBER: _ClassVar[int]
    REMOVE_FIELD_NUMBER: _ClassVar[int]
    conversation_id: int
    seq: int
    emoji: str
    remove: bool
    def __init__(self, conversation_id: _Optional[int] = ..., seq: _Optional[int] = ..., emoji: _Optional[str] = ..., remove: bool = ...) -> None: ...

class ReactReply(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class SetPreferencesRequest(_message.Message):
    __slots__ = ("preferences",)
    PREFERENCES_FIELD_NUMBER: _ClassVar[int]
    preferences: _model_pb2.Preferences
    def __init__(self, preferences: _Optional[_Union[_model_pb2.Preferences, _Mapping]] = ...) -> None: ...

class SetPreferencesReply(_message.Message):
    __slots__ = ("preferences",)
    PREFERENCES_FIELD_NUMBER: _ClassVar[int]
    preferences: _model_pb2.Preferences
    def __init__(self, preferences: _Optional[_Union[_model_pb2.Preferences, _Mapping]] = ...) -> None: ...

class RenameGroupRequest(_message.Message):
    __slots__ = ("conversation_id", "title")
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    conversation_id: int
    title: str
    def __init__(self, conversation_id: _Optional[int] = ..., title: _Optional[str] = ...) -> None: ...

class RenameGroupReply(_message.Message):
    __slots__ = ("conversation",)
    CONVERSATION_FIELD_NUMBER: _ClassVar[int]
    conversation: _model_pb2.Conversation
    def __init__(self, conversation: _Optional[_Union[_model_pb2.Conversation, _Mapping]] = ...) -> None: ...

class AddMembersRequest(_message.Message):
    __slots__ = ("conversation_id", "user_ids")
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    USER_IDS_FIELD_NUMBER: _ClassVar[int]
    conversation_id: int
    user_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, conversation_id: _Optional[int] = ..., user_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class AddMembersReply(_message.Message):
    __slots__ = ("conversation",)
    CONVERSATION_FIELD_NUMBER: _ClassVar[int]
    conversation: _model_pb2.Conversation
    def __init__(self, conversation: _Optional[_Union[_model_pb2.Conversation, _Mapping]] = ...) -> None: ...

class RemoveMembersRequest(_message.Message):
    __slots__ = ("conversation_id", "user_ids")
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    USER_IDS_FIELD_NUMBER: _ClassVar[int]
    conversation_id: int
    user_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, conversation_id: _Optional[int] = ..., user_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class RemoveMembersReply(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetConversationsRequest(_message.Message):
    __slots__ = ("conversation_ids",)
    CONVERSATION_IDS_FIELD_NUMBER: _ClassVar[int]
    conversation_ids: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, conversation_ids: _Optional[_Iterable[int]] = ...) -> None: ...

class GetConversationsReply(_message.Message):
    __slots__ = ("conversations",)
    CONVERSATIONS_FIELD_NUMBER: _ClassVar[int]
    conversations: _containers.RepeatedCompositeFieldContainer[_model_pb2.Conversation]
    def __init__(self, conversations: _Optional[_Iterable[_Union[_model_pb2.Conversation, _Mapping]]] = ...) -> None: ...

class ListMembersRequest(_message.Message):
    __slots__ = ("conversation_id", "after")
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    conversation_id: int
    after: str
    def __init__(self, conversation_id: _Optional[int] = ..., after: _Optional[str] = ...) -> None: ...

class ListMembersReply(_message.Message):
    __slots__ = ("members", "more", "version")
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    MORE_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    members: _containers.RepeatedCompositeFieldContainer[_model_pb2.Member]
    more: bool
    version: int
    def __init__(self, members: _Optional[_Iterable[_Union[_model_pb2.Member, _Mapping]]] = ..., more: bool = ..., version: _Optional[int] = ...) -> None: ...

class SetTypingRequest(_message.Message):
    __slots__ = ("conversation_id", "is_typing")
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    IS_TYPING_FIELD_NUMBER: _ClassVar[int]
    conversation_id: int
    is_typing: bool
    def __init__(self, conversation_id: _Optional[int] = ..., is_typing: bool = ...) -> None: ...

class SetTypingReply(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class Typing(_message.Message):
    __slots__ = ("conversation_id", "user_id", "is_typing")
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    IS_TYPING_FIELD_NUMBER: _ClassVar[int]
    conversation_id: int
    user_id: str
    is_typing: bool
    def __init__(self, conversation_id: _Optional[int] = ..., user_id: _Optional[str] = ..., is_typing: bool = ...) -> None: ...

class WatchPresenceRequest(_message.Message):
    __slots__ = ("user_ids",)
    USER_IDS_FIELD_NUMBER: _ClassVar[int]
    user_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, user_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class WatchPresenceReply(_message.Message):
    __slots__ = ("presences",)
    PRESENCES_FIELD_NUMBER: _ClassVar[int]
    presences: _containers.RepeatedCompositeFieldContainer[Presence]
    def __init__(self, presences: _Optional[_Iterable[_Union[Presence, _Mapping]]] = ...) -> None: ...

class Presence(_message.Message):
    __slots__ = ("user_id", "is_online", "last_seen_at")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    IS_ONLINE_FIELD_NUMBER: _ClassVar[int]
    LAST_SEEN_AT_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    is_online: bool
    last_seen_at: int
    def __init__(self, user_id: _Optional[str] = ..., is_online: bool = ..., last_seen_at: _Optional[int] = ...) -> None: ...

class Delivered(_message.Message):
    __slots__ = ("conversation_id", "user_id", "seq")
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    SEQ_FIELD_NUMBER: _ClassVar[int]
    conversation_id: int
    user_id: str
    seq: int
    def __init__(self, conversation_id: _Optional[int] = ..., user_id: _Optional[str] = ..., seq: _Optional[int] = ...) -> None: ...

class ListContactsRequest(_message.Message):
    __slots__ = ("version",)
    VERSION_FIELD_NUMBER: _ClassVar[int]
    version: int
    def __init__(self, version: _Optional[int] = ...) -> None: ...

class ListContactsReply(_message.Message):
    __slots__ = ("contacts", "removed", "version", "whole")
    CONTACTS_FIELD_NUMBER: _ClassVar[int]
    REMOVED_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    WHOLE_FIELD_NUMBER: _ClassVar[int]
    contacts: _containers.RepeatedCompositeFieldContainer[_model_pb2.Contact]
    removed: _containers.RepeatedScalarFieldContainer[str]
    version: int
    whole: bool
    def __init__(self, contacts: _Optional[_Iterable[_Union[_model_pb2.Contact, _Mapping]]] = ..., removed: _Optional[_Iterable[str]] = ..., version: _Optional[int] = ..., whole: bool = ...) -> None: ...

class PutContactRequest(_message.Message):
    __slots__ = ("user_id", "alias")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    ALIAS_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    alias: str
    def __init__(self, user_id: _Optional[str] = ..., alias: _Optional[str] = ...) -> None: ...

class PutContactReply(_message.Message):
    __slots__ = ("contact",)
    CONTACT_FIELD_NUMBER: _ClassVar[int]
    contact: _model_pb2.Contact
    def __init__(self, contact: _Optional[_Union[_model_pb2.Contact, _Mapping]] = ...) -> None: ...

class RemoveContactRequest(_message.Message):
    __slots__ = ("user_id",)
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    def __init__(self, user_id: _Optional[str] = ...) -> None: ...

class RemoveContactReply(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...
