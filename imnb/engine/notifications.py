"""What the server sends unasked, routed to those who want it."""

import collections
import dataclasses
import itertools
import logging
import operator
from collections.abc import Awaitable, Callable, Hashable, Iterable
from typing import Any, TypeVar

from google.protobuf.message import DecodeError, Message

from imnb.engine.lanes import Lanes, Missed, Subscriber
from imnb.engine.mailbox import Mailbox
from imnb.errors import ClosedError, ConfigError, EnvelopeError, ImnbError
from imnb.pb.envelope_pb2 import Envelope
from imnb.tasks import TaskScope
from imnb.wire.commands import CommandTable, PushType

log = logging.getLogger(__name__)

PUSHES_LIMIT = 1_000
"""Messages that wait in one `NotificationDispatcher.pushes` iterator."""
MAX_NAMED_UNKNOWN = 100
"""Unknown commands that are logged, once each; more are only counted."""

M = TypeVar("M", bound=Message)
H = TypeVar("H", bound=Callable[..., Any])
Handler = Callable[[M], Awaitable[None] | None]
BatchHandler = Callable[[list[M]], None]
LaneOf = Callable[[M], Hashable]
Behind = Callable[[Missed], Awaitable[None] | None]
"""Called when messages were dropped because the handler is too slow."""

_by_command = operator.attrgetter("command")


@dataclasses.dataclass(slots=True, eq=False)
class _LaneSubscription:
    """One handler, and what decides on the lanes of its messages."""

    subscriber: Subscriber
    lane: LaneOf[Any] | None
    lanes: Lanes
    scope: TaskScope

    def post(self, messages: list[Any]) -> None:
        """Queue messages; one whose lane is not told is reported and left out."""
        for message in messages:
            try:
                key = None if self.lane is None else self.lane(message)
                hash(key)
            except Exception as error:
                self.scope.report(f"lane of {self.subscriber.name}", error)
            else:
                self.lanes.post(self.subscriber, key, message)

    def end(self) -> None:
        """What still waits is not wanted any more."""
        self.subscriber.handler = self.subscriber.behind = _ignore


class NotificationDispatcher:
    """Recognises pushes and hands them on, all of one read together.

    Architecture name: ``IMNotificationAssistant``.

    Attributes:
        unknown: pushes whose command is not in the table.
        unclaimed: pushes that nobody had subscribed to, by name.
        lanes: what waits for handlers.
    """

    def __init__(
        self, commands: CommandTable, scope: TaskScope, timeout: float
    ) -> None:
        self.unknown = 0
        self.unclaimed: collections.Counter[str] = collections.Counter()
        self.lanes = Lanes(scope, timeout)
        self._commands = commands
        self._scope = scope
        self._types: dict[int, PushType] = {}
        self._sinks: dict[int, dict[object, BatchHandler[Any]]] = {}
        self._named_unknown: set[int] = set()
        self._mailboxes: set[Mailbox[Any]] = set()
        self._unwanted_listeners: dict[object, Callable[[], None]] = {}
        self._is_closed = False

    def __repr__(self) -> str:
        count = sum(len(sinks) for sinks in self._sinks.values())
        return (
            f"<NotificationDispatcher: {count} subscriptions, "
            f"{self.unwanted} pushes for nobody, {self.lanes!r}>"
        )

    @property
    def unwanted(self) -> int:
        """Pushes that came for nobody: `unclaimed` and `unknown`."""
        return self.unclaimed.total() + self.unknown

    def on_unwanted(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call ``listener`` when pushes came for nobody; the result ends that."""
        key = object()
        self._unwanted_listeners[key] = listener

        def end() -> None:
            self._unwanted_listeners.pop(key, None)

        return end

    def subscribe_batch(
        self, message_type: type[M], handler: BatchHandler[M]
    ) -> Callable[[], None]:
        """Call ``handler`` at once with all messages of one read, in order.

        This is the hot path: it may not wait, and what it raises is reported.

        Raises:
            ConfigError: ``message_type`` is not a push.
        """
        command = self._commands.command_of(message_type)
        push = self._commands.push_for(command)
        if push is None:
            raise ConfigError(
                f"{message_type.__name__} is a request: only pushes are subscribed to"
            )
        self._types[command] = push
        sinks = self._sinks.setdefault(command, {})
        key = object()
        sinks[key] = handler

        def unsubscribe() -> None:
            sinks.pop(key, None)

        return unsubscribe

    def subscribe(
        self,
        message_type: type[M],
        handler: Handler[M],
        *,
        lane: LaneOf[M] | None = None,
        behind: Behind | None = None,
    ) -> Callable[[], None]:
        """Call or await ``handler`` for each message, in order within a lane.

        ``lane`` gives a message's lane; without it there is one. ``behind`` hears
        of messages that were dropped; `imnb.engine.lanes` has the rule.
        """
        subscriber = Subscriber(message_type.__name__, handler, behind)
        made = _LaneSubscription(subscriber, lane, self.lanes, self._scope)
        unsubscribe = self.subscribe_batch(message_type, made.post)

        def end() -> None:
            made.end()
            unsubscribe()

        return end

    def on(
        self,
        message_type: type[M],
        *,
        lane: LaneOf[M] | None = None,
        behind: Behind | None = None,
    ) -> Callable[[H], H]:
        """`subscribe` as a decorator, until the engine is closed."""

        def register(handler: H) -> H:
            self.subscribe(message_type, handler, lane=lane, behind=behind)
            return handler

        return register

    def pushes(self, message_type: type[M]) -> Mailbox[M]:
        """Messages from now on, with ``async for``; end it with ``aclose``.

        Bound: `PUSHES_LIMIT` unread messages; one more ends it with an error.

        Raises:
            ClosedError: no message can come any more.
        """
        name = message_type.__name__
        if self._is_closed:
            raise ClosedError(f"closed: no {name} will come any more")

        def overflow() -> ImnbError:
            return ImnbError(
                f"{PUSHES_LIMIT} messages of {name} were waiting and none was read: "
                "read them, or close the iterator"
            )

        def put(messages: list[M]) -> None:
            for message in messages:
                mailbox.put(message)

        def forget(_: Exception | None) -> None:
            self._mailboxes.discard(mailbox)
            unsubscribe()

        unsubscribe = self.subscribe_batch(message_type, put)
        mailbox: Mailbox[M] = Mailbox(PUSHES_LIMIT, overflow=overflow, on_close=forget)
        self._mailboxes.add(mailbox)
        return mailbox

    def close(self) -> None:
        """No more pushes will come: iterators end after what they have."""
        self._is_closed = True
        for mailbox in list(self._mailboxes):
            mailbox.end()

    def deliver(self, envelopes: Iterable[Envelope]) -> None:
        """Pushes of one read, in order; neighbours of one type go as a batch."""
        for command, run in itertools.groupby(envelopes, _by_command):
            sinks = self._sinks.get(command)
            if sinks:
                self._hand_on(self._types[command], list(run), list(sinks.values()))
            else:
                self._unwanted_came(command, sum(1 for _ in run))

    def _hand_on(
        self, push: PushType, run: list[Envelope], sinks: list[BatchHandler[Any]]
    ) -> None:
        parse = push.message.FromString
        try:
            messages = [parse(envelope.body) for envelope in run]
        except DecodeError:
            messages = self._readable(push, run)
        for sink in sinks:
            try:
                sink(messages)
            except Exception as error:
                self._scope.report(f"batch handler of {push.name}", error)

    def _readable(self, push: PushType, run: list[Envelope]) -> list[Message]:
        """Those that parse; each other one is reported."""
        messages = []
        for envelope in run:
            try:
                messages.append(push.message.FromString(envelope.body))
            except DecodeError:
                size = len(envelope.body)
                error = EnvelopeError(f"{size} bytes pushed are no {push.name}")
                self._scope.report(f"push {push.name}", error)
        return messages

    def _unwanted_came(self, command: int, count: int) -> None:
        self._count_unwanted(command, count)
        for listener in list(self._unwanted_listeners.values()):
            try:
                listener()
            except Exception as error:
                self._scope.report("listener of pushes for nobody", error)

    def _count_unwanted(self, command: int, count: int) -> None:
        push = self._commands.push_for(command)
        if push is not None:
            self.unclaimed[push.name] += count
            return
        self.unknown += count
        named = self._named_unknown
        if command not in named and len(named) < MAX_NAMED_UNKNOWN:
            named.add(command)
            log.warning("pushes with command %d are not in the table", command)


def _ignore(_: object) -> None:
    """In place of a handler whose subscription ended."""
