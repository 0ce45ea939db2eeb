"""Plugins by kind: order, cost, faults."""

from typing import Any

import pytest

from imnb.errors import ConfigError
from imnb.sync.channels import PULL, PUSH, Channel
from imnb.sync.plugins import Plugin, PluginTable, Row
from tests.sync.events import draft


def row(seq: int, kind: str = "text", text: str = "") -> Row:
    return (1, seq, f"c{seq}", "bob", kind, text, b"", 5, seq)


def run(table, rows):
    return table.run(rows, PUSH, [])


@pytest.fixture
def table(reports) -> PluginTable:
    return PluginTable(reports)


def test_built_in_kinds_are_known_and_not_processed(table):
    checks, rest = table.names[:2], table.names[2:]
    assert checks == ("text", "card")
    assert rest == ("split", "revoke", "edit", "reaction", "receipt", "mention")
    assert table.readers.keys() == {"revoked", "edited", "reacted", "read"}
    assert table.hidden_kinds == {"part"}
    assert table.processed == frozenset()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"text": "  \n"}, "nothing to send"),
        ({"text": "ä" * 600_000}, "1,200,000 bytes, at most 1,048,576 can"),
        ({"text": "smile \ud83d"}, "half a character .* at 6"),
        ({"kind": "poll"}, "no plugin knows the kind 'poll'"),
    ],
)
def test_a_draft_that_cannot_be_sent_is_refused(table, fields, words):
    with pytest.raises(ConfigError, match=words):
        table.check(draft(1, **fields))


def test_a_draft_that_can_be_sent_passes(table):
    table.check(draft(1, text="ä" * 32_768))


def test_only_rows_of_its_kinds_are_shown_and_others_stay(table):
    seen: list[Any] = []

    def note(rows, channel):
        seen.append((list(rows), channel))
        return rows

    table.register(Plugin("note", frozenset({"a", "b"}), process=note))
    assert table.processed == {"a", "b"}
    rows = [row(1), row(2, "a"), row(3, "b"), row(4, "c")]
    assert run(table, rows) is rows
    assert seen == [([row(2, "a"), row(3, "b")], PUSH)]


def test_rows_may_be_changed_split_and_dropped_in_place(table):
    def split(rows, channel):
        for one in rows:
            yield (*one[:5], one[5][:1], *one[6:])
            yield (1, one[1] + 1, "", *one[3:5], one[5][1:], *one[6:])

    table.register(Plugin("halve", frozenset({"two"}), process=split))
    table.register(Plugin("drop", frozenset({"no"}), process=lambda rows, _: []))
    rows = [row(1), row(2, "two", "xy"), row(4, "no"), row(5)]
    result = run(table, rows)
    assert [(one[1], one[5]) for one in result] == [
        (1, ""),
        (2, "x"),
        (3, "y"),
        (5, ""),
    ]


def test_they_run_in_their_order(table):
    def add(letter: str) -> Any:
        return lambda rows, _: [(*one[:5], one[5] + letter, *one[6:]) for one in rows]

    for name, order in (("late", 9), ("early", -9), ("middle", 0)):
        plugin = Plugin(name, frozenset({"a"}), order, process=add(name[0]))
        table.register(plugin)
    assert run(table, [row(1, "a")])[0][5] == "eml"


@pytest.mark.parametrize("result", [None, [("no", "row")], ["text"]])
def test_one_that_fails_is_set_aside_and_reported_once(table, reports, result):
    calls = []

    def bad(rows, channel):
        calls.append(rows)
        if result is None:
            raise RuntimeError("broken")
        return result

    table.register(Plugin("bad", frozenset({"a"}), process=bad))
    rows = [row(1, "a"), row(2)]
    first, second = [], []
    assert table.run(rows, PUSH, first) == rows
    assert table.run(rows, PUSH, second) == rows
    assert len(calls) == 1
    assert [one[:3] for one in first + second] == [(1, 1, "bad")] * 2
    assert second[0].error == "it was set aside"
    assert table.set_aside == {"bad"}
    assert [name for name, _ in reports.seen] == ["plugin bad, set aside"]


def test_a_channel_may_leave_a_plugin_out(table):
    table.register(Plugin("drop", frozenset({"a"}), process=lambda rows, _: []))
    assert table.run([row(1, "a")], PULL, []) == []
    own = Channel("own", "", frozenset())
    assert table.run([row(1, "a")], own, []) == [row(1, "a")]


def test_names_are_given_once_and_free_again_after_removal(table):
    remove = table.register(Plugin("one", frozenset({"a"})))
    with pytest.raises(ConfigError, match="'one' is registered"):
        table.register(Plugin("one", frozenset({"b"})))
    remove()
    table.register(Plugin("one", frozenset({"b"})))


def test_one_that_was_mended_runs_again(table, reports):
    is_broken = [True]

    def upper(rows, channel):
        if is_broken:
            raise RuntimeError(is_broken.pop())
        return [(*one[:5], one[5].upper(), *one[6:]) for one in rows]

    table.register(Plugin("upper", frozenset({"a"}), process=upper))
    assert run(table, [row(1, "a", "x")])[0][5] == "x"
    assert table.restore("upper").name == "upper"
    assert run(table, [row(1, "a", "x")])[0][5] == "X"
    assert table.set_aside == frozenset()
    with pytest.raises(ConfigError, match="no plugin 'lower'; there are: text,"):
        table.restore("lower")


def test_events_are_read_by_one_plugin(table):
    with pytest.raises(ConfigError, match="events edited are read"):
        table.register(Plugin("mine", events=frozenset({"edited"})))
