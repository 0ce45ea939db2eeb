import pytest

from imnb.devserver.account import Account, fault_of_name, fault_of_user_id
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
