import pytest

from imnb.models.content import (
    Content,
    FileCard,
    ForwardBundle,
    Forwarded,
    LocationCard,
)
from imnb.sync.plugins import Plugin
from imnb.viewmodels.looks import (
    ENCRYPTED,
    INCOMPLETE,
    default_presentations,
    one_line,
    size_of,
    with_plugins,
)
from imnb.viewmodels.presentation import Presentation
from imnb.wire.mapping import content

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"


def row(kind, card=None, text=""):
    data = b"" if card is None else content.to_bytes(Content(card=card))
    return {"kind": kind, "text": text, "content": data, "revoked_at": None}


def png(width, height):
    return PNG + width.to_bytes(4, "big") + height.to_bytes(4, "big")


def look(*args, **more):
    return default_presentations().present(row(*args, **more))


def file(**more):
    values = {"file_id": "f1", "name": "plan.pdf", "size": 12_345, "sha256": "0" * 64}
    return FileCard(**{**values, **more})


def forwarded(number, kind="text"):
    return Forwarded("bob", "Bob", kind, f"message {number}", b"", number + 1)


@pytest.mark.parametrize(
    ("kind", "card", "shown"),
    [
        ("file", file(), {"mark": "📄", "title": "plan.pdf", "lines": ["12.3 kB"]}),
        (
            "image",
            file(name="a.png", width=640, height=480),
            {"mark": "🖼", "title": "a.png", "lines": ["12.3 kB, 640 \u00d7 480"]},
        ),
        (
            "voice",
            file(name="", duration_ms=65_400),
            {"mark": "🎤", "title": "Voice message", "lines": ["12.3 kB, 1:05"]},
        ),
        (
            "location",
            LocationCard(48.137154, 11.576124, "Marienplatz"),
            {"mark": "📍", "title": "Marienplatz", "lines": ["48.13715°, 11.57612°"]},
        ),
        (
            "forward",
            ForwardBundle("Release", tuple(forwarded(n) for n in range(6))),
            {
                "mark": "📨",
                "title": "Release",
                "lines": [*(f"Bob: message {n}" for n in range(4)), "and 2 more"],
            },
        ),
    ],
)
def test_a_card_of_each_kind(kind, card, shown):
    assert look(kind, card, text="see") == Presentation("see", card=shown)


@pytest.mark.parametrize("kind", ["image", "file", "voice", "location", "forward"])
def test_a_card_that_makes_no_sense_is_a_note(kind):
    assert look(kind).style == "note"
    wrong = LocationCard(1.0, 2.0) if kind != "location" else file()
    assert look(kind, wrong, text="hi") == Presentation("hi", "note")


@pytest.mark.parametrize(
    ("kind", "shown"),
    [
        ("notice", Presentation("Bob left", "notice")),
        ("encrypted", Presentation(ENCRYPTED, "note")),
        ("part", Presentation(INCOMPLETE, "note")),
    ],
)
def test_kinds_without_a_card(kind, shown):
    assert look(kind, text="Bob left") == shown


@pytest.mark.parametrize(
    ("data", "begins"),
    [
        (png(64, 48), "data:image/png;base64,"),
        (png(60_000, 60_000), None),  # would unpack to 14 GB
        (b"<svg onload=alert(1)>", None),
        (b"GIF89a" + bytes(20), None),
        (PNG, None),
    ],
)
def test_a_thumbnail_is_an_image_by_its_own_bytes(data, begins):
    shown = look("image", file(thumbnail=data)).card.get("thumbnail")
    assert shown is None if begins is None else shown.startswith(begins)


@pytest.mark.parametrize(
    ("kind", "text", "line"),
    [
        ("text", "a\n  b", "a b"),
        ("text", "", "A message without text"),
        ("text", "x" * 1000, "x" * 200),
        ("image", "", "🖼 Image"),
        ("file", "the plan", "📄 the plan"),
        ("encrypted", "x", "Encrypted message"),
    ],
)
def test_a_message_in_one_line(kind, text, line):
    assert one_line(kind, text) == line
    assert one_line(kind, text, is_revoked=True) == "Message taken back"


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 B"), (-5, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (5e12, "5,000.0 GB")],
)
def test_sizes_for_people(size, text):
    assert size_of(size) == text


def test_plugins_bring_looks_and_the_first_one_counts():
    def said(text):
        return lambda row: Presentation(text)

    first = Plugin("poll", frozenset({"poll", "poll.vote"}), look=said("one"),
                   hidden_kinds=frozenset({"poll.vote"}))  # fmt: skip
    looks = with_plugins([first, Plugin("x", frozenset({"poll"}), look=said("two"))])
    assert looks.present(row("poll")).text == "one"
    assert "poll.vote" not in looks
