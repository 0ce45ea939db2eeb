import pytest

from imnb.live.beside import MEMBER_COLUMNS
from imnb.live.snapshot import Snapshot
from imnb.viewmodels.members import Members
from tests.viewmodels.fakes import member


def members(*rows):
    return Members("me", Snapshot(MEMBER_COLUMNS, rows))


BOB = member("me", read=99), member("bob", read=3, delivered=5)
GROUP = (
    *BOB,
    member("carol", read=0, delivered=4),
    member("dave", read=9, delivered=0),
)


@pytest.mark.parametrize(
    ("rows", "seq", "state", "label"),
    [
        (BOB, 3, "read", "read"),
        (BOB, 5, "delivered", "delivered"),
        (BOB, 6, "sent", "sent"),
        (GROUP, 6, "sent", "delivered to 1 of 3, read by 1"),
        (GROUP, 4, "delivered", "delivered to 3 of 3, read by 1"),
        (GROUP, 10, "sent", "sent"),
        ((member("me", read=9),), 1, "sent", "sent"),
        ((), 1, "sent", "sent"),
        ((*BOB, member("eve", read=3)), 3, "read", "read by all"),
    ],
)
def test_how_far_a_message_of_mine_has_come(rows, seq, state, label):
    receipt = members(*rows).receipt(seq)
    assert (receipt.state, receipt.label) == (state, label)


@pytest.mark.parametrize(
    ("people", "text"),
    [
        ((), ""),
        (("bob",), "Bob is typing…"),
        (("bob", "stranger"), "Bob and stranger are typing…"),
        (("bob", "carol", "dave"), "Bob, Carol and Dave are typing…"),
        (("bob",) * 4, "4 people are typing…"),
    ],
)
def test_who_is_typing(people, text):
    assert members(*GROUP).typing(people) == text


def test_people_in_one_line():
    shown = members(*GROUP)
    assert shown.names(["me"]) == "You"
    assert shown.names(["me", "bob", "carol", "x", "y"]) == "You, Bob, Carol and 2 more"
    assert shown.names([]) == ""


@pytest.mark.parametrize("role", [0, 1])
def test_the_owner_of_a_group(role):
    assert members(member("me", role=role), member("bob")).is_owner is bool(role)
