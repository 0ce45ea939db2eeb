"""A bounded buffer that is read with ``async for``."""

import asyncio
import collections
from collections.abc import Callable
from typing import Generic, Self, TypeVar

T = TypeVar("T")


class Mailbox(Generic[T]):
    """Filled by callbacks, read by one consumer; safe to cancel while waiting.

    What is in it when it ends is still read, then its error is raised.
    """

    def __init__(
        self,
        limit: int,
        *,
        overflow: Callable[[], Exception],
        on_close: Callable[[Exception | None], None],
    ) -> None:
        self._limit = limit
        self._overflow = overflow
        self._on_close = on_close
        self._items: collections.deque[T] = collections.deque()
        self._changed = asyncio.Event()
        self._is_over = False
        self._error: Exception | None = None

    def __repr__(self) -> str:
        return f"<Mailbox {len(self)} of {self._limit}>"

    def __len__(self) -> int:
        return len(self._items)

    @property
    def is_over(self) -> bool:
        """Nothing more will come."""
        return self._is_over

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        while not self._items:
            if self._error is not None:
                raise self._error
            if self._is_over:
                raise StopAsyncIteration
            self._changed.clear()
            await self._changed.wait()
        return self._items.popleft()

    def put(self, item: T) -> None:
        """Add an item; one too many ends the mailbox with the overflow error."""
        if self._is_over:
            return
        if len(self._items) >= self._limit:
            self.end(self._overflow())
            return
        self._items.append(item)
        self._changed.set()

    def end(self, error: Exception | None = None) -> None:
        """Nothing more will come; the first call counts."""
        if self._is_over:
            return
        self._is_over = True
        self._error = error
        self._changed.set()
        self._on_close(error)

    async def aclose(self) -> None:
        """The consumer has read enough."""
        self.end()
        self._items.clear()
        self._error = None
