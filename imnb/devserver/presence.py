"""Who is there: told to those connections that want to hear of a user.

Nothing of it is stored. Comings and goings of one turn of the loop are told
together, so that a device that logs in again was never away.
"""

import asyncio
from collections.abc import Callable

from imnb.devserver.connection import Connection
from imnb.devserver.refusal import Refusal
from imnb.devserver.sessions import Sessions
from imnb.devserver.world import World
from imnb.models.ids import UserId
from imnb.pb import chat_pb2 as chat
from imnb.pb import envelope_pb2 as envelope
from imnb.wire.commands import builtin_commands

MAX_WATCHED = 1_000
_PRESENCE = builtin_commands().command_of(chat.Presence)


class Presence:
    """Watches the sessions for those who watch users.

    Args:
        wall_clock: microseconds since 1970, UTC.
    """

    def __init__(
        self, world: World, sessions: Sessions, wall_clock: Callable[[], int]
    ) -> None:
        self._world = world
        self._sessions = sessions
        self._wall_clock = wall_clock
        self._watched: dict[Connection, list[UserId]] = {}
        # Dictionaries for sets: they keep the order, which makes runs alike.
        self._watchers: dict[UserId, dict[Connection, None]] = {}
        self._moved: dict[UserId, None] = {}
        self._behind: set[Connection] = set()
        self._online: set[UserId] = set()
        self._seen_at: dict[UserId, int] = {}
        sessions.on_presence = self._move

    def __repr__(self) -> str:
        watched, online = len(self._watchers), len(self._online)
        return f"<Presence: {watched} users watched, {online} online>"

    def watch(
        self, connection: Connection, request: chat.WatchPresenceRequest
    ) -> chat.WatchPresenceReply:
        """Tell a connection of these users from now on, and of nobody else.

        Raises:
            Refusal: they are too many.
        """
        if len(request.user_ids) > MAX_WATCHED:
            text = f"{len(request.user_ids)} users to watch, {MAX_WATCHED} is the limit"
            raise Refusal(envelope.BAD_REQUEST, text)
        self.forget(connection)
        wanted = dict.fromkeys(map(UserId, request.user_ids))
        users = [user for user in wanted if user in self._world.accounts]
        for user in users:
            self._watchers.setdefault(user, {})[connection] = None
        if users:
            self._watched[connection] = users
        return chat.WatchPresenceReply(presences=map(self._of, users))

    def forget(self, connection: Connection) -> None:
        """The connection is over, or wants to hear of others."""
        self._behind.discard(connection)
        for user in self._watched.pop(connection, ()):
            del self._watchers[user][connection]
            if not self._watchers[user]:
                del self._watchers[user]

    def has_room(self, connection: Connection) -> None:
        """A connection that has missed some reads again: tell it how things are."""
        if connection in self._behind:
            self._behind.discard(connection)
            for user in self._watched.get(connection, ()):
                self._tell(connection, self._of(user))

    def flush(self) -> None:
        """Tell who has come and who has gone."""
        moved, self._moved = self._moved, {}
        for user in moved:
            is_online = bool(self._sessions.of(user))
            if is_online == (user in self._online):
                continue
            if is_online:
                self._online.add(user)
            else:
                self._online.discard(user)
                self._seen_at[user] = self._wall_clock()
            for connection in self._watchers.get(user, ()):
                self._tell(connection, self._of(user))

    def _move(self, user: UserId) -> None:
        if not self._moved:
            asyncio.get_running_loop().call_soon(self.flush)
        self._moved[user] = None

    def _of(self, user: UserId) -> chat.Presence:
        is_online = bool(self._sessions.of(user))
        seen_at = 0 if is_online else self._seen_at.get(user, 0)
        return chat.Presence(user_id=user, is_online=is_online, last_seen_at=seen_at)

    def _tell(self, connection: Connection, presence: chat.Presence) -> None:
        if not connection.signal(_PRESENCE, presence.SerializeToString()):
            self._behind.add(connection)
