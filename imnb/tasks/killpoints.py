"""Places at which a test may end the process, as a crash would.

`reached` does nothing unless a test has set `hook`, in a process of its own.
Places are named ``part.before_what`` or ``part.after_what``.
"""

from collections.abc import Callable

hook: Callable[[str], object] | None = None
"""Called with the name of each place that is passed, in whatever thread."""


def reached(name: str) -> None:
    """This place is passed."""
    if hook is not None:
        hook(name)
