"""Where questions wait until the connection takes more.

What waits here has no ask id and is not sealed yet, so that a question of a
higher priority overtakes it, and one that is cancelled has never been.
"""

import asyncio

from imnb.engine.link import Link
from imnb.engine.pending import AskIds, PendingTable
from imnb.engine.send_order import SendOrder
from imnb.errors import (
    CallTimeout,
    ConnectionLost,
    EnvironmentChanged,
    ImnbError,
    NotConnected,
)


class _Guest:
    """One who waits."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.guard = asyncio.timeout(None)
        self.timeout = 0.0

    def expired(self, timeout: float) -> None:
        """There was no room in time."""
        self.timeout = timeout
        self.guard.reschedule(asyncio.get_running_loop().time())


class WaitingRoom:
    """Of one connection. Bound: ``limit`` questions; one more is refused."""

    def __init__(self, link: Link, limit: int) -> None:
        self._link = link
        self._guests = PendingTable[_Guest](AskIds(), limit)
        self._order = SendOrder()

    def __repr__(self) -> str:
        return f"<WaitingRoom of {self._link!r}: {len(self)} wait>"

    def __len__(self) -> int:
        return len(self._guests)

    async def wait(self, name: str, timeout: float, priority: int) -> None:
        """Return when it is this one's turn; send at once, without awaiting.

        Raises:
            CallTimeout: there was no room in time; nothing was sent.
            NotConnected: the connection ended; nothing was sent.
            EnvironmentChanged: that was why it ended.
            TooManyCalls: too many wait already.
        """
        if self._link.has_room and not self._guests:
            return
        guest = _Guest(name)
        key = self._guests.add(guest, timeout, self._link.active_time())
        self._order.add(key, priority)
        try:
            async with guest.guard:
                await self._turn(key)
        except TimeoutError:
            raise _no_room(guest) from None
        except ConnectionLost as error:
            raise self._gone(error) from error
        finally:
            self._guests.unask(key)
            self._order.remove(key, priority)

    def sweep(self, active: float) -> None:
        """Tell those whose time is over."""
        for entry in self._guests.expire(active):
            entry.waiter.expired(entry.timeout)

    def _gone(self, lost: ConnectionLost) -> ImnbError:
        is_moving = isinstance(self._link.error, EnvironmentChanged)
        kind = EnvironmentChanged if is_moving else NotConnected
        error = kind(f"{self._link.error or lost}; nothing was sent")
        error.may_have_acted = False
        return error

    async def _turn(self, key: int) -> None:
        await self._link.drain()
        while not self._order.is_first(key):
            # Room wakes all who wait, and the first one is among them: whoever
            # looks before it lets it pass, and then looks whether room is left.
            await asyncio.sleep(0)
            await self._link.drain()


def _no_room(guest: _Guest) -> CallTimeout:
    error = CallTimeout(
        f"{guest.name}: the connection took nothing for {guest.timeout:g} s; "
        "nothing was sent"
    )
    error.may_have_acted = False
    return error
