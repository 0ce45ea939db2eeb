"""The tree in the docstring is the tree in the code."""

import re

import pytest

from imnb import errors

CLASSES = {
    name: value
    for name, value in vars(errors).items()
    if isinstance(value, type) and issubclass(value, Exception)
}


def drawn_parents():
    """(class, parent) as the drawing's indentation says."""
    stack: list[tuple[int, str]] = []
    for line in errors.__doc__.split("::")[1].splitlines():
        match = re.match(r"^([\s│├└─]*)([A-Z]\w+)", line)
        if match is None:
            continue
        depth = len(match[1])
        stack = [entry for entry in stack if entry[0] < depth]
        if stack:
            yield match[2], stack[-1][1]
        stack.append((depth, match[2]))


@pytest.mark.parametrize(("name", "parent"), list(drawn_parents()))
def test_each_class_descends_from_the_one_above_it(name, parent):
    assert CLASSES[parent] in CLASSES[name].__bases__


def test_the_drawing_is_complete():
    assert {name for name, _ in drawn_parents()} | {"ImnbError"} == set(CLASSES)


def test_a_refusal_names_command_and_status():
    error = errors.CallRefused("Send", "NOT_FOUND", "no conversation 7")
    assert str(error) == "Send was refused: NOT_FOUND: no conversation 7"
    assert error.status == "NOT_FOUND"
    assert not error.may_have_acted


def test_after_a_time_out_the_server_may_have_acted():
    assert errors.CallTimeout("no reply").may_have_acted
