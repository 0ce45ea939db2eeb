import pytest

from imnb.devserver.identity import Identity
from imnb.wire.noise import public_key


def test_it_survives_being_stored():
    identity = Identity.new()
    assert Identity.from_bytes(identity.to_bytes()) == identity
    assert identity.public_key == public_key(identity.private_key)


def test_no_two_are_alike():
    one, other = Identity.new(), Identity.new()
    assert one.epoch != other.epoch
    assert one.sign("token", "a") != other.sign("token", "a")


@pytest.mark.parametrize(
    "parts", [("password", "a", "b"), ("token", "a", "b", ""), ("token", "ab")]
)
def test_parts_are_not_mistaken_for_others(parts):
    identity = Identity.new()
    assert identity.sign("token", "a", "b") != identity.sign(*parts)


def test_its_repr_shows_no_secret():
    identity = Identity("epoch", b"k" * 32, b"s" * 32)
    assert repr(identity) == "Identity(epoch='epoch')"


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b'{"epoch": 1}'])
def test_what_is_no_identity(data):
    with pytest.raises((KeyError, TypeError, ValueError)):
        Identity.from_bytes(data)
