"""Who is logged in where, and telling them what is new.

Events of one turn of the loop are told together: `Sessions.wake` only notes the
user, `Sessions.flush` runs once at the end of the turn.
"""

import asyncio
import secrets
from collections.abc import Callable, Iterable, Iterator

from imnb.devserver.connection import Connection
from imnb.devserver.world import World
from imnb.models.ids import UserId
from imnb.pb.session_pb2 import Kicked
from imnb.wire.commands import builtin_commands

_KICKED = builtin_commands().command_of(Kicked)


class Sessions:
    """Logged-in connections, by user and device.

    Attributes:
        on_presence: called with a user who has come, or gone from everywhere.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._by_user: dict[UserId, dict[str, Connection]] = {}
        self._awake: set[UserId] = set()
        self._flush: asyncio.Handle | None = None
        self.on_presence: Callable[[UserId], object] = lambda user: None
        world.on_events = self.wake

    def __repr__(self) -> str:
        return f"<Sessions: {len(self)} of {len(self._by_user)} users>"

    def __len__(self) -> int:
        return sum(map(len, self._by_user.values()))

    def __iter__(self) -> Iterator[Connection]:
        return iter([c for d in self._by_user.values() for c in d.values()])

    def of(self, user: str) -> list[Connection]:
        """The sessions of one user."""
        return list(self._by_user.get(UserId(user), {}).values())

    def admit(self, connection: Connection, user: UserId, device: str) -> None:
        """Log a connection in; an older session of the same device is ended."""
        self.kick(user, device, "the same device logged in again")
        connection.user, connection.device = user, device
        connection.session_id = secrets.token_hex(8)
        connection.told = self._world.account(user).feed.head
        if user not in self._by_user:
            self._by_user[user] = {}
            self.on_presence(user)
        self._by_user[user][device] = connection

    def leave(self, connection: Connection) -> None:
        """Log a connection out, if it was logged in."""
        devices = self._by_user.get(connection.user or UserId(""), {})
        if connection.user is None or devices.get(connection.device) is not connection:
            return
        del devices[connection.device]
        if not devices:
            del self._by_user[connection.user]
            self.on_presence(connection.user)

    def kick(self, user: str, device: str, reason: str = "ended by operator") -> bool:
        """End a session for good; False when there is none."""
        connection = self._by_user.get(UserId(user), {}).get(device)
        if connection is None:
            return False
        push = Kicked(session_id=connection.session_id, reason=reason)
        connection.push(_KICKED, push.SerializeToString())
        connection.close(f"kicked: {reason}")
        self.leave(connection)
        return True

    def end(self, user: str, session_id: str, reason: str) -> bool:
        """End the session of that name for good; False when there is none."""
        devices = [c.device for c in self.of(user) if c.session_id == session_id]
        return bool(devices) and self.kick(user, devices[0], reason)

    def drop(self, user: str | None = None) -> int:
        """Break connections without a word, of one user or of all; how many."""
        connections = list(self) if user is None else self.of(user)
        for connection in connections:
            connection.drop("dropped on purpose")
        return len(connections)

    def signal(self, users: Iterable[UserId], command: int, body: bytes) -> None:
        """Tell all devices of some users what is worth nothing later."""
        for user in users:
            for connection in self._by_user.get(user, {}).values():
                connection.signal(command, body)

    def wake(self, user: UserId) -> None:
        """There are new events for a user."""
        if user not in self._by_user:
            return
        self._awake.add(user)
        if self._flush is None:
            self._flush = asyncio.get_running_loop().call_soon(self.flush)

    def flush(self) -> None:
        """Tell everybody what is new for them."""
        self._flush = None
        awake, self._awake = self._awake, set()
        for user in awake:
            feed = self._world.account(user).feed
            for connection in self.of(user):
                connection.tell(feed)
