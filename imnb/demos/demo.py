"""A server in this process, and clients of it, for a notebook."""

import atexit
import contextlib
import pathlib
import shutil
import tempfile
from collections.abc import Mapping
from typing import Any, Self

from imnb.client.client import Client
from imnb.devserver import DevServer
from imnb.errors import ClosedError, ConfigError

SERVER_FILE = "server.duckdb"


class Demo:
    """Owns a server, its clients and, if none was given, a temporary folder.

    Args:
        users: passwords by user id; alice, bob, carol and dave if not given.
        data_dir: where the server and the clients keep their data; what is in it
            is still there the next time. Without it all is gone at the end.

    Attributes:
        server: the development server.
        clients: logged in by `login`, by (user, device).
    """

    def __init__(
        self,
        users: Mapping[str, str] | None = None,
        data_dir: pathlib.Path | str | None = None,
    ) -> None:
        if users is not None and not isinstance(users, Mapping):
            raise ConfigError(
                # Not what it holds: that may be passwords.
                f"users is a {type(users).__name__}: give passwords by user id, "
                'for instance {"alice": "secret"}'
            )
        self._passwords = None if users is None else dict(users)
        self._folder = None if data_dir is None else pathlib.Path(data_dir)
        self._is_temporary = data_dir is None
        self._is_started = False
        self._is_closed = False
        self.clients: dict[tuple[str, str], Client] = {}
        self.server = DevServer(
            users, data=None if self._folder is None else self._folder / SERVER_FILE
        )

    def __repr__(self) -> str:
        users = ", ".join(sorted({user for user, _ in self.clients})) or "nobody"
        return f"<Demo {self.server!r}, {users} logged in>"

    async def __aenter__(self) -> Self:
        return self if self._is_started else await self.start()

    async def __aexit__(self, *exc_info: object) -> None:
        await self.close()

    async def start(self) -> Self:
        """Start the server.

        Raises:
            ClosedError: it was started before.
            StoreError: what is in ``data_dir`` cannot be used.
        """
        if self._is_started:
            raise ClosedError("a Demo is started once: make a new one")
        self._is_started = True
        if self._is_temporary:
            self._folder = pathlib.Path(tempfile.mkdtemp(prefix="imnb-demo-"))
            # A kernel may end without a last cell that closes this.
            atexit.register(self._remove_folder)
        try:
            await self.server.start()
        except BaseException:
            await self.close()
            raise
        return self

    async def login(
        self,
        user: str,
        device: str = "notebook",
        password: str | None = None,
        **options: Any,
    ) -> Client:
        """Log a user in; who is logged in on that device is logged in anew.

        Args:
            user: one of the demo's users.
            device: two devices of one user live side by side.
            password: if it is not the one that the demo knows.
            options: for `imnb.Client`.
        """
        if self._is_closed:
            raise ClosedError("this demo is closed: await imnb.demo() makes another")
        client = Client(
            user,
            environment=self.server.environment(),
            password=self._password(user) if password is None else password,
            device=device,
            data_dir=self._folder,
            **options,
        )
        await client.login()
        self.clients[user, device] = client
        return client

    async def close(self) -> None:
        """Log everybody out, stop the server; safe to call twice."""
        self._is_closed = True
        async with contextlib.AsyncExitStack() as stack:  # all, whatever one raises
            stack.callback(self._remove_folder)
            stack.push_async_callback(self.server.close)
            for client in self.clients.values():
                stack.push_async_callback(client.close)
            self.clients.clear()

    def _remove_folder(self) -> None:
        if self._is_temporary and self._folder is not None:
            atexit.unregister(self._remove_folder)
            shutil.rmtree(self._folder, ignore_errors=True)

    def _password(self, user: str) -> str:
        if self._passwords is None:
            return user  # those of the server's own users
        if user not in self._passwords:
            known = ", ".join(sorted(self._passwords)) or "none"
            raise ConfigError(f"the demo has no user {user!r}; there are: {known}")
        return self._passwords[user]
