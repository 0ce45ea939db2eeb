"""The key of an encrypted store: where it comes from, and that nobody sees it.

It is looked for in this order: what the client was given, the environment
variable ``IMNB_STORE_KEY``, and, for an environment with ``encrypt_store``, the
platform's keyring (package ``keyring``, extra ``imnb[keyring]``), where each
store has an entry of its own that is made with the store.

DuckDB hashes a key once and does not stretch it, so one that a person could
remember is no protection: use `new_key`, or the keyring, which does.
"""

import os
import pathlib
import secrets
from typing import Any, NoReturn

from imnb.errors import ConfigError, StoreKeyError

VARIABLE = "IMNB_STORE_KEY"
SERVICE = "imnb"
"""Name of the keyring's entries; the user name is the path of the store."""
SHORTEST = 16
"""Characters."""


class StoreKey:
    """A key that shows in no repr, no comparison that failed, and no pickle."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        if len(text) < SHORTEST or not text.isprintable():
            raise ConfigError(
                f"the key of a store needs {SHORTEST} printable characters or more: "
                "take one from imnb.store.keys.new_key()"
            )
        self._text = text

    def __repr__(self) -> str:
        return "<StoreKey>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("the key of a store is not for other places: no pickle")

    def reveal(self) -> str:
        """The key itself, for DuckDB and the keyring alone."""
        return self._text


def new_key() -> str:
    """A random key of 256 bits, as text."""
    return secrets.token_urlsafe(32)


def no_key() -> None:
    """Where a store is not encrypted."""


def find_key(
    given: StoreKey | None, path: pathlib.Path, is_wanted: bool
) -> StoreKey | None:
    """The key of a store, or None if it is to be a plain one.

    May wait for a person to unlock the keyring: not for the loop.

    Args:
        given: goes before all others.
        path: the store.
        is_wanted: it must be encrypted, so the keyring is asked too.

    Raises:
        ConfigError: the one in the environment variable is too short.
        StoreKeyError: one is wanted and cannot be had.
    """
    if given is not None:
        return given
    if os.environ.get(VARIABLE):
        return StoreKey(os.environ[VARIABLE])
    return kept_key(path) if is_wanted else None


def kept_key(path: pathlib.Path) -> StoreKey:
    """The keyring's key of a store; made if there is no store yet.

    Raises:
        StoreKeyError: there is no keyring, or no key of this store in it.
    """
    keyring = _keyring()
    name = str(path.absolute())
    if _ask(keyring.get_password, SERVICE, name) is None:
        if path.exists():
            raise StoreKeyError(
                f"the keyring has no key for the store {path}: give it another way, "
                "or move the store away; nothing was changed in it"
            )
        _ask(keyring.set_password, SERVICE, name, new_key())
    # what it says now, not what it was told: some keyrings keep nothing
    kept = _ask(keyring.get_password, SERVICE, name)
    if kept is None:
        raise StoreKeyError(
            f"the keyring keeps nothing ({keyring.get_keyring().name}): set "
            f"{VARIABLE} or pass store_key"
        )
    return StoreKey(kept)


def _keyring() -> Any:
    try:
        import keyring  # an extra, and 0.1 s to import
    except ImportError:
        raise StoreKeyError(
            "this environment has encrypt_store and no key was given: pass store_key, "
            f"set {VARIABLE}, or pip install 'imnb[keyring]'"
        ) from None
    return keyring


def _ask(function: Any, *args: str) -> Any:
    """Call the keyring; its error, without the frames that hold the key."""
    try:
        return function(*args)
    except Exception as error:  # each backend has errors of its own
        told = f"the keyring cannot be used ({type(error).__name__}: {error})"
    raise StoreKeyError(f"{told}: set {VARIABLE} or pass store_key")
