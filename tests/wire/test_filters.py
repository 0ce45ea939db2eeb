import pytest
from hypothesis import given
from hypothesis import strategies as st

from imnb.wire.filter_tokens import FilterError
from imnb.wire.filters import Filter

FRAME = {
    "command": ["Send"],
    "size": [120],
    "message.text": ["Hi Bob", "second"],
    "raw": [b"\x00abc"],
    "empty": [""],
    "flag": [True],
}


def holds(text):
    return Filter.parse(text).matches(lambda name: FRAME.get(name, []))


TRUE = [
    "",
    'command == "Send"',
    'command != "Pull"',
    "size > 100 and size <= 120",
    "size == 0x78",
    'message.text contains "hi b"',
    'message.text == "second"',
    'message.text matches "^Hi"',
    'raw contains "abc"',
    'command in {"Pull", "Send"}',
    'not command == "Pull"',
    '!(command == "Pull") && size > 1',
    'nothing == 1 || command == "Send"',
    "command",
    "not empty",
    "not nothing",
    "flag == true",
]
FALSE = [
    'command == "send"',
    "size > 120",
    "command > 3",
    "nothing != 1",
    'not (size == 120 or nothing == 1)',
    'command in {"Pull"}',
    'false_and == 1 and command == "Send"',
    "empty",
    "flag == false",
]  # fmt: skip


@pytest.mark.parametrize("text", TRUE)
def test_these_hold(text):
    assert holds(text)


@pytest.mark.parametrize("text", FALSE)
def test_these_do_not(text):
    assert not holds(text)


def test_and_binds_closer_than_or():
    assert holds("flag or nothing and nothing")
    assert not holds("(flag or nothing) and nothing")


BAD = [
    ("text ==", "expected a value"),
    ("== 3", "expected a name"),
    ("(a", "expected \\)"),
    ("a b", "expected and, or, or the end"),
    ("a in 3", "expected {"),
    ("a in {3", "expected , or }"),
    ('a matches "("', "no pattern"),
    ('a matches "' + "x" * 300 + '"', "300 characters"),
    ("(" * 60 + "a" + ")" * 60, "more than 50 levels"),
    ("not " * 60 + "a", "more than 50 levels"),
]


@pytest.mark.parametrize(("text", "problem"), BAD)
def test_a_wrong_filter_says_where(text, problem):
    with pytest.raises(FilterError, match=problem) as error:
        Filter.parse(text)
    assert "^" in str(error.value)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text):
    try:
        Filter.parse(text).matches(lambda name: [name, 1, None, b"x"])
    except FilterError:
        pass


WORDS = [
    "a",
    "b.c",
    '"x"',
    "3",
    "==",
    "contains",
    "in",
    "{",
    "}",
    "(",
    ")",
    "and",
    "not",
]


@given(st.lists(st.sampled_from(WORDS), max_size=12))
def test_any_words_are_read_or_refused(words):
    try:
        Filter.parse(" ".join(words)).matches(lambda name: [name, 1, None, b"x"])
    except FilterError:
        pass


def test_a_filter_shows_its_text():
    assert repr(Filter.parse("a == 1")) == "Filter('a == 1')"
