"""Conditions on the row of a table that somebody typed: judged by their words.

DuckDB cuts the text into tokens; each must be a column of the table, a value, an
operator, or one of a few keywords and functions. So a condition reads no other
table and no clock, and what it says of a row changes only when the row does.
"""

import re

import duckdb

from imnb.errors import QueryRefused

KEYWORDS = frozenset(
    "AND BETWEEN CASE ELSE END ESCAPE FALSE ILIKE IN IS LIKE NOT NULL OR THEN TRUE "
    "WHEN".split()
)
FUNCTIONS = frozenset(
    "abs coalesce contains ends_with greatest least length lower nullif prefix "
    "regexp_matches starts_with substring suffix trim upper".split()
)
_OPERATOR = re.compile(r"[()<>=!,.+*/%|-]|<>|<=|>=|!=|\|\||::")
_VALUE = re.compile(r"'(?:[^']|'')*'|[\d.][\w.]*")
MAX_LENGTH = 10_000
"""Characters of a condition."""


def check(text: str, columns: frozenset[str]) -> str:
    """The condition as it was given.

    Args:
        text: SQL of one condition, e.g. ``kind = 'text' AND length("text") > 9``.
        columns: of the row.

    Raises:
        QueryRefused: says which word is in the way.
    """
    if len(text) > MAX_LENGTH:
        raise QueryRefused(f"{len(text)} characters, at most {MAX_LENGTH}")
    try:
        data = text.encode()  # the offsets count bytes
    except UnicodeEncodeError:
        raise QueryRefused("the condition has half a character") from None
    tokens = duckdb.tokenize(text)
    if not tokens:
        raise QueryRefused("the condition is empty")
    starts = [offset for offset, _ in tokens]
    words = [
        (data[start:end].decode().strip(), kind)
        for (start, kind), end in zip(tokens, [*starts[1:], len(data)], strict=True)
    ]
    _check_brackets([word for word, _ in words])
    for place, (word, kind) in enumerate(words):
        following = words[place + 1][0] if place + 1 < len(words) else ""
        _check_word(word, kind, following, columns)
    return text


def _check_word(
    word: str, kind: duckdb.token_type, following: str, columns: frozenset[str]
) -> None:
    if kind == duckdb.token_type.identifier:
        if following.startswith("("):
            if word.lower() not in FUNCTIONS:
                raise QueryRefused(
                    f"the function {word} may not be used here; there are: "
                    f"{', '.join(sorted(FUNCTIONS))}"
                )
        elif word.strip('"').lower() not in columns:
            raise QueryRefused(
                f"{word} is no column; there are: {', '.join(sorted(columns))}"
            )
    elif kind == duckdb.token_type.keyword:
        if word.upper() not in KEYWORDS and word.strip('"').lower() not in columns:
            raise QueryRefused(f"{word} may not be used in a condition on one row")
    elif kind == duckdb.token_type.operator:
        if not _OPERATOR.fullmatch(word):
            raise QueryRefused(f"{word} may not be used in a condition on one row")
    elif not _VALUE.fullmatch(word):  # DuckDB 1 ends a token with a comment
        raise QueryRefused("a condition has plain values, and no comments")


def _check_brackets(words: list[str]) -> None:
    depth = 0
    for word in words:
        depth += (word == "(") - (word == ")")
        if depth < 0:
            break
    if depth:
        raise QueryRefused("its brackets do not match")
