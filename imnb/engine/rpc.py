"""Every method of the command table as a Python function.

``await engine.rpc.Login(token=..., device=...)``, with completion of methods
and fields, a signature and a docstring, all from the descriptors. How it is called
is said apart from the fields, whose names are the protocol's:
``await engine.rpc.Ping.with_options(priority=5, retry=Retry())()``.
"""

import dataclasses
import inspect
import keyword
from collections.abc import Hashable, Mapping
from typing import Any, Protocol, TypedDict, Unpack

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from imnb.engine.requests import TcpRequest
from imnb.engine.retry import Retry
from imnb.engine.stream import Stream
from imnb.errors import ConfigError
from imnb.wire.commands import CommandTable, Method

TIMEOUT = "timeout"
_KEYWORD = inspect.Parameter.KEYWORD_ONLY
_PYTHON_TYPES: dict[int, type] = {
    FieldDescriptor.CPPTYPE_STRING: str,
    FieldDescriptor.CPPTYPE_BOOL: bool,
    FieldDescriptor.CPPTYPE_DOUBLE: float,
    FieldDescriptor.CPPTYPE_FLOAT: float,
}


class Caller(Protocol):
    """An engine, as far as this module is concerned."""

    async def call(self, request: TcpRequest) -> Message:
        """Wait for the one reply."""

    def stream(self, request: TcpRequest) -> Stream:
        """Replies as they come."""


class CallOptions(TypedDict, total=False):
    """How to call; what each means is said at `imnb.engine.requests.TcpRequest`."""

    timeout: float | None
    idempotent: bool | None
    priority: int
    lane: Hashable
    retry: Retry | None
    headers: Mapping[str, str]
    resumable: bool


class RpcMethod:
    """One method, to be called with its request's fields as keywords."""

    def __init__(
        self, caller: Caller, method: Method, template: TcpRequest | None = None
    ) -> None:
        self._caller = caller
        self._method = method
        self._template = template or TcpRequest(method.name)
        self.__name__ = self.__qualname__ = method.name
        self.__doc__ = _doc(method)
        self.__signature__ = _signature(method)

    def __repr__(self) -> str:
        return f"<rpc {self._method.name}{self.__signature__}>"

    def __call__(self, /, **fields: Any) -> Any:
        """The reply, to be awaited, or a `Stream`."""
        timeout = self._template.timeout
        if TIMEOUT not in self._method.request.DESCRIPTOR.fields_by_name:
            timeout = fields.pop(TIMEOUT, timeout)
        request = dataclasses.replace(self._template, message=fields, timeout=timeout)
        if self._method.streams:
            return self._caller.stream(request)
        return self._caller.call(request)

    def with_options(self, **options: Unpack[CallOptions]) -> "RpcMethod":
        """The same method, called in another way; may be kept, and called often.

        Raises:
            ConfigError: there is no such option.
        """
        known = CallOptions.__annotations__
        for name in options:
            if name not in known:
                names = ", ".join(known)
                raise ConfigError(f"there is no option {name!r}; there are: {names}")
        template = dataclasses.replace(self._template, **options)
        return RpcMethod(self._caller, self._method, template)


class Rpc:
    """The methods of a command table as attributes."""

    def __init__(self, caller: Caller, commands: CommandTable) -> None:
        self._methods = {
            name: RpcMethod(caller, method) for name, method in commands.methods.items()
        }

    def __repr__(self) -> str:
        return f"<Rpc: {', '.join(self._methods)}>"

    def __dir__(self) -> list[str]:
        return sorted(self._methods)

    def __getattr__(self, name: str) -> RpcMethod:
        methods = self.__dict__.get("_methods", {})
        if name not in methods:
            names = ", ".join(sorted(methods))
            raise AttributeError(f"there is no method {name!r}; there are: {names}")
        method: RpcMethod = methods[name]
        return method


def _signature(method: Method) -> inspect.Signature:
    fields = method.request.DESCRIPTOR.fields
    parameters = [
        inspect.Parameter(field.name, _KEYWORD, default=..., annotation=_type(field))
        for field in fields
        # Such as ``from``: no parameter can be called so, ``**{"from": ...}`` does it.
        if not keyword.iskeyword(field.name)
    ]
    if all(field.name != TIMEOUT for field in fields):
        parameters.append(
            inspect.Parameter(TIMEOUT, _KEYWORD, default=None, annotation=float | None)
        )
    answer = method.response.__name__
    result = f"AsyncIterator[{answer}]" if method.streams else answer
    return inspect.Signature(parameters, return_annotation=result)


def _type(field: Any) -> Any:
    """A name or a type; the runtime's descriptor class has no common one."""
    if field.message_type is not None:
        one: Any = field.message_type.name
    elif field.type == FieldDescriptor.TYPE_BYTES:
        one = bytes
    else:
        one = _PYTHON_TYPES.get(field.cpp_type, int)
    if not field.is_repeated:
        return one
    return f"list[{one if isinstance(one, str) else one.__name__}]"


def _doc(method: Method) -> str:
    replies = "Many replies of" if method.streams else "Reply:"
    return (
        f"{method.name}, command {method.command}.\n\n"
        f"Request: {_fields(method.request)}\n"
        f"{replies} {_fields(method.response)}"
    )


def _fields(message: type[Message]) -> str:
    names = ", ".join(field.name for field in message.DESCRIPTOR.fields)
    return f"{message.__name__}({names})"
