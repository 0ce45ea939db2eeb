"""``%load_ext imnb``: SQL on a client's store, and the state of all clients.

``%im_sql alice SELECT ...`` and ``%%im_sql alice`` take the name of a variable
that holds a client; the result is a DataFrame. ``%im status`` lists clients.
"""

from typing import Any

from IPython.core.magic import Magics, line_cell_magic, line_magic, magics_class

from imnb.client.client import Client
from imnb.errors import ConfigError


@magics_class
class ImnbMagics(Magics):
    """The magics of imnb."""

    @line_cell_magic
    def im_sql(self, line: str, cell: str | None = None) -> Any:
        """``%im_sql CLIENT QUERY``: a SELECT on the client's store."""
        name, _, query = line.strip().partition(" ")
        return self._client(name).sync.sql(cell if cell is not None else query)

    @line_magic
    def im(self, line: str) -> str:
        """``%im status``: the clients of this notebook and their states."""
        if line.strip() != "status":
            raise ConfigError(f"%im {line.strip()}: there is only %im status")
        lines = [f"{name}: {client!r}" for name, client in self._clients().items()]
        return "\n".join(lines) or "no clients"

    def _clients(self) -> dict[str, Client]:
        assert self.shell is not None
        names = self.shell.user_ns
        return {name: v for name, v in names.items() if isinstance(v, Client)}

    def _client(self, name: str) -> Client:
        client = self._clients().get(name)
        if client is None:
            known = ", ".join(self._clients()) or "none"
            raise ConfigError(f"no client is called {name!r}; there are: {known}")
        return client
