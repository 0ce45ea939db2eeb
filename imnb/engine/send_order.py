"""Who is the next to send, among those who wait for room. Pure."""


class SendOrder:
    """The highest priority first; among equals, who came first."""

    def __init__(self) -> None:
        self._keys: dict[int, dict[int, None]] = {}
        """By priority; none is empty."""

    def __repr__(self) -> str:
        return f"<SendOrder: {sum(map(len, self._keys.values()))} wait>"

    def add(self, key: int, priority: int) -> None:
        """``key`` waits from now on."""
        self._keys.setdefault(priority, {})[key] = None

    def remove(self, key: int, priority: int) -> None:
        """It does not wait any more."""
        keys = self._keys[priority]
        del keys[key]
        if not keys:
            del self._keys[priority]

    def is_first(self, key: int) -> bool:
        """All others that wait are to let it pass."""
        return next(iter(self._keys[max(self._keys)])) == key
