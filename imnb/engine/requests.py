"""Requests as values, made before there is a connection and kept after it."""

import dataclasses
import urllib.parse
from collections.abc import Hashable, Mapping
from typing import Any, NamedTuple

from google.protobuf.message import Message

from imnb.engine.retry import Retry
from imnb.errors import ConfigError
from imnb.wire.commands import Method

MAX_ANSWER = 4 << 20
"""Bytes of one HTTP answer; a gateway's are some hundred bytes."""


@dataclasses.dataclass(frozen=True, slots=True)
class TcpRequest:
    """One call of a method over the link.

    Architecture name: ``TCPMessage``.

    Attributes:
        method: its name in the command table, e.g. ``"Login"``.
        message: the request message, or its fields.
        timeout: seconds until there is room to send it, and again to the reply
            (for a stream: between replies); None takes the engine's setting,
            ``math.inf`` waits for ever. A wait in a lane does not count.
        reply: the type that the caller expects; None leaves it to the method.
        idempotent: carrying it out twice does what once does; None takes what
            the method's ``idempotency_level`` says.
        priority: a higher one overtakes those that wait for room, of other lanes.
        lane: requests of one lane are answered one after the other, in the order
            of the calls; a stream holds its lane until it is over.
        retry: when it is tried again after a failure; None is never.
        headers: go with the request, for the server's log and the like.
        resumable: a stream that outlives a lost connection: it is asked again on
            the next one, and may then repeat what it has given.
    """

    method: str
    message: Message | Mapping[str, Any] = dataclasses.field(
        default_factory=dict, repr=False
    )
    timeout: float | None = None
    reply: type[Message] | None = dataclasses.field(default=None, repr=False)
    idempotent: bool | None = None
    priority: int = 0
    lane: Hashable = None
    retry: Retry | None = dataclasses.field(default=None, repr=False)
    headers: Mapping[str, str] = dataclasses.field(default_factory=dict, repr=False)
    resumable: bool = False

    def __repr__(self) -> str:
        return f"<TcpRequest {self.method}>"

    @property
    def name(self) -> str:
        """As it stands in lists of calls."""
        return self.method

    def is_idempotent(self, method: Method) -> bool:
        """As it says itself, else as the method does."""
        return method.idempotent if self.idempotent is None else self.idempotent

    def question(self, method: Method, timeout: float) -> "Question":
        """What there is to send; ``timeout`` is for a request without its own.

        Raises:
            ConfigError: it does not fit the method.
        """
        if self.reply is not None and self.reply is not method.response:
            raise ConfigError(
                f"{method.name} is answered with {method.response.__name__}, "
                f"not {self.reply.__name__}"
            )
        body = self.build(method).SerializeToString()
        seconds = timeout if self.timeout is None else self.timeout
        return Question(method, body, seconds, self.priority, self.headers)

    def build(self, method: Method) -> Message:
        """The request message, checked against the method's type.

        Raises:
            ConfigError: another type, an unknown field or a value that does
                not fit its field.
        """
        if isinstance(self.message, Message):
            if not isinstance(self.message, method.request):
                raise ConfigError(
                    f"{method.name} takes {method.request.__name__}, "
                    f"not {type(self.message).__name__}"
                )
            return self.message
        return _from_fields(method, self.message)


class Question(NamedTuple):
    """A request as it is sent: checked and serialised, with nothing left to choose."""

    method: Method
    body: bytes
    timeout: float
    priority: int
    headers: Mapping[str, str]

    def __repr__(self) -> str:
        return f"<Question {self.method.name}, {len(self.body)} bytes>"


def _from_fields(method: Method, fields: Mapping[str, Any]) -> Message:
    known = method.request.DESCRIPTOR.fields_by_name
    for name in fields:
        if name not in known:
            names = ", ".join(known) or "none"
            raise ConfigError(f"{method.name} has no field {name!r}; it has: {names}")
    try:
        return method.request(**fields)
    except (TypeError, ValueError) as error:
        # The library's text may quote the value, which may be a secret.
        raise ConfigError(
            f"{method.name}: a value does not fit its field: {type(error).__name__}"
        ) from None


@dataclasses.dataclass(frozen=True, slots=True)
class HttpRequest:
    """One HTTP request.

    Architecture name: ``HTTPRequest``.

    Attributes:
        json: sent as the JSON body; wins over ``body``.
        timeout: seconds to the end of the answer; None takes the channel's.
        max_answer: bytes of the answer's body beyond which it is refused.
        authorized: the channel adds its access token, which is never in here.
        route: its path in lists of calls, for one that names what not all may know.
    """

    method: str
    url: str
    json: Any = dataclasses.field(default=None, repr=False)
    body: bytes = dataclasses.field(default=b"", repr=False)
    headers: Mapping[str, str] = dataclasses.field(default_factory=dict, repr=False)
    timeout: float | None = None
    max_answer: int = MAX_ANSWER
    authorized: bool = False
    route: str = ""

    def __repr__(self) -> str:
        return f"<HttpRequest {self.method} {self.address}>"

    @property
    def name(self) -> str:
        """As it stands in lists of calls; without query, which may be secret."""
        return f"{self.method} {self.route or urllib.parse.urlsplit(self.url).path}"

    @property
    def address(self) -> str:
        """The URL without what may be secret in it: user, query, fragment."""
        url = urllib.parse.urlsplit(self.url)
        host = url.netloc.rpartition("@")[2]
        return f"{url.scheme}://{host}{url.path}"
