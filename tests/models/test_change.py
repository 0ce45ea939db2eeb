"""Changes count by their number, in whatever order and however often they come."""

import itertools

import pytest

from imnb.models.change import Edited, MessageState, Reacted, Revoked
from imnb.models.ids import ConversationId, UserId
from imnb.models.message import Reaction

BOB = Reaction(UserId("bob"), "👍")
FIRST = MessageState("hi", b"")


def at(number):
    return ConversationId(1), 2, number


def test_what_changes_a_message():
    edited = FIRST.after(Edited(*at(1), "hello", b"c", 7))
    assert edited == MessageState("hello", b"c", 7, 0, 1)
    liked = edited.after(Reacted(*at(2), BOB))
    assert liked.reactions == {BOB}
    assert liked.after(Reacted(*at(3), BOB, is_removed=True)).reactions == frozenset()
    revoked = liked.after(Revoked(*at(3), 9))
    assert revoked == MessageState("", b"", 7, 9, 3)


@pytest.mark.parametrize("number", [1, 2])
def test_what_is_not_newer_changes_nothing(number):
    state = FIRST.after(Edited(*at(2), "new", b"", 7))
    assert state.after(Edited(*at(number), "old", b"", 6)) is state
    assert state.after(Revoked(*at(number), 6)) is state


def test_nothing_comes_back_after_it_was_revoked():
    revoked = FIRST.after(Revoked(*at(1), 9))
    for change in (Edited(*at(2), "back", b"", 10), Reacted(*at(2), BOB)):
        after = revoked.after(change)
        assert (after.text, after.reactions, after.change_seq) == ("", frozenset(), 2)


def test_doubled_changes_end_the_same():
    changes = [
        Edited(*at(1), "a", b"", 5),
        Reacted(*at(2), BOB),
        Edited(*at(3), "b", b"", 6),
    ]
    once = twice = FIRST
    for change in changes:
        once = once.after(change)
    for change in itertools.chain(changes, changes):
        twice = twice.after(change)
    assert once == twice == MessageState("b", b"", 6, 0, 3, frozenset({BOB}))
