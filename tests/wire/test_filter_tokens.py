import pytest

from imnb.wire.filter_tokens import MAX_LENGTH, FilterError, TokenKind, tokenize

TABLE = [
    ("a.b_1", [(TokenKind.NAME, None)]),
    ('"a\\"b\\n"', [(TokenKind.VALUE, 'a"b\n')]),
    ("'x'", [(TokenKind.VALUE, "x")]),
    ("-7 0x1F 1.5", [(TokenKind.VALUE, v) for v in (-7, 31, 1.5)]),
    ("010", [(TokenKind.VALUE, 10)]),
    ("true false", [(TokenKind.VALUE, True), (TokenKind.VALUE, False)]),
    ("&& ==", [(TokenKind.OPERATOR, None)] * 2),
    ("  ", []),
]


@pytest.mark.parametrize(("text", "expected"), TABLE)
def test_words_are_told_apart(text, expected):
    *tokens, end = tokenize(text)
    assert [(token.kind, token.value) for token in tokens] == expected
    assert end.kind is TokenKind.END


def test_both_spellings_of_an_operator_are_one():
    assert [t.text for t in tokenize("&& || ! and or not")][:-1] == [
        "and", "or", "not", "and", "or", "not",
    ]  # fmt: skip


@pytest.mark.parametrize(("text", "position"), [("a @", 2), ('"open', 0), ("a = 1", 2)])
def test_the_place_of_a_problem_is_shown(text, position):
    with pytest.raises(FilterError) as error:
        tokenize(text)
    assert str(error.value).splitlines()[-1] == "  " + " " * position + "^"


def test_a_filter_has_a_length_limit():
    with pytest.raises(FilterError, match="at most"):
        tokenize("a" * (MAX_LENGTH + 1))
