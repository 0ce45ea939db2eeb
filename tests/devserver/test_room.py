import pytest

from imnb.devserver.paging import MAX_PAGE_BYTES
from imnb.devserver.room import Membership, Room
from imnb.models.conversation import ConversationKind
from imnb.pb.model_pb2 import Message
from imnb.pb.sync_pb2 import Event


def room(*changes, first_seq=1):
    made = Room(
        1, ConversationKind.GROUP, "secret plans", 0, {"alice": Membership.since(1)}
    )
    made.changes.extend(changes)
    made.first_seq = first_seq
    return made


def test_an_empty_room():
    assert room().last_seq == 0
    assert room().newest(1, 100, 10) == []


@pytest.mark.parametrize(
    ("from_seq", "to_seq", "limit", "found"),
    [
        (1, 4, 10, [b"a", b"b", b"c", b"d"]),
        (2, 3, 10, [b"b", b"c"]),
        (1, 4, 2, [b"c", b"d"]),
        (1, 99, 2, [b"c", b"d"]),
        (-5, 1, 9, [b"a"]),
        (5, 9, 9, []),
        (3, 2, 9, []),
    ],
)
def test_the_newest_of_a_range(from_seq, to_seq, limit, found):
    assert room(b"a", b"b", b"c", b"d").newest(from_seq, to_seq, limit) == found


def test_an_answer_is_bounded_in_bytes_but_never_empty():
    large = b"x" * (MAX_PAGE_BYTES + 1)
    assert room(b"a", large).newest(1, 2, 10) == [large]
    assert room(large, b"b").newest(1, 2, 10) == [b"b"]


def test_trimming_keeps_the_numbers_of_the_rest():
    full = room(*[b"%d" % n for n in range(1, 11)])
    assert full.trim(8) == []  # not worth the while yet
    full.changes.append(b"11")
    assert full.trim(8) == [b"1", b"2", b"3"]
    assert (full.first_seq, full.last_seq) == (4, 11)
    assert full.change(4) == b"4"
    assert full.newest(1, 5, 10) == [b"4", b"5"]


def test_its_repr_shows_no_title_and_no_message():
    assert "secret" not in repr(room(b"secret"))


def full(*texts):
    changes = [
        Event(message=Message(seq=number, text=text)).SerializeToString()
        for number, text in enumerate(texts, 1)
    ]
    return room(*changes)


def put(made, seq, text):
    message = made.message(seq)
    message.text = text
    made.put(message)


def texts(changes):
    return [Event.FromString(change).message.text for change in changes]


def test_a_changed_message_is_as_it_is_now_and_as_it_was_sent():
    made = full("a", "b")
    put(made, 1, "new")
    put(made, 1, "newer")
    assert (made.message(1).text, made.message(1).change_seq) == ("newer", 2)
    assert texts([made.change(1)]) == ["a"]
    assert texts(made.newest(1, 2, 10)) == ["newer", "b"]


def test_changes_in_the_order_of_the_newest():
    made = full("a", "b", "c")
    for seq, text in ((1, "a2"), (2, "b2"), (1, "a3"), (3, "c2")):
        put(made, seq, text)
    assert texts(made.changed_above(0, 1)) == ["b2", "a3", "c2"]
    assert texts(made.changed_above(2, 1)) == ["a3", "c2"]
    assert texts(made.changed_above(0, 3)) == ["c2"]
    assert texts(made.changed_above(4, 1)) == []


def test_states_of_a_moment():
    made = full("a", "b", "c")
    assert made.states_of(1, 3) == {}
    put(made, 2, "then")
    moment = made.states_of(1, 3)
    put(made, 2, "later")
    put(made, 3, "later")
    assert texts(made.newest(1, 3, 10, changed=moment)) == ["a", "then", "c"]
    assert made.states_of(3, 3).keys() == {3}


def test_a_member_sees_from_the_later_of_two():
    made = room(b"a", b"b", first_seq=5)
    assert made.first_for("alice") == 5
    made.members["alice"] = Membership.since(7)
    assert made.first_for("alice") == 7
    assert made.members["alice"] == Membership(7, 6, 6)


def test_reading_moves_forward_and_brings_what_is_read():
    member = Membership(1, 2, 5)
    member.has_read(4)
    assert member == Membership(1, 4, 5)
    member.has_read(3)
    assert member == Membership(1, 4, 5)
    member.has_read(9)
    assert member == Membership(1, 9, 9)
