import pytest

from imnb.devserver.room import MAX_MESSAGES_BYTES, Room
from imnb.models.conversation import ConversationKind


def room(*changes, first_seq=1):
    made = Room(1, ConversationKind.GROUP, "secret plans", 0, {"alice": 0})
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
    large = b"x" * (MAX_MESSAGES_BYTES + 1)
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
