import pytest

from imnb.models.contact import Contact
from imnb.models.user import User


@pytest.mark.parametrize(
    ("alias", "user", "shown"),
    [
        ("Bobby", User("bob", "Robert"), "Bobby"),
        ("", User("bob", "Robert"), "Robert"),
        ("", User("bob", ""), "bob"),
        ("", None, "bob"),
    ],
)
def test_my_name_for_somebody_comes_first(alias, user, shown):
    assert Contact("bob", alias).name_of(user) == shown
