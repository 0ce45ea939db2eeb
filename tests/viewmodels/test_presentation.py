import pytest

from imnb.errors import ConfigError
from imnb.viewmodels.looks import default_presentations
from imnb.viewmodels.presentation import (
    Presentation,
    PresentationRegistry,
    hue,
    initials,
)


def row(kind, text="", content=b""):
    return {"kind": kind, "text": text, "content": content}


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        (row("text", "hi"), Presentation("hi")),
        (row("text", "<b>hi</b>\n"), Presentation("<b>hi</b>\n")),
        (row("poll", "Lunch?"), Presentation("Lunch?", "note")),
        (
            row("poll", content=b"abc"),
            Presentation("a message of kind 'poll', 3 bytes", "note"),
        ),
        (
            row("poll", content=None),
            Presentation("a message of kind 'poll', 0 bytes", "note"),
        ),
        (
            row("x" * 1000),
            Presentation(f"a message of kind '{'x' * 40}', 0 bytes", "note"),
        ),
    ],
)
def test_how_a_message_looks(message, shown):
    assert default_presentations().present(message) == shown


def test_a_plugin_adds_a_kind():
    registry = default_presentations()
    registry.register("poll", lambda row: Presentation(f"? {row['text']}", "note"))
    assert registry.present(row("poll", "Lunch")) == Presentation("? Lunch", "note")
    assert "poll" in registry
    assert repr(PresentationRegistry()) == "<PresentationRegistry >"


def test_two_plugins_cannot_have_one_kind():
    with pytest.raises(ConfigError, match="kind 'text' have a presenter already"):
        default_presentations().register("text", lambda row: Presentation(""))


def test_a_presenter_that_fails_hides_no_message_and_logs_no_text(caplog):
    def broken(row):
        raise ValueError(row["text"])

    registry = PresentationRegistry()
    registry.register("poll", broken)
    for _ in range(3):
        assert registry.present(row("poll", "secret")).text == "secret"
    assert [record.message for record in caplog.records] == [
        "the presenter of 'poll' raised ValueError"
    ]


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Alice Liddell", "AL"),
        ("bob", "B"),
        ("  Anna  Maria Kim ", "AM"),
        ("日本 語", "日語"),
        ("", "?"),
        ("   ", "?"),
    ],
)
def test_initials(name, letters):
    assert initials(name) == letters


def test_a_name_keeps_its_colour():
    assert hue("alice") == hue("alice") != hue("bob")
    assert all(0 <= hue(name) < 360 for name in ("", "alice", "日本"))
