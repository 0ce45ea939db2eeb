"""The extension without which DuckDB can only read what is encrypted.

It holds OpenSSL's crypto. DuckDB's own is for reading; the setting that would let
it write is called unsafe, and is never set. Nothing is fetched from a network
here: the extension comes with a package, or was installed into DuckDB before.
"""

import importlib.util
import pathlib
from typing import Any

import duckdb

from imnb.errors import EncryptionUnavailable

PACKAGE = "duckdb_extension_httpfs"


def load(connection: Any) -> None:
    """Make encrypted files writable, before external access is switched off.

    Raises:
        EncryptionUnavailable: says how to get what is missing.
    """
    bundled = _bundled()
    escaped = (bundled or "httpfs").replace("'", "''")
    try:
        connection.execute(f"LOAD '{escaped}'")
    except duckdb.Error as error:
        raise EncryptionUnavailable(
            f"an encrypted store needs DuckDB's extension httpfs, and DuckDB "
            f"{duckdb.__version__} has none here: pip install 'imnb[encryption]', or "
            "run duckdb.sql('INSTALL httpfs') once where there is a network; nothing "
            "was written without encryption"
        ) from error


def _bundled() -> str | None:
    """The file of the package, if it is for this DuckDB."""
    spec = importlib.util.find_spec(PACKAGE)
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        place = pathlib.Path(folder, "extensions", f"v{duckdb.__version__}")
        file = place / "httpfs.duckdb_extension"
        if file.is_file():
            return str(file)
    return None
