"""Whether bytes are read: only while nobody has a reason against it."""

from typing import Protocol


class Readable(Protocol):
    """A link, as far as this module is concerned."""

    def pause_reading(self) -> None:
        """Read nothing."""

    def resume_reading(self) -> None:
        """Read again."""


class ReadingGate:
    """Collects reasons to pause; they outlive a connection."""

    def __init__(self) -> None:
        self._reasons: set[str] = set()
        self._link: Readable | None = None

    def __repr__(self) -> str:
        why = ", ".join(sorted(self._reasons))
        return f"<ReadingGate {f'paused: {why}' if why else 'open'}>"

    @property
    def is_paused(self) -> bool:
        """Somebody has a reason."""
        return bool(self._reasons)

    def attach(self, link: Readable | None) -> None:
        """A new connection, or none; reasons that still hold pause it at once."""
        self._link = link
        if link is not None and self._reasons:
            link.pause_reading()

    def pause(self, why: str) -> None:
        """Read nothing until `resume` with the same words."""
        was_open = not self._reasons
        self._reasons.add(why)
        if was_open and self._link is not None:
            self._link.pause_reading()

    def resume(self, why: str) -> None:
        """Read again, unless there are other reasons; unknown words do nothing."""
        if why not in self._reasons:
            return
        self._reasons.discard(why)
        if not self._reasons and self._link is not None:
            self._link.resume_reading()
