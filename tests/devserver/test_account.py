import pytest

from imnb.devserver.account import (
    Account,
    fault_of_name,
    fault_of_profile,
    fault_of_user_id,
)
from imnb.devserver.feed import EventFeed


@pytest.mark.parametrize(
    "user_id", ["alice", "a", "x" * 64, "zoë", "a.b@c", "two words"]
)
def test_ids_that_can_be(user_id):
    assert fault_of_user_id(user_id) == ""


@pytest.mark.parametrize("user_id", ["", "x" * 65, " alice", "alice ", "a\nb", "a\0b"])
def test_ids_that_cannot_be(user_id):
    assert "user id" in fault_of_user_id(user_id)


@pytest.mark.parametrize("name", ["Alice", "Zoë Ωmega", "🦊", "x" * 64])
def test_names_that_can_be(name):
    assert fault_of_name(name) == ""


@pytest.mark.parametrize("name", ["", "   ", "x" * 65, "a\nb"])
def test_names_that_cannot_be(name):
    assert "name" in fault_of_name(name)


def test_its_repr_shows_no_ids_of_messages():
    account = Account("alice", "Alice", EventFeed(10))
    account.sent["client-id"] = (1, 1)
    assert "client-id" not in repr(account)


@pytest.mark.parametrize(
    ("name", "about", "avatar", "words"),
    [
        ("Alice", "", "", ""),
        ("Alice", "x" * 500, "x" * 64, ""),
        ("", "", "", "a name has"),
        ("Alice", "x" * 501, "", "500 characters, not 501"),
        ("Alice", "", "x" * 65, "id of a file"),
        ("Alice", "", "\n", "id of a file"),
    ],
)
def test_profiles(name, about, avatar, words):
    fault = fault_of_profile(name, about, avatar)
    assert words in fault
    assert bool(fault) is bool(words)
