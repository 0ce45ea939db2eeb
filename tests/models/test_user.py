import pytest

from imnb.models.ids import UserId
from imnb.models.user import User


@pytest.mark.parametrize(
    ("name", "shown", "initials"),
    [
        ("", "bob", "B"),
        ("Bob", "Bob", "B"),
        ("Ada King Lovelace", "Ada King Lovelace", "AK"),
        ("李 小龙", "李 小龙", "李小"),
    ],
)
def test_a_user_is_shown_by_name_or_id(name, shown, initials):
    user = User(UserId("bob"), name)
    assert user.display_name == shown
    assert user.initials == initials
