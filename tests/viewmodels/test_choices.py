import pytest

from imnb.errors import ConfigError
from imnb.live.observer import Observer
from imnb.live.rule import Rule
from imnb.live.snapshot import Snapshot
from imnb.live.window import MAX_SHOWN
from imnb.viewmodels.choices import (
    JoinedChoices,
    ReadChoices,
    SourceChoices,
    choices_of,
)
from tests.viewmodels.fakes import FakeSource

COLUMNS = ("key", "name", "rev")


@pytest.mark.parametrize(
    ("given", "rows"),
    [
        ({"b": "Bob", 7: "Seven"}, [("b", "Bob", 0), (7, "Seven", 0)]),
        (["red", "blue", "red"], [("red", "red", 0), ("blue", "blue", 0)]),
        (iter(["red"]), [("red", "red", 0)]),
        ([], []),
        (Snapshot(COLUMNS, (("x", "X", 1),)), [("x", "X", 1)]),
    ],
)
async def test_what_is_given_becomes_rows(given, rows):
    choices = choices_of(given)
    await choices.open()
    assert list(choices.snapshot.rows) == rows
    choices.subscribe(lambda snapshot, changes: None)()
    await choices.close()


@pytest.mark.parametrize("given", ["bob", 7, None])
def test_what_is_no_list_is_refused(given):
    with pytest.raises(ConfigError, match=f"choices of type {type(given).__name__}"):
        choices_of(given)


async def test_a_live_source_is_opened_with_all_its_rows_and_closed():
    source = FakeSource(COLUMNS, ("b", "Bob", 1))
    choices = choices_of(source)
    await choices.open()
    assert (source.is_open, source.asked) == (True, [MAX_SHOWN])
    assert choices.snapshot is source.snapshot
    await choices.close()
    assert not source.is_open


async def test_a_source_that_needs_no_opening_is_left_as_it_is():
    observer = Observer(Rule("fake", COLUMNS, ()), 100, None)
    choices = choices_of(observer)
    await choices.open()
    heard = []
    end = choices.subscribe(lambda snapshot, changes: heard.append(snapshot))
    observer.publish([("b", "Bob", 1)], 1)
    assert heard == [observer.snapshot]
    await choices.close()
    end()
    observer.publish([], 2)
    assert len(heard) == 1


@pytest.mark.parametrize(("count", "is_cut"), [(7, False), (MAX_SHOWN, True)])
async def test_a_source_that_is_full_may_have_more(count, is_cut):
    rows = [(str(number), "Bob", 1) for number in range(count)]
    full, few = FakeSource(COLUMNS, *rows), FakeSource(COLUMNS)
    parts = [(choices_of(one), lambda row: tuple(row.values())) for one in (few, full)]
    assert choices_of(full).is_cut == is_cut
    assert JoinedChoices(COLUMNS, parts).is_cut == is_cut
    assert not choices_of(map(str, range(count))).is_cut


async def test_rows_are_read_when_they_are_needed():
    async def read():
        return Snapshot(COLUMNS, (("b", "Bob", 1),))

    choices = ReadChoices(read)
    assert len(choices.snapshot) == 0
    await choices.open()
    assert choices.snapshot.keys == ("b",)


async def test_rows_are_prepared_before_the_source_opens():
    source, seen = FakeSource(COLUMNS), []

    async def prepare():
        seen.append(source.is_open)

    await SourceChoices(source, prepare).open()
    assert (seen, source.is_open) == ([False], True)


async def test_several_sources_are_one():
    people = FakeSource(("user_id", "name", "rev"), ("b", "Bob", 1), ("x", "X", 1))
    rooms = FakeSource(("id", "title", "rev"), (7, "Lunch", 2))
    joined = JoinedChoices(
        COLUMNS,
        [
            (choices_of(rooms), lambda row: (row["id"], row["title"], row["rev"])),
            (
                choices_of(people),
                lambda row: None if row["name"] == "X" else tuple(row.values()),
            ),
        ],
    )
    await joined.open()
    assert joined.snapshot == Snapshot(COLUMNS, ((7, "Lunch", 2), ("b", "Bob", 1)))
    heard = []
    end = joined.subscribe(lambda snapshot, changes: heard.append(snapshot.keys))
    people.put(("c", "Carol", 1))
    rooms.put()
    assert heard == [(7, "c"), ("c",)]
    end()
    await joined.close()
    assert (people.watchers, rooms.watchers) == (0, 0)
    assert not people.is_open
    assert not rooms.is_open
