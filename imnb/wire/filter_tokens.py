"""From the text of a filter to its words."""

import enum
import re
from typing import NamedTuple

from imnb.errors import ConfigError

MAX_LENGTH = 4096
"""Characters of a filter; one typed by a person has less than a hundred."""


class FilterError(ConfigError):
    """A filter that cannot be read; the message points at the place."""


class TokenKind(enum.Enum):
    """What a word is."""

    NAME = enum.auto()
    VALUE = enum.auto()
    OPERATOR = enum.auto()
    END = enum.auto()


class Token(NamedTuple):
    """A word, its value where it is a literal, and where it stands."""

    kind: TokenKind
    text: str
    value: object
    position: int


WORD_OPERATORS = frozenset({"and", "or", "not", "in", "contains", "matches"})
SYMBOLS = {"&&": "and", "||": "or", "!": "not"}
LITERALS = {"true": True, "false": False}

_TOKEN = re.compile(
    r"""\s*(?:
    (?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
  | (?P<number>-?(?:0[xX][0-9a-fA-F]+|\d+(?:\.\d+)?)\b)
  | (?P<name>[A-Za-z_]\w*(?:\.\w+)*)
  | (?P<symbol>==|!=|<=|>=|&&|\|\||[<>!(){},])
    )""",
    re.VERBOSE,
)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}


def complain(text: str, position: int, problem: str) -> FilterError:
    """An error that shows where in the filter the problem is."""
    return FilterError(f"{problem}\n  {text}\n  {' ' * position}^")


def tokenize(text: str) -> list[Token]:
    """The words of a filter, with an end mark.

    Raises:
        FilterError: too long, or a character that fits nowhere.
    """
    if len(text) > MAX_LENGTH:
        raise FilterError(f"a filter of {len(text)} characters, at most {MAX_LENGTH}")
    tokens: list[Token] = []
    position, end = 0, len(text.rstrip())
    while position < end:
        match = _TOKEN.match(text, position)
        if match is None:
            start = len(text) - len(text[position:].lstrip())
            raise complain(text, start, f"cannot read {text[start]!r} here")
        tokens.append(_token(match))
        position = match.end()
    tokens.append(Token(TokenKind.END, "the end", None, end))
    return tokens


def _token(match: re.Match[str]) -> Token:
    group = str(match.lastgroup)
    text, start = match[group], match.start(group)
    if group == "string":
        value = _ESCAPE.sub(lambda m: _ESCAPES.get(m[1], m[1]), text[1:-1])
        return Token(TokenKind.VALUE, text, value, start)
    if group == "number":
        number = (
            float(text) if "." in text else int(text, 0 if "x" in text.lower() else 10)
        )
        return Token(TokenKind.VALUE, text, number, start)
    if text in LITERALS:
        return Token(TokenKind.VALUE, text, LITERALS[text], start)
    if group == "symbol" or text in WORD_OPERATORS:
        return Token(TokenKind.OPERATOR, SYMBOLS.get(text, text), None, start)
    return Token(TokenKind.NAME, text, None, start)
