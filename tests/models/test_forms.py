import dataclasses

import pytest

from imnb.errors import ConfigError
from imnb.models import forms
from imnb.models.content import Content, LocationCard
from imnb.models.message import Message
from tests.models.test_image import PNG

HELLO = Message(
    1, 4, "c", "bob", "text", "hi", b"raw", 9, details=Content(3, ("alice",))
)


@pytest.mark.parametrize(
    ("name", "head", "mime_type", "width"),
    [
        ("a.png", PNG, "image/png", 640),
        ("a.png", b"no image", "image/png", 0),
        ("a.pdf", b"%PDF", "application/pdf", 0),
        ("noname", b"", "application/octet-stream", 0),
    ],
)
def test_a_file_says_what_it_is(name, head, mime_type, width):
    card = forms.file_card(name, 10, head, 1_500)
    assert (card.name, card.size, card.mime_type) == (name, 10, mime_type)
    assert (card.width, card.duration_ms) == (width, 1_500)
    assert not card.is_uploaded


def test_a_small_image_is_its_own_thumbnail():
    assert forms.file_card("a.png", len(PNG), PNG).thumbnail == PNG
    assert forms.file_card("a.png", len(PNG) + 1, PNG).thumbnail == b""
    assert forms.file_card("a.gif", len(PNG), PNG).thumbnail == b""


def test_one_message_is_passed_on_with_a_mark_and_without_its_surroundings():
    assert forms.passed_on(HELLO) == Content(forwarded_from="bob")
    place = LocationCard(1.0, 2.0)
    again = dataclasses.replace(HELLO, details=Content(card=place, forwarded_from="al"))
    assert forms.passed_on(again) == Content(card=place, forwarded_from="al")


def test_many_are_a_bundle_in_their_order():
    later = dataclasses.replace(HELLO, seq=5, sender_id="carol", kind="poll")
    made = forms.bundle([later, HELLO], {"bob": "Bob"}, "Lunch")
    assert made.title == "Lunch"
    assert [(one.sender_name, one.kind) for one in made.messages] == [
        ("Bob", "text"),
        ("", "poll"),
    ]
    assert made.messages[0].content == b"raw"


@pytest.mark.parametrize(
    ("messages", "says"),
    [
        ([], "0 messages"),
        ([HELLO] * 101, "101 messages"),
        ([dataclasses.replace(HELLO, kind="notice")], "message 4 .* 'notice'"),
        ([HELLO, dataclasses.replace(HELLO, revoked_at=1)], "is revoked"),
        ([dataclasses.replace(HELLO, kind="image", details=None)], "kind 'image'"),
    ],
)
def test_what_cannot_be_passed_on_is_named(messages, says):
    with pytest.raises(ConfigError, match=says):
        forms.require_passable(messages)


def test_a_draft_is_new():
    one, other = (forms.draft(1, 5_000, "text", "hi") for _ in range(2))
    assert one.client_id != other.client_id
    assert (one.created_at, one.state, one.error) == (5_000, "sending", "")
