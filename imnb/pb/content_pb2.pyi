from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Content(_message.Message):
    __slots__ = ("reply_to", "mentions", "file", "location", "forward", "notice", "part", "forwarded_from")
    REPLY_TO_FIELD_NUMBER: _ClassVar[int]
    MENTIONS_FIELD_NUMBER: _ClassVar[int]
    FILE_FIELD_NUMBER: _ClassVar[int]
    LOCATION_FIELD_NUMBER: _ClassVar[int]
    FORWARD_FIELD_NUMBER: _ClassVar[int]
    NOTICE_FIELD_NUMBER: _ClassVar[int]
    PART_FIELD_NUMBER: _ClassVar[int]
    FORWARDED_FROM_FIELD_NUMBER: _ClassVar[int]
    reply_to: int
    mentions: _containers.RepeatedScalarFieldContainer[str]
    file: FileCard
    location: LocationCard
    forward: ForwardBundle
    notice: Notice
    part: Part
    forwarded_from: str
    def __init__(self, reply_to: _Optional[int] = ..., mentions: _Optional[_Iterable[str]] = ..., file: _Optional[_Union[FileCard, _Mapping]] = ..., location: _Optional[_Union[LocationCard, _Mapping]] = ..., forward: _Optional[_Union[ForwardBundle, _Mapping]] = ..., notice: _Optional[_Union[Notice, _Mapping]] = ..., part: _Optional[_Union[Part, _Mapping]] = ..., forwarded_from: _Optional[str] = ...) -> None: ...

class FileCard(_message.Message):
    __slots__ = ("file_id", "name", "size", "sha256", "mime_type", "width", "height", "duration_ms", "thumbnail")
    FILE_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    SIZE_FIELD_NUMBER: _ClassVar[int]
    SHA256_FIELD_NUMBER: _ClassVar[int]
    MIME_TYPE_FIELD_NUMBER: _ClassVar[int]
    WIDTH_FIELD_NUMBER: _ClassVar[int]
    HEIGHT_FIELD_NUMBER: _ClassVar[int]
    DURATION_MS_FIELD_NUMBER: _ClassVar[int]
    THUMBNAIL_FIELD_NUMBER: _ClassVar[int]
    file_id: str
    name: str
    size: int
    sha256: str
    mime_type: str
    width: int
    height: int
    duration_ms: int
    thumbnail: bytes
    def __init__(self, file_id: _Optional[str] = ..., name: _Optional[str] = ..., size: _Optional[int] = ..., sha256: _Optional[str] = ..., mime_type: _Optional[str] = ..., width: _Optional[int] = ..., height: _Optional[int] = ..., duration_ms: _Optional[int] = ..., thumbnail: _Optional[bytes] = ...) -> None: ...

class LocationCard(_message.Message):
    __slots__ = ("latitude", "longitude", "name")
    LATITUDE_FIELD_NUMBER: _ClassVar[int]
    LONGITUDE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    latitude: float
    longitude: float
    name: str
    def __init__(self, latitude: _Optional[float] = ..., longitude: _Optional[float] = ..., name: _Optional[str] = ...) -> None: ...

class ForwardBundle(_message.Message):
    __slots__ = ("title", "messages")
    TITLE_FIELD_NUMBER: _ClassVar[int]
    MESSAGES_FIELD_NUMBER: _ClassVar[int]
    title: str
    messages: _containers.RepeatedCompositeFieldContainer[Forwarded]
    def __init__(self, title: _Optional[str] = ..., messages: _Optional[_Iterable[_Union[Forwarded, _Mapping]]] = ...) -> None: ...

class Forwarded(_message.Message):
    __slots__ = ("sender_id", "sender_name", "kind", "text", "content", "sent_at")
    SENDER_ID_FIELD_NUMBER: _ClassVar[int]
    SENDER_NAME_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    SENT_AT_FIELD_NUMBER: _ClassVar[int]
    sender_id: str
    sender_name: str
    kind: str
    text: str
    content: bytes
    sent_at: int
    def __init__(self, sender_id: _Optional[str] = ..., sender_name: _Optional[str] = ..., kind: _Optional[str] = ..., text: _Optional[str] = ..., content: _Optional[bytes] = ..., sent_at: _Optional[int] = ...) -> None: ...

class Notice(_message.Message):
    __slots__ = ("code", "actor", "user_ids", "title")
    CODE_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    USER_IDS_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    code: str
    actor: str
    user_ids: _containers.RepeatedScalarFieldContainer[str]
    title: str
    def __init__(self, code: _Optional[str] = ..., actor: _Optional[str] = ..., user_ids: _Optional[_Iterable[str]] = ..., title: _Optional[str] = ...) -> None: ...

class Part(_message.Message):
    __slots__ = ("whole_id", "index", "count", "kind", "content")
    WHOLE_ID_FIELD_NUMBER: _ClassVar[int]
    INDEX_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    whole_id: str
    index: int
    count: int
    kind: str
    content: bytes
    def __init__(self, whole_id: _Optional[str] = ..., index: _Optional[int] = ..., count: _Optional[int] = ..., kind: _Optional[str] = ..., content: _Optional[bytes] = ...) -> None: ...
