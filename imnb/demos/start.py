"""``await imnb.demo()`` and ``async with imnb.users(...)``."""

import asyncio
import contextlib
import pathlib
import weakref
from collections.abc import AsyncIterator, Mapping

from imnb.client.client import Client
from imnb.demos.demo import Demo
from imnb.errors import ConfigError

_current: dict[str, tuple["weakref.ref[asyncio.AbstractEventLoop]", Demo]] = {}
"""The demo of this process, with the loop that it lives on."""


async def demo(
    users: Mapping[str, str] | None = None,
    data_dir: pathlib.Path | str | None = None,
) -> Demo:
    """Start a server in this process; an earlier demo is closed first.

    Args:
        users: passwords by user id; alice, bob, carol and dave if not given.
        data_dir: keep everything there; a temporary folder if not given.
    """
    earlier = _current.pop("demo", None)
    loop = asyncio.get_running_loop()
    if earlier is not None and earlier[0]() is loop:
        await earlier[1].close()
    made = await Demo(users, data_dir).start()
    _current["demo"] = (weakref.ref(loop), made)
    return made


@contextlib.asynccontextmanager
async def users(
    *names: str, data_dir: pathlib.Path | str | None = None
) -> AsyncIterator[tuple[Client, ...]]:
    """Some users on a demo server of their own, logged in.

    ``async with imnb.users("alice", "bob") as (alice, bob): ...``
    """
    if not names or len(set(names)) < len(names):
        raise ConfigError(f"users{names!r}: name each user once, and at least one")
    async with Demo({name: name for name in names}, data_dir) as made:
        clients = [await made.login(name) for name in names]
        yield tuple(clients)
        for client in clients:
            client.raise_background_errors()
