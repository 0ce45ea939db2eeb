"""Views of a client, made by factories that are registered from above.

A client must not know widgets; `imnb` itself registers those it ships.
"""

from collections.abc import Callable
from typing import Any

from imnb.errors import ConfigError

ViewFactory = Callable[..., Any]
"""Gets the client and keyword options, gives something that can be displayed."""

_factories: dict[str, ViewFactory] = {}


def register_view(name: str, factory: ViewFactory) -> None:
    """Have ``factory`` make the view ``name``; the last one counts."""
    _factories[name] = factory


def make_view(name: str, client: object, **options: Any) -> Any:
    """Make a view.

    Raises:
        ConfigError: nobody registered one of that name.
    """
    if name not in _factories:
        names = ", ".join(sorted(_factories)) or "none"
        raise ConfigError(f"no view {name!r} is registered; there are: {names}")
    return _factories[name](client, **options)
