"""The filter language: which frames, messages or rows are meant.

::

    command == "Send" and (text contains "hi" or size > 1000)
    sender_id in {"alice", "bob"} && !(status == "OK")
    text matches "^[0-9]+$"

Names are dotted. A name may stand for several values (all fields ``text`` of a
batch); a comparison holds when one of them fits, as in Wireshark. A name alone
holds when it has a value that is not empty. ``contains`` ignores case.
"""

import operator
import re
from collections.abc import Callable, Iterable
from typing import Any

from imnb.wire.filter_tokens import FilterError, Token, TokenKind, complain, tokenize

MAX_DEPTH = 50
"""Levels of parentheses and negations."""
MAX_PATTERN = 200
"""Characters of a regular expression; only people type them, not peers."""
MAX_SUBJECT = 10_000
"""Characters of a value that a regular expression is tried on."""

Lookup = Callable[[str], Iterable[object]]
"""The values that a name stands for in what is filtered."""
_Test = Callable[[Lookup], bool]

_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class Filter:
    """A filter that was read once and can be asked often."""

    def __init__(self, text: str, test: _Test) -> None:
        self.text = text
        self._test = test

    def __repr__(self) -> str:
        return f"Filter({self.text!r})"

    @classmethod
    def parse(cls, text: str) -> "Filter":
        """Read a filter; an empty one lets everything through.

        Raises:
            FilterError: shows what is wrong and where.
        """
        return cls(text, _Parser(text).parse())

    def matches(self, lookup: Lookup) -> bool:
        """Whether the filter holds for what ``lookup`` looks into."""
        return self._test(lookup)


class _Parser:
    """Recursive descent: or, and, not, comparison."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = tokenize(text)
        self._at = 0
        self._depth = 0

    def parse(self) -> _Test:
        if self._next.kind is TokenKind.END:
            return lambda lookup: True
        test = self._any()
        if self._at < len(self._tokens) - 1:
            raise self._error("expected and, or, or the end")
        return test

    @property
    def _next(self) -> Token:
        return self._tokens[self._at]

    def _error(self, problem: str) -> FilterError:
        seen = self._next
        return complain(self._text, seen.position, f"{problem}, not {seen.text}")

    def _take(self, *operators: str) -> str | None:
        token = self._next
        if token.kind is TokenKind.OPERATOR and token.text in operators:
            self._at += 1
            return token.text
        return None

    def _any(self) -> _Test:
        tests = [self._all()]
        while self._take("or"):
            tests.append(self._all())
        return tests[0] if len(tests) == 1 else lambda look: any(t(look) for t in tests)

    def _all(self) -> _Test:
        tests = [self._negation()]
        while self._take("and"):
            tests.append(self._negation())
        return tests[0] if len(tests) == 1 else lambda look: all(t(look) for t in tests)

    def _negation(self) -> _Test:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise self._error(f"more than {MAX_DEPTH} levels")
        try:
            if self._take("not"):
                inner = self._negation()
                return lambda look: not inner(look)
            if self._take("("):
                test = self._any()
                if not self._take(")"):
                    raise self._error("expected )")
                return test
            return self._comparison()
        finally:
            self._depth -= 1

    def _comparison(self) -> _Test:
        if self._next.kind is not TokenKind.NAME:
            raise self._error("expected a name such as text or command")
        name = self._next.text
        self._at += 1
        if sign := self._take(*_ORDER):
            return _compare(name, _ORDER[sign], self._value())
        if self._take("contains"):
            return _contains(name, str(self._value()))
        if self._take("matches"):
            return _matches(name, self._pattern())
        if self._take("in"):
            wanted = self._set()
            return lambda look: any(value in wanted for value in look(name))
        return lambda look: any(bool(value) for value in look(name))

    def _value(self) -> object:
        token = self._next
        if token.kind is not TokenKind.VALUE:
            raise self._error('expected a value such as 7 or "text"')
        self._at += 1
        return token.value

    def _set(self) -> list[object]:
        if not self._take("{"):
            raise self._error("expected {")
        values = [self._value()]
        while self._take(","):
            values.append(self._value())
        if not self._take("}"):
            raise self._error("expected , or }")
        return values

    def _pattern(self) -> re.Pattern[str]:
        start = self._next.position
        source = str(self._value())
        if len(source) > MAX_PATTERN:
            problem = f"a pattern of {len(source)} characters, at most {MAX_PATTERN}"
            raise complain(self._text, start, problem)
        try:
            return re.compile(source)
        except (re.error, RecursionError, OverflowError) as error:
            raise complain(self._text, start, f"no pattern: {error}") from None


def _compare(name: str, fits: Callable[[Any, Any], bool], wanted: object) -> _Test:
    def test(lookup: Lookup) -> bool:
        return any(_fits(fits, value, wanted) for value in lookup(name))

    return test


def _fits(fits: Callable[[Any, Any], bool], value: object, wanted: object) -> bool:
    try:
        return fits(value, wanted)
    except TypeError:  # a word is neither above nor below a number
        return False


def _contains(name: str, wanted: str) -> _Test:
    folded = wanted.casefold()

    def test(lookup: Lookup) -> bool:
        return any(folded in _text(value).casefold() for value in lookup(name))

    return test


def _matches(name: str, pattern: re.Pattern[str]) -> _Test:
    def test(lookup: Lookup) -> bool:
        values = (_text(value)[:MAX_SUBJECT] for value in lookup(name))
        return any(pattern.search(value) is not None for value in values)

    return test


def _text(value: object) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)
