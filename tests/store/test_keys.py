import pickle

import keyring.errors
import pytest
from keyring.backend import KeyringBackend

from imnb.errors import ConfigError, StoreKeyError
from imnb.store import keys
from imnb.store.keys import StoreKey, find_key

TEXT = "a key of thirty-two characters ."


class Ring(KeyringBackend):
    """A keyring in memory; `broken` makes each use of it fail."""

    priority = 1
    forgets = False
    broken = None

    def __init__(self):
        super().__init__()
        self.kept = {}

    def get_password(self, service, username):
        if self.broken:
            raise self.broken
        return self.kept.get((service, username))

    def set_password(self, service, username, password):
        if not self.forgets:
            self.kept[service, username] = password

    def delete_password(self, service, username):
        del self.kept[service, username]


@pytest.fixture
def ring(monkeypatch):
    before = keyring.get_keyring()
    made = Ring()
    keyring.set_keyring(made)
    yield made
    keyring.set_keyring(before)


@pytest.fixture(autouse=True)
def _no_variable(monkeypatch):
    monkeypatch.delenv(keys.VARIABLE, raising=False)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "x.duckdb"


def test_a_key_is_not_shown():
    key = StoreKey(TEXT)
    assert TEXT not in f"{key!r} {key} {vars(StoreKey)}"
    assert key.reveal() == TEXT
    with pytest.raises(TypeError, match="no pickle"):
        pickle.dumps(key)


@pytest.mark.parametrize("text", ["", "fifteen letters", "a new line is not\n shown"])
def test_a_key_that_is_none(text):
    with pytest.raises(ConfigError, match=r"needs 16 printable.*new_key") as caught:
        StoreKey(text)
    assert not text or text not in str(caught.value)


def test_new_keys_differ_and_can_be_used():
    one, other = StoreKey(keys.new_key()), StoreKey(keys.new_key())
    assert one.reveal() != other.reveal()


def test_the_argument_goes_first_then_the_variable(path, monkeypatch, ring):
    assert find_key(None, path, is_wanted=False) is None
    monkeypatch.setenv(keys.VARIABLE, TEXT)
    given = StoreKey("another key, but given")
    assert find_key(given, path, is_wanted=True) is given
    for is_wanted in (False, True):
        assert find_key(None, path, is_wanted).reveal() == TEXT
    monkeypatch.setenv(keys.VARIABLE, "")
    assert find_key(None, path, is_wanted=False) is None
    assert not ring.kept


def test_the_keyring_keeps_a_key_for_each_store(path, ring):
    made = find_key(None, path, is_wanted=True).reveal()
    other = find_key(None, path.with_name("y.duckdb"), is_wanted=True).reveal()
    path.touch()
    assert find_key(None, path, is_wanted=True).reveal() == made != other
    assert set(ring.kept) == {
        (keys.SERVICE, str(path)),
        (keys.SERVICE, str(path.with_name("y.duckdb"))),
    }


def test_no_key_is_made_for_a_store_that_there_is(path, ring):
    path.touch()
    with pytest.raises(StoreKeyError, match="has no key for the store"):
        find_key(None, path, is_wanted=True)
    assert not ring.kept


def test_a_keyring_that_forgets(path, ring):
    ring.forgets = True
    with pytest.raises(StoreKeyError, match="keeps nothing"):
        find_key(None, path, is_wanted=True)


def test_a_keyring_that_cannot_be_used(path, ring):
    ring.broken = keyring.errors.KeyringLocked("it is locked")
    with pytest.raises(StoreKeyError, match=r"KeyringLocked: it is locked.*IMNB"):
        find_key(None, path, is_wanted=True)


def test_without_the_package(path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "keyring", None)
    with pytest.raises(StoreKeyError, match=r"imnb\[keyring\]"):
        find_key(None, path, is_wanted=True)
