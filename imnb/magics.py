"""``%load_ext imnb``: SQL on a client's store, and the state of all clients.

``%im_sql alice SELECT ...`` and ``%%im_sql alice`` take the name of a variable
that holds a client; the result is a DataFrame. ``%im status`` lists clients.
"""

from typing import TYPE_CHECKING

from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.magic import (
    Magics,
    line_cell_magic,
    line_magic,
    magics_class,
    no_var_expand,
)

from imnb.client.client import Client
from imnb.errors import ImnbError

if TYPE_CHECKING:
    import pandas


@magics_class
class ImnbMagics(Magics):
    """The magics of imnb; what a user got wrong is one line, not a traceback."""

    @no_var_expand  # braces and dollar signs are SQL's
    @line_cell_magic
    def im_sql(self, line: str, cell: str = "") -> "pandas.DataFrame":
        """``%im_sql CLIENT QUERY``: a SELECT on the client's store."""
        name, _, query = line.strip().partition(" ")
        client = self._client(name)
        try:
            table: pandas.DataFrame = client.sync.sql(f"{query}\n{cell}".strip())
        except ImnbError as error:
            raise UsageError(str(error)) from error
        return table

    @line_magic
    def im(self, line: str) -> "pandas.DataFrame":
        """``%im status``: the clients of this notebook and their states."""
        if line.strip() != "status":
            raise UsageError(f"no %im {line.strip()!r}: there is only %im status")
        # Here, because importing it takes long.
        import pandas

        columns = ["variable", "user", "device", "environment", "state", "behind"]
        rows = [
            (name, c.user, c.device, c.environment.name, str(c.state), c.behind)
            for name, c in self._clients().items()
        ]
        return pandas.DataFrame(rows, columns=columns)

    def _clients(self) -> dict[str, Client]:
        """Without those in IPython's own variables, such as ``_`` and ``_1``."""
        assert self.shell is not None
        return {
            name: value
            for name, value in self.shell.user_ns.items()
            if isinstance(value, Client) and not name.startswith("_")
        }

    def _client(self, name: str) -> Client:
        clients = self._clients()
        if name not in clients:
            known = ", ".join(clients) or "none"
            raise UsageError(
                f"%im_sql CLIENT QUERY: no client is called {name!r}; "
                f"there are: {known}"
            )
        return clients[name]


def load(shell: InteractiveShell) -> None:
    """Make the magics known."""
    shell.register_magics(ImnbMagics)


def unload(shell: InteractiveShell) -> None:
    """Take them away again; IPython has no call for that."""
    known = shell.magics_manager.magics
    for kind, names in ImnbMagics.magics.items():
        for name in names:
            known[kind].pop(name, None)
