"""The key of a store, from where a user gives it to the file."""

import logging
import traceback

import pytest

from imnb.client.client import Client
from imnb.config import Environment
from imnb.errors import ConfigError, EncryptionUnavailable, StoreKeyError
from imnb.store import crypto, keys
from tests.client.conftest import QUICK, stores

SECRET = "5ecret-key-of-alice"


@pytest.fixture(autouse=True)
def _no_variable(monkeypatch):
    monkeypatch.delenv(keys.VARIABLE, raising=False)


def by_argument(make, server, monkeypatch):
    return make("alice", server, store_key=SECRET)


def by_variable(make, server, monkeypatch):
    monkeypatch.setenv(keys.VARIABLE, SECRET)
    return make("alice", server)


WAYS = pytest.mark.parametrize("way", [by_argument, by_variable])


@WAYS
async def test_without_crypto_there_is_no_store(
    server, make, tmp_path, monkeypatch, caplog, way
):
    def none(connection):
        raise EncryptionUnavailable("no crypto here")

    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(crypto, "load", none)
    client = way(make, server, monkeypatch)
    with pytest.raises(EncryptionUnavailable) as caught:
        await client.login()
    assert stores(tmp_path) == []
    shown = "".join(traceback.format_exception(caught.value))
    assert SECRET not in f"{client!r} {client.environment!r} {shown} {caplog.text}"


@pytest.mark.encryption
@WAYS
async def test_the_store_is_encrypted(server, make, monkeypatch, tmp_path, way):
    client = way(make, server, monkeypatch)
    await client.login()
    await client.send_text("bob", "a private remark")
    path = client.db.path
    assert SECRET not in f"{client!r} {client.db!r} {vars(client._life)}"
    await client.close()
    data = path.read_bytes()
    assert len(data) > 10_000
    assert b"a private remark" not in data
    monkeypatch.delenv(keys.VARIABLE, raising=False)
    other = make("alice", server)
    with pytest.raises(StoreKeyError, match="no key was given"):
        await other.login()
    assert path.read_bytes() == data
    again = way(make, server, monkeypatch)
    await again.login()
    assert len(await again.sql("SELECT * FROM messages")) == 1


def test_a_key_that_is_too_short_is_refused_at_once():
    with pytest.raises(ConfigError, match="16 printable") as caught:
        Client(
            "alice", environment=Environment("https://im.example"), store_key="short"
        )
    assert "short" not in str(caught.value)


async def test_an_environment_that_wants_encryption(
    server, make, tmp_path, monkeypatch
):
    def ask(path):
        raise StoreKeyError(f"asked for {path.name}")

    monkeypatch.setattr(keys, "kept_key", ask)
    client = make("alice", server.environment(**QUICK, encrypt_store=True))
    with pytest.raises(StoreKeyError, match=r"asked for notebook\.duckdb"):
        await client.login()
    assert stores(tmp_path) == []
