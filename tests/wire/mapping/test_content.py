import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imnb.errors import EnvelopeError
from imnb.models.content import (
    NOTHING,
    Content,
    FileCard,
    ForwardBundle,
    Forwarded,
    LocationCard,
    Notice,
    Part,
)
from imnb.models.kinds import WITH_CONTENT
from imnb.pb import content_pb2 as pb
from imnb.wire.mapping import content as mapping

SHA = "ab" * 32
PHOTO = FileCard("f1", "a.png", 5, SHA, "image/png", 3, 2, thumbnail=b"\x89PNG")
CARDS = [
    PHOTO,
    FileCard("f2", "note.ogg", 5, SHA, "audio/ogg", duration_ms=1_500),
    FileCard("", "on its way.bin", 5, ""),
    LocationCard(0.0, 0.0),
    LocationCard(-90.0, 180.0, "far"),
    ForwardBundle("Lunch", (Forwarded("bob", "Bob", "poll", "?", b"\0", 7),)),
    Notice("added", "alice", ("bob", "carol"), "Lunch"),
    Notice("announcement", ""),
    Part("whole", 0, 2, "text", b"content"),
]


@pytest.mark.parametrize("card", CARDS, ids=lambda card: type(card).__name__)
def test_a_card_there_and_back(card):
    content = Content(3, ("bob", "*"), card)
    assert mapping.from_bytes(mapping.to_bytes(content)) == content


def test_what_says_nothing_is_no_bytes():
    assert mapping.to_bytes(NOTHING) == b""
    assert mapping.from_bytes(b"") == NOTHING
    passed_on = Content(forwarded_from="bob")
    assert mapping.from_bytes(mapping.to_bytes(passed_on)) == passed_on


EMPTY = pb.Forwarded()
HOSTILE = [
    ("does not parse", b"\xff"),
    ("a content of 262,145 bytes", b"\0" * (256 * 1024 + 1)),
    ("reply_to is -1", pb.Content(reply_to=-1)),
    ("mentions is empty", pb.Content(mentions=[""])),
    ("mentions names 1001", pb.Content(mentions=["u"] * 1001)),
    ("file_id cannot be one", pb.Content(file=pb.FileCard(file_id="../etc"))),
    ("no checksum", pb.Content(file=pb.FileCard(file_id="f", sha256="x"))),
    ("no checksum", pb.Content(file=pb.FileCard(sha256="x"))),
    ("size is -1", pb.Content(file=pb.FileCard(size=-1))),
    ("width is -1", pb.Content(file=pb.FileCard(width=-1))),
    ("height is -1", pb.Content(file=pb.FileCard(height=-1))),
    ("duration_ms is -1", pb.Content(file=pb.FileCard(duration_ms=-1))),
    ("16,385 bytes", pb.Content(file=pb.FileCard(thumbnail=b"x" * 16_385))),
    ("latitude is 90.1", pb.Content(location=pb.LocationCard(latitude=90.1))),
    ("longitude is nan", pb.Content(location=pb.LocationCard(longitude=math.nan))),
    ("bundle of 0", pb.Content(forward=pb.ForwardBundle(title="t"))),
    ("bundle of 101", pb.Content(forward=pb.ForwardBundle(messages=[EMPTY] * 101))),
    ("sender_id is empty", pb.Content(forward=pb.ForwardBundle(messages=[EMPTY]))),
    ("code is empty", pb.Content(notice=pb.Notice(title="t"))),
    ("part 0 of 0", pb.Content(part=pb.Part(kind="text"))),
    ("part 2 of 2", pb.Content(part=pb.Part(index=2, count=2))),
    ("part -1 of 2", pb.Content(part=pb.Part(index=-1, count=2))),
    ("part 0 of 65", pb.Content(part=pb.Part(count=65))),
    ("whole_id is empty", pb.Content(part=pb.Part(count=1))),
]  # fmt: skip


@pytest.mark.parametrize(("says", "content"), HOSTILE)
def test_what_cannot_be_is_named(says, content):
    raw = content if isinstance(content, bytes) else content.SerializeToString()
    with pytest.raises(EnvelopeError, match=says):
        mapping.from_bytes(raw)
    assert mapping.details("text", raw) is None


@pytest.mark.parametrize("kind", sorted(WITH_CONTENT - {"text"}))
def test_a_kind_needs_its_card(kind):
    assert mapping.details(kind, b"") is None
    fitting = [card for card in CARDS if read_as(kind, card)]
    assert fitting
    assert len(fitting) < len(CARDS)


def read_as(kind, card):
    return mapping.details(kind, mapping.to_bytes(Content(card=card)))


@pytest.mark.parametrize("kind", ["poll", "encrypted"])
def test_what_is_for_others_to_read_is_left_to_them(kind):
    assert mapping.details(kind, b"\xff") == NOTHING


@given(st.binary(max_size=300), st.sampled_from(sorted(WITH_CONTENT)))
def test_no_bytes_are_a_crash(raw, kind):
    mapping.details(kind, raw)


def test_what_is_no_card_is_a_mistake_of_ours():
    with pytest.raises(TypeError, match="str is no card"):
        mapping.to_bytes(Content(card="file"))
