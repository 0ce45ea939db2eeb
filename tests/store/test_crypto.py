import pathlib
import types

import duckdb
import pytest

from imnb.errors import EncryptionUnavailable
from imnb.store import crypto
from imnb.store.connection import connect
from imnb.store.keys import StoreKey

KEY = StoreKey("a key of this test alone")


@pytest.fixture
def without(monkeypatch):
    """No package, and a home of DuckDB's in which nothing was installed."""

    class Bare:
        def __init__(self, connection):
            self.connection = connection

        def execute(self, sql):
            self.connection.execute("SET extension_directory = '/nowhere'")
            return self.connection.execute(sql)

    load = crypto.load
    monkeypatch.setattr(crypto, "PACKAGE", "no_such_package")
    monkeypatch.setattr(crypto, "load", lambda connection: load(Bare(connection)))


def test_without_the_extension_nothing_is_written(tmp_path, without):
    with pytest.raises(EncryptionUnavailable, match=r"imnb\[encryption\].*INSTALL"):
        connect(tmp_path / "x.duckdb", key=KEY)
    assert list(tmp_path.iterdir()) == []


def test_the_unsafe_mode_is_off(tmp_path):
    duck = connect(tmp_path / "x.duckdb")
    [(value,)] = duck.execute(
        "SELECT coalesce(max(value), 'false') FROM duckdb_settings() "
        "WHERE name = 'force_mbedtls_unsafe'"
    ).fetchall()
    assert value == "false"
    duck.close()


def test_a_package_for_another_duckdb_is_not_taken(tmp_path, monkeypatch):
    def find(name):
        return types.SimpleNamespace(submodule_search_locations=[str(tmp_path)])

    monkeypatch.setattr(crypto.importlib.util, "find_spec", find)
    for version in ("0.0.1", duckdb.__version__):
        folder = tmp_path / "extensions" / f"v{version}"
        folder.mkdir(parents=True)
        file = pathlib.Path(folder, "httpfs.duckdb_extension")
        assert crypto._bundled() is None
        file.touch()
    assert crypto._bundled() == str(file)
