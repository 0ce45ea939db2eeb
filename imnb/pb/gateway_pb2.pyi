from imnb.pb import model_pb2 as _model_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class AuthenticateRequest(_message.Message):
    __slots__ = ("user", "password", "token", "device")
    USER_FIELD_NUMBER: _ClassVar[int]
    PASSWORD_FIELD_NUMBER: _ClassVar[int]
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    DEVICE_FIELD_NUMBER: _ClassVar[int]
    user: str
    password: str
    token: str
    device: str
    def __init__(self, user: _Optional[str] = ..., password: _Optional[str] = ..., token: _Optional[str] = ..., device: _Optional[str] = ...) -> None: ...

class GatewayEndpoint(_message.Message):
    __slots__ = ("host", "port")
    HOST_FIELD_NUMBER: _ClassVar[int]
    PORT_FIELD_NUMBER: _ClassVar[int]
    host: str
    port: int
    def __init__(self, host: _Optional[str] = ..., port: _Optional[int] = ...) -> None: ...

class AuthenticateReply(_message.Message):
    __slots__ = ("access_token", "expires_at", "endpoints", "server_key", "server_time", "environment")
    ACCESS_TOKEN_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    ENDPOINTS_FIELD_NUMBER: _ClassVar[int]
    SERVER_KEY_FIELD_NUMBER: _ClassVar[int]
    SERVER_TIME_FIELD_NUMBER: _ClassVar[int]
    ENVIRONMENT_FIELD_NUMBER: _ClassVar[int]
    access_token: str
    expires_at: int
    endpoints: _containers.RepeatedCompositeFieldContainer[GatewayEndpoint]
    server_key: bytes
    server_time: int
    environment: str
    def __init__(self, access_token: _Optional[str] = ..., expires_at: _Optional[int] = ..., endpoints: _Optional[_Iterable[_Union[GatewayEndpoint, _Mapping]]] = ..., server_key: _Optional[bytes] = ..., server_time: _Optional[int] = ..., environment: _Optional[str] = ...) -> None: ...

class File(_message.Message):
    __slots__ = ("file_id", "name", "size", "sha256")
    FILE_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    SIZE_FIELD_NUMBER: _ClassVar[int]
    SHA256_FIELD_NUMBER: _ClassVar[int]
    file_id: str
    name: str
    size: int
    sha256: str
    def __init__(self, file_id: _Optional[str] = ..., name: _Optional[str] = ..., size: _Optional[int] = ..., sha256: _Optional[str] = ...) -> None: ...

class UploadReply(_message.Message):
    __slots__ = ("file",)
    FILE_FIELD_NUMBER: _ClassVar[int]
    file: File
    def __init__(self, file: _Optional[_Union[File, _Mapping]] = ...) -> None: ...

class UsersReply(_message.Message):
    __slots__ = ("users", "next")
    USERS_FIELD_NUMBER: _ClassVar[int]
    NEXT_FIELD_NUMBER: _ClassVar[int]
    users: _containers.RepeatedCompositeFieldContainer[_model_pb2.User]
    next: str
    def __init__(self, users: _Optional[_Iterable[_Union[_model_pb2.User, _Mapping]]] = ..., next: _Optional[str] = ...) -> None: ...

class GroupsReply(_message.Message):
    __slots__ = ("groups", "next")
    GROUPS_FIELD_NUMBER: _ClassVar[int]
    NEXT_FIELD_NUMBER: _ClassVar[int]
    groups: _containers.RepeatedCompositeFieldContainer[_model_pb2.Conversation]
    next: int
    def __init__(self, groups: _Optional[_Iterable[_Union[_model_pb2.Conversation, _Mapping]]] = ..., next: _Optional[int] = ...) -> None: ...

class GatewayProblem(_message.Message):
    __slots__ = ("code", "message")
    CODE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    code: str
    message: str
    def __init__(self, code: _Optional[str] = ..., message: _Optional[str] = ...) -> None: ...
