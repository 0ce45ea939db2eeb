"""Who is typing and who is there: known for a while, and never stored.

Bound: at most `MOST` people who type are kept; the one that would be forgotten
first goes. Presence is kept of those who are watched, and forgotten with the
connection.
"""

import asyncio
import dataclasses
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence

from imnb.errors import CallError, ConfigError, ConnectionLost, NotConnected
from imnb.models.ids import ConversationId, UserId
from imnb.pb.chat_pb2 import (
    Presence,
    SetTypingReply,
    SetTypingRequest,
    Typing,
    WatchPresenceReply,
    WatchPresenceRequest,
)
from imnb.sync.caller import Caller, ask

log = logging.getLogger(__name__)

TYPING_HOLDS = 6.0
"""Seconds that somebody types who does not say so again."""
SAY_TYPING = 3.0
"""Seconds between two times that I say so."""
MOST = 1_000
MOST_WATCHED = 1_000

Place = tuple[ConversationId, UserId]


@dataclasses.dataclass(frozen=True, slots=True)
class Present:
    """Whether somebody is there.

    Attributes:
        last_seen_at: microseconds since 1970, UTC; 0: never, or there now.
    """

    is_online: bool
    last_seen_at: int = 0


class Signals:
    """What others do now, and what I tell them of myself."""

    def __init__(
        self, caller: Caller, me: UserId, report: Callable[[str, BaseException], None]
    ) -> None:
        self._caller = caller
        self._me = me
        self._report = report
        self._typing: dict[Place, float] = {}
        self._presence: dict[UserId, Present] = {}
        self._watched: tuple[UserId, ...] = ()
        self._said: dict[int, float] = {}
        self._listeners: dict[object, Callable[[], None]] = {}
        self._timer: asyncio.TimerHandle | None = None

    def __repr__(self) -> str:
        return f"<Signals: {len(self._typing)} type, {len(self._watched)} watched>"

    @property
    def presence(self) -> Mapping[UserId, Present]:
        """Of those who are watched, as far as it is known."""
        return dict(self._presence)

    def typing(self, conversation_id: int) -> tuple[UserId, ...]:
        """Who is writing in a conversation, in the order in which they began."""
        return tuple(user for key, user in self._typing if key == conversation_id)

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call ``listener`` when something changed; the result ends that."""
        key = object()
        self._listeners[key] = listener

        def unsubscribe() -> None:
            self._listeners.pop(key, None)

        return unsubscribe

    async def type(self, conversation_id: int, is_typing: bool = True) -> None:
        """I am writing, or not any more; it is said every `SAY_TYPING` at most.

        Without a connection nobody hears of it.
        """
        now = asyncio.get_running_loop().time()
        self._said = {key: until for key, until in self._said.items() if until > now}
        if is_typing == (conversation_id in self._said):
            return  # they know
        if is_typing:
            self._said[conversation_id] = now + SAY_TYPING
        else:
            del self._said[conversation_id]
        request = SetTypingRequest(conversation_id=conversation_id, is_typing=is_typing)
        try:
            await ask(self._caller, "SetTyping", request, SetTypingReply)
        except (CallError, ConnectionLost, NotConnected) as error:
            log.info("nobody hears of my typing: %s", error)

    async def watch(self, user_ids: Iterable[str]) -> None:
        """Hear of these people from now on, instead of those before.

        Raises:
            ConfigError: too many.
            CallError: the server did not answer as it should.
            ConnectionLost: the connection ended; on the next one it is asked again.
        """
        watched = tuple(dict.fromkeys(map(UserId, user_ids)))
        if len(watched) > MOST_WATCHED:
            raise ConfigError(
                f"{len(watched)} people to watch, at most {MOST_WATCHED} can be"
            )
        self._watched = watched
        await self._ask()

    async def connected(self) -> None:
        """There is another connection: ask again."""
        if self._watched:
            try:
                await self._ask()
            except CallError as error:
                log.info("presence is not known: %s", error)

    def disconnected(self) -> None:
        """Nothing is known any more."""
        self._typing.clear()
        self._presence.clear()
        self._said.clear()
        self._tell()

    def close(self) -> None:
        """Tell nobody any more."""
        self._listeners.clear()
        if self._timer is not None:
            self._timer.cancel()

    def typed(self, pushes: Sequence[Typing]) -> None:
        """Pushes of one read."""
        now = asyncio.get_running_loop().time()
        for push in pushes:
            place = ConversationId(push.conversation_id), UserId(push.user_id)
            if not push.is_typing:
                self._typing.pop(place, None)
            elif push.user_id and push.user_id != self._me:
                self._typing[place] = now + TYPING_HOLDS
        while len(self._typing) > MOST:
            del self._typing[min(self._typing, key=self._typing.__getitem__)]
        self._wait()
        self._tell()

    def came_or_went(self, pushes: Iterable[Presence]) -> None:
        """Pushes of one read, or an answer."""
        watched = set(self._watched)
        for push in pushes:
            if push.user_id in watched:
                self._presence[UserId(push.user_id)] = Present(
                    push.is_online, max(push.last_seen_at, 0)
                )
        self._tell()

    async def _ask(self) -> None:
        request = WatchPresenceRequest(user_ids=self._watched)
        reply = await ask(self._caller, "WatchPresence", request, WatchPresenceReply)
        watched = set(self._watched)
        self._presence = {k: v for k, v in self._presence.items() if k in watched}
        self.came_or_went(reply.presences)

    def _wait(self) -> None:
        """Forget those who said nothing for too long, when it is time."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._typing:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_at(min(self._typing.values()), self._expire)

    def _expire(self) -> None:
        self._timer = None
        now = asyncio.get_running_loop().time()
        self._typing = {key: at for key, at in self._typing.items() if at > now}
        self._wait()
        self._tell()

    def _tell(self) -> None:
        for listener in list(self._listeners.values()):
            try:
                listener()
            except Exception as error:
                self._report("a listener of signals", error)
