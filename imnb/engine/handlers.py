"""Handlers of pushes that outlive an engine, kept by what they want.

A client has one engine after another; what a notebook registered once is to
hear from each of them.
"""

import dataclasses
from collections.abc import Callable
from typing import Any, Protocol

from google.protobuf.message import Message

from imnb.engine.notifications import Behind, H, Handler, LaneOf, M
from imnb.errors import ConfigError


class Subscribing(Protocol):
    """An engine, as far as this registry is concerned."""

    def subscribe(
        self,
        message_type: type[M],
        handler: Handler[M],
        *,
        lane: LaneOf[M] | None = None,
        behind: Behind | None = None,
    ) -> Callable[[], None]:
        """Have a handler called; the result ends that."""


@dataclasses.dataclass(slots=True)
class _Registration:
    message_type: type[Message]
    handler: Handler[Any]
    lane: LaneOf[Any] | None
    behind: Behind | None
    end: Callable[[], None]

    def replaces(self, other: "_Registration") -> bool:
        """The cell that defines the handler was run again."""
        name = _name(self.handler)
        return (
            name is not None
            and name == _name(other.handler)
            and self.message_type is other.message_type
        )


class Handlers:
    """The registry of one client."""

    def __init__(self) -> None:
        self._registrations: list[_Registration] = []
        self._engine: Subscribing | None = None

    def __repr__(self) -> str:
        return f"<Handlers: {len(self)}>"

    def __len__(self) -> int:
        return len(self._registrations)

    def attach(self, engine: Subscribing) -> None:
        """All handlers hear from this engine; the one before is over."""
        self._engine = engine
        for one in self._registrations:
            one.end = self._subscribe(one)

    def on(
        self,
        message_type: type[M],
        *,
        lane: LaneOf[M] | None = None,
        behind: Behind | None = None,
    ) -> Callable[[H], H]:
        """A decorator: have a function called or awaited for each such push.

        See `imnb.engine.notifications.NotificationDispatcher.subscribe`. A
        function that is defined again, by running its cell again, replaces the
        one before.
        """

        def register(handler: H) -> H:
            if not callable(handler):
                raise ConfigError(f"{handler!r} cannot be called: give a function")
            self._add(_Registration(message_type, handler, lane, behind, _nothing))
            return handler

        return register

    def off(self, handler: Callable[..., Any]) -> None:
        """Have a function called no more, for whatever it was registered."""
        self._end([one for one in self._registrations if one.handler == handler])

    def _add(self, made: _Registration) -> None:
        made.end = self._subscribe(made)
        self._end([one for one in self._registrations if made.replaces(one)])
        self._registrations.append(made)

    def _end(self, registrations: list[_Registration]) -> None:
        for one in registrations:
            one.end()
            self._registrations.remove(one)

    def _subscribe(self, one: _Registration) -> Callable[[], None]:
        if self._engine is None:
            return _nothing
        return self._engine.subscribe(
            one.message_type, one.handler, lane=one.lane, behind=one.behind
        )


def _name(handler: Callable[..., Any]) -> tuple[str, str] | None:
    """What a function of a notebook or module is called there, if it has a name."""
    name = getattr(handler, "__qualname__", "<")
    # Methods and inner functions of one name may well be different ones.
    return None if "<" in name or "." in name else (handler.__module__, name)


def _nothing() -> None:
    """To be ended: nothing was begun."""
