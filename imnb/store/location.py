"""Where stores live: one file per (environment, user, device)."""

import hashlib
import pathlib
import shutil

import platformdirs

from imnb.errors import ConfigError
from imnb.store.lock import OwnerLock

_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_-")
_MAX_NAME = 100
"""Longer names are cut and told apart by a hash: file systems allow 255 bytes."""


def store_path(
    environment: str,
    user: str,
    device: str,
    data_dir: pathlib.Path | str | None = None,
) -> pathlib.Path:
    """The file of one user's store; different names never share one.

    Args:
        environment: name of the environment.
        user: whose store it is.
        device: two devices of one user have a store each.
        data_dir: the platform's folder for user data if not given.

    Raises:
        ConfigError: a name is empty.
    """
    root = pathlib.Path(data_dir) if data_dir else platformdirs.user_data_path("imnb")
    for what, name in (
        ("environment", environment),
        ("user", user),
        ("device", device),
    ):
        if not name:
            raise ConfigError(f"{what} is empty: a store needs a name for it")
    folder = root / safe_name(environment) / safe_name(user)
    return folder / f"{safe_name(device)}.duckdb"


def safe_name(name: str) -> str:
    """A file name for any text, also where case is ignored: ``A`` is ``%41``."""
    encoded = "".join(
        char if char in _PLAIN else "".join(f"%{b:02x}" for b in char.encode())
        for char in name
    )
    if len(encoded) <= _MAX_NAME:
        return encoded
    digest = hashlib.sha256(name.encode()).hexdigest()[:16]
    return f"{encoded[:_MAX_NAME]}~{digest}"


def delete_store(path: pathlib.Path) -> None:
    """Remove a closed store and everything beside it (log-out with clearing).

    Raises:
        StoreLocked: somebody has it open.
    """
    if not path.parent.exists():
        return
    lock = OwnerLock.take(path)
    try:
        for leftover in (path, *path.parent.glob(f"{path.name}.*")):
            if leftover.is_dir():  # spilled by a query, or an export that was cut off
                shutil.rmtree(leftover)
            elif leftover != lock.path:
                leftover.unlink(missing_ok=True)
    finally:
        lock.release()
