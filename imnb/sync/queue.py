"""Keys to be fetched, joined into batches.

Pure: the time is passed in. When nothing runs and the last batch began long
enough ago, a wanted key may be fetched at once; while a batch runs, or too soon
after it began, keys wait and are joined. A key that waits already, or that was
asked for at the same version or a later one, is dropped as stale: it would bring
the same answer. One that is forced is asked for all the same, once.

Bound: at most ``max_waiting`` keys wait; one more is refused with an error.
"""

import collections
from typing import Generic, TypeVar

from imnb.errors import TooManyCalls

K = TypeVar("K")

KNOWN_LIMIT = 10_000
"""Keys whose fetched version is remembered; the oldest are forgotten first,
which costs a fetch and no harm."""


class CoalescingQueue(Generic[K]):
    """Decides what to fetch and when.

    Architecture name: ``IMDataFetcher``.

    Attributes:
        stale: how many wishes were dropped because they were met already.
    """

    def __init__(
        self, *, interval: float, max_batch: int = 100, max_waiting: int = 10_000
    ) -> None:
        self.stale = 0
        self._interval = interval
        self._max_batch = max_batch
        self._max_waiting = max_waiting
        self._waiting: dict[K, int] = {}
        self._running: dict[K, int] = {}
        self._known: collections.OrderedDict[K, int] = collections.OrderedDict()
        self._began: float | None = None

    def __repr__(self) -> str:
        return f"<CoalescingQueue {len(self._waiting)} wait, {len(self._running)} run>"

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def is_busy(self) -> bool:
        """A batch was taken and is not done."""
        return bool(self._running)

    def is_running(self, key: K) -> bool:
        """It is in the batch that was taken."""
        return key in self._running

    def want(self, key: K, version: int = 0, *, force: bool = False) -> bool:
        """Ask for ``key`` as it is at ``version`` or later.

        Version 0 means any: a key that is being fetched is not fetched again.
        With ``force`` only one that waits already counts as asked for.

        Returns:
            whether it waits now; False when the wish is stale.

        Raises:
            TooManyCalls: there is no room.
        """
        places = (self._waiting,) if force else (self._waiting, self._running)
        is_known = not force and 0 < version <= self._known.get(key, 0)
        if is_known or any(place.get(key, -1) >= version for place in places):
            self.stale += 1
            return False
        if key not in self._waiting and len(self._waiting) >= self._max_waiting:
            raise TooManyCalls(f"{len(self._waiting)} keys wait to be fetched already")
        self._waiting[key] = version
        return True

    def due(self, now: float) -> float | None:
        """Seconds until `take` gives something; None if only an event changes that."""
        if self._running or not self._waiting:
            return None
        if self._began is None:
            return 0.0
        return max(self._began + self._interval - now, 0.0)

    def take(self, now: float) -> list[K]:
        """The next batch in the order asked for, or nothing yet."""
        if self.due(now) != 0.0:
            return []
        keys = list(self._waiting)[: self._max_batch]
        self._running = {key: self._waiting.pop(key) for key in keys}
        self._began = now
        return keys

    def done(self) -> None:
        """The batch was fetched."""
        for key, version in self._running.items():
            if version:
                self._known[key] = version
                self._known.move_to_end(key)
        while len(self._known) > KNOWN_LIMIT:
            self._known.popitem(last=False)
        self._running = {}

    def failed(self) -> list[K]:
        """The batch was not fetched; whether to want its keys again is up to you."""
        keys, self._running = list(self._running), {}
        return keys
