import pytest

from imnb.live.beside import MEMBER_COLUMNS
from imnb.live.rules import CHAT_COLUMNS
from imnb.live.snapshot import Snapshot
from imnb.models.content import Content
from imnb.viewmodels.looks import default_presentations
from imnb.viewmodels.members import Members
from imnb.viewmodels.message_row import MAX_REACTIONS, MessageRows, Quote
from imnb.viewmodels.presentation import hue
from imnb.wire.mapping import content
from tests.viewmodels.fakes import member, message

MAKER = MessageRows("me", default_presentations())


def shown(seq=1, quote=None, details=None, role=0, **more):
    if details is not None:
        more["content"] = content.to_bytes(details)
    row = dict(zip(CHAT_COLUMNS, message(seq, **more), strict=True))
    people = (member("me", role=role), member("bob", read=2, delivered=3))
    return MAKER.make(row, Members("me", Snapshot(MEMBER_COLUMNS, people)), quote)


def test_reactions_are_counted_by_emoji():
    marks = [["👍", "bob"], ["🎉", "bob"], ["👍", "me"]]
    assert shown(reactions=marks)["reactions"] == [
        {"emoji": "👍", "count": 2, "mine": True, "who": "Bob and You"},
        {"emoji": "🎉", "count": 1, "mine": False, "who": "Bob"},
    ]


def test_too_many_reactions_are_counted_and_not_shown():
    row = shown(reactions=[[chr(0x1F600 + n), "bob"] for n in range(20)])
    assert len(row["reactions"]) == MAX_REACTIONS
    assert row["more_reactions"] == 20 - MAX_REACTIONS


def test_a_revoked_message_says_so_and_nothing_else():
    row = shown(2, text="", sender="me", revoked_at=5, edited_at=4)
    assert (row["text"], row["style"]) == ("This message was taken back.", "note")
    assert (row["edited"], row["actions"], row["receipt"]) == (False, [], "")


@pytest.mark.parametrize(("edited_at", "edited"), [(None, False), (7, True)])
def test_an_edited_message_is_marked(edited_at, edited):
    assert shown(edited_at=edited_at)["edited"] is edited


def test_a_quote_and_who_it_is_from():
    quote = Quote(3, 1, "bob", "Bob", "said before")
    assert shown(4, quote=quote)["quote"] == {
        "seq": 3,
        "name": "Bob",
        "text": "said before",
        "hue": hue("bob"),
    }


@pytest.mark.parametrize(
    ("mentions", "names", "to_me"),
    [
        ((), [], False),
        (("bob",), ["Bob", "bob"], False),
        (("me",), ["Me", "me"], True),
        (("*",), ["everybody", "all"], True),
    ],
)
def test_mentions(mentions, names, to_me):
    row = shown(details=Content(mentions=mentions))
    assert (row["mentions"], row["to_me"]) == (names, to_me)


def test_who_wrote_a_message_that_was_passed_on():
    assert shown(details=Content(forwarded_from="bob"))["forwarded"] == "Bob"
    assert shown(details=Content(forwarded_from="zoe"))["forwarded"] == "zoe"


@pytest.mark.parametrize(
    ("seq", "state"), [(2, "read"), (3, "delivered"), (4, "sent"), (None, "sending")]
)
def test_the_state_of_a_message_of_mine(seq, state):
    assert shown(seq, sender="me", client_id="c")["state"] == state


ALL = ["react", "reply", "copy", "forward"]


@pytest.mark.parametrize(
    ("row", "actions"),
    [
        ({}, ALL),
        ({"role": 1}, [*ALL, "revoke"]),
        ({"sender": "me"}, [*ALL, "edit", "revoke"]),
        ({"sender": "me", "kind": "poll"}, [*ALL, "revoke"]),
        ({"kind": "notice", "role": 1}, ["copy"]),
        ({"text": "", "kind": "poll"}, ["react", "reply", "forward"]),
        ({"seq": None, "sender": "me"}, ["copy"]),
        (
            {"seq": None, "sender": "me", "state": "failed"},
            ["copy", "retry", "discard"],
        ),
    ],
)
def test_what_can_be_done_with_it(row, actions):
    assert shown(**row)["actions"] == actions


def test_content_that_makes_no_sense_is_shown_without_it():
    row = shown(content=b"\xff\xff")
    assert (row["text"], row["mentions"], row["quote"]) == ("hi", [], None)
