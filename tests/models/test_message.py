import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imnb.models.content import Content, LocationCard
from imnb.models.ids import ClientId, ConversationId, UserId
from imnb.models.kinds import TEXT
from imnb.models.message import Draft, Message, new_client_id

RFC_9562_TIME_US = 0x017F22E279B0 * 1000
RFC_9562_TAIL = bytes.fromhex("0cc398c4dc0c0c07398f")


def test_the_example_of_rfc_9562_appendix_a6():
    made = new_client_id(RFC_9562_TIME_US, RFC_9562_TAIL)
    assert made == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"


@given(st.integers(0, (1 << 48) * 1000 - 1), st.binary(min_size=10, max_size=10))
def test_client_ids_are_uuids_of_version_7(now_us, entropy):
    made = uuid.UUID(new_client_id(now_us, entropy))
    assert made.version == 7
    assert made.variant == uuid.RFC_4122
    assert made.int >> 80 == now_us // 1000


@given(st.integers(0, 10**15), st.integers(1000, 10**9))
def test_client_ids_sort_by_time(now_us, later_us):
    assert new_client_id(now_us) < new_client_id(now_us + later_us)


@pytest.mark.parametrize(("kind", "is_text"), [(TEXT, True), ("poll", False)])
def test_only_text_is_shown_as_text(kind, is_text):
    message = Message(
        ConversationId(1), 1, ClientId("c"), UserId("bob"), kind, "hi", b"", 0
    )
    assert message.is_text is is_text


def test_a_text_is_in_no_repr():
    message = Message(1, 2, "c", "alice", "text", "a private remark", b"secret", 3)
    draft = Draft(1, "c", "text", "a private remark", b"secret", 3)
    for shown in (repr(message), repr(draft)):
        assert "private" not in shown
        assert "secret" not in shown


def message(kind="text", **fields):
    return Message(1, 2, "c", "bob", kind, "hi", b"", 3, **fields)


@pytest.mark.parametrize(
    ("kind", "prop"),
    [
        ("text", "is_text"),
        ("notice", "is_notice"),
        ("part", "is_part"),
        ("encrypted", "is_encrypted"),
    ],
)
def test_a_kind_is_one_thing(kind, prop):
    names = ("is_text", "is_notice", "is_part", "is_encrypted", "is_unknown")
    assert [name for name in names if getattr(message(kind), name)] == [prop]


def test_sent_edited_and_revoked_are_separate():
    assert not message().is_edited
    assert not message().is_revoked
    both = message(edited_at=4, revoked_at=5)
    assert both.is_edited
    assert both.is_revoked


def test_what_its_content_says():
    card = LocationCard(1.0, 2.0)
    details = Content(7, ("alice", "*"), card, "carol")
    it = message("location", details=details)
    assert (it.reply_to, it.mentions, it.card) == (7, ("alice", "*"), card)
    assert it.forwarded_from == "carol"
    assert it.mentions_user("dave")


def test_a_content_that_makes_no_sense_says_nothing():
    it = message("image", details=None)
    assert it.is_unknown
    assert (it.reply_to, it.mentions, it.card, it.forwarded_from) == (0, (), None, "")
    assert not it.mentions_user("alice")
    assert not message("image", details=None, revoked_at=5).is_unknown
