import asyncio

import pytest

from imnb.errors import CallTimeout, ClosedError
from imnb.live.window import MAX_SHOWN
from imnb.viewmodels.selection import SelectionViewModel
from imnb.viewmodels.selection_rule import SelectionRule
from tests.viewmodels.fakes import heard
from tests.viewmodels.picking import Asking, ask, rows_of, source_of

ONE = SelectionRule.one()


async def test_a_row_is_made_for_a_view(desk):
    asking = await ask(desk, {"a": "Anna Lind"}, rule=SelectionRule.many(fixed=["a"]))
    (row,) = asking.model.rows
    assert row.pop("hue") in range(360)
    assert row == {
        "key": "str:a",
        "rev": "0 False",
        "name": "Anna Lind",
        "about": "",
        "initials": "AL",
        "letter": "A",
        "chosen": False,
        "fixed": True,
    }
    await asking.do("cancel")


async def test_one_is_chosen_and_another_takes_its_place(desk):
    asking = await ask(desk, rule=ONE)
    await asking.pick("a", "b")
    assert asking.chosen == ["Bob"]
    await asking.do("confirm")
    assert asking.result == "b"


async def test_many_are_given_in_the_order_in_which_they_were_chosen(desk):
    asking = await ask(desk)
    await asking.pick("c", "a", "b", "a", "nobody")
    assert asking.chosen == ["Carol", "Bob"]
    await asking.do("confirm")
    assert asking.result == ("c", "b")


@pytest.mark.parametrize("end", ["cancel", "close"])
async def test_no_choice_is_none_and_leaves_nothing(desk, end):
    source = source_of()
    asking = await ask(desk, source)
    await asking.pick("a")
    changes = heard(asking.model, "rows", "chosen", "search")
    await asking.do(end)
    await asking.do(end)
    assert asking.result is None
    source.put()
    assert (source.watchers, source.is_open, changes) == (0, False, [])


async def test_who_gives_up_waiting_leaves_nothing(desk):
    source = source_of()
    asking = await ask(desk, source)
    asking.answer.cancel()
    await desk.settle()
    assert asking.answer.cancelled()
    assert (source.watchers, source.is_open) == (0, False)


async def test_it_is_asked_once(desk):
    asking = await ask(desk)
    with pytest.raises(ClosedError, match="asked once"):
        await asking.model.choose()
    await asking.do("cancel")
    closed = Asking(desk).model
    closed.close()
    with pytest.raises(ClosedError, match="make another"):
        await closed.choose()


async def test_nothing_is_read_before_it_is_asked(desk):
    source = source_of()
    asking = Asking(desk, source)
    await asking.do("toggle", "str:a")
    await asking.do("confirm")
    assert (asking.model.rows, source.is_open) == ((), False)
    assert not asking.model.can_confirm


async def test_one_can_cancel_while_the_rows_are_on_their_way(desk):
    source = source_of()
    source.gate.clear()
    asking = await ask(desk, source)
    assert asking.model.busy == 1
    await asking.do("cancel")
    assert asking.result is None
    assert (asking.model.busy, source.is_open) == (0, False)


async def test_rows_that_cannot_be_had_are_the_caller_s_trouble(desk):
    source = source_of()
    source.error = CallTimeout("too late")
    asking = await ask(desk, source)
    with pytest.raises(CallTimeout):
        _ = asking.result
    assert not source.is_open


async def test_too_few_cannot_be_confirmed(desk):
    asking = await ask(desk, rule=SelectionRule.many(2, 3))
    await asking.pick("a")
    assert not asking.model.can_confirm
    await asking.do("confirm")
    assert asking.model.error == "Choose at least 2"
    await asking.pick("b")
    assert (asking.model.can_confirm, asking.model.error) == (True, "")
    await asking.do("confirm")
    assert asking.result == ("a", "b")


async def test_too_many_are_not_taken(desk):
    asking = await ask(desk, rule=SelectionRule.many(1, 2))
    await asking.pick("a", "b", "c")
    assert asking.chosen == ["Anna", "Bob"]
    assert asking.model.error == "At most 2 can be chosen"
    await asking.pick("a", "c")
    assert asking.chosen == ["Bob", "Carol"]
    await asking.do("cancel")


async def test_the_fixed_stay_and_do_not_count(desk):
    asking = await ask(desk, rule=SelectionRule.many(1, 1, fixed=["a", "gone"]))
    await asking.pick("a", "b")
    assert asking.chosen == ["Bob"]
    assert [row["fixed"] for row in asking.model.rows] == [True, False, False, False]
    await asking.do("confirm")
    assert asking.result == "b"


async def test_a_search_finds_and_leads_the_keyboard(desk):
    asking = await ask(desk, {"b": "Bob", "e": "Élodie", "x": "Eve"})
    await asking.do("find", "e")
    assert asking.found == ["Élodie", "Eve"]
    assert asking.model.focus == "str:e"
    await asking.do("find", "eve")
    assert asking.model.focus == "str:x"
    await asking.do("find", "nobody")
    assert (asking.found, asking.model.focus) == ([], "")
    await asking.do("enter")
    assert asking.chosen == []
    await asking.do("find", "")
    assert asking.found == ["Bob", "Élodie", "Eve"]
    await asking.do("cancel")


async def test_a_name_that_begins_so_goes_before_one_that_has_it_inside(desk):
    asking = await ask(desk, ["Everybody", "Bob", "Abba"])
    await asking.do("find", "B")
    assert asking.found == ["Abba", "Bob", "Everybody"]
    assert asking.model.focus == "str:Bob"
    await asking.do("cancel")


async def test_enter_takes_what_was_typed_for_and_ends_the_search(desk):
    asking = await ask(desk)
    for name in ("car", "da"):
        asking.model.find(name)
        asking.model.enter()
        await desk.settle()
    assert asking.chosen == ["Carol", "Dave"]
    assert (asking.model.search, asking.model.found) == ("", None)
    await asking.do("enter", "str:c")
    assert asking.chosen == ["Dave"]
    await asking.do("cancel")


async def test_enter_twice_chooses_one(desk):
    asking = await ask(desk, rule=ONE)
    await asking.do("find", "bo")
    await asking.do("enter")
    assert not asking.answer.done()
    await asking.do("enter")
    assert asking.result == "b"


@pytest.mark.parametrize(
    ("steps", "at"),
    [
        ([1], "str:a"),
        ([1, 1, 1, -1], "str:b"),
        ([-1], "str:a"),
        ([100], "str:d"),
        ([100, -100], "str:a"),
    ],
)
async def test_the_keyboard_moves_over_the_rows(desk, steps, at):
    asking = await ask(desk)
    for step in steps:
        await asking.do("move", step)
    assert asking.model.focus == at
    await asking.do("cancel")


async def test_the_keyboard_goes_only_where_a_row_is_seen(desk):
    asking = await ask(desk)
    await asking.do("focus_on", "str:c")
    await asking.do("focus_on", "nonsense")
    assert asking.model.focus == ""
    await asking.do("find", "bob")
    await asking.do("focus_on", "str:c")
    await asking.do("move", 1)
    assert asking.model.focus == "str:b"
    await asking.do("cancel")


async def test_the_last_one_is_taken_back(desk):
    asking = await ask(desk)
    await asking.pick("a", "c", "b")
    for left in (["Anna", "Carol"], ["Anna"], [], []):
        await asking.do("remove_last")
        assert asking.chosen == left
    await asking.do("cancel")


async def test_rows_follow_their_source(desk):
    source = source_of({"a": "Anna", "b": "Bob"})
    asking = await ask(desk, source)
    await asking.pick("a", "b")
    await asking.do("focus_on", "str:b")
    source.put(*rows_of({"a": "Zoe", "b": "Bob", "c": "Carol"}, rev=2))
    assert asking.found == ["Bob", "Carol", "Zoe"]
    assert (asking.chosen, asking.model.focus) == (["Zoe", "Bob"], "str:b")
    source.put(*rows_of({"a": "Zoe"}, rev=2))
    assert (asking.chosen, asking.model.focus) == (["Zoe"], "")
    assert asking.model.error == "Bob is not there any more"
    await asking.do("cancel")


async def test_it_says_that_there_may_be_more_than_a_source_holds(desk):
    source = source_of({str(number): "Bob" for number in range(MAX_SHOWN)})
    asking = await ask(desk, source)
    assert asking.model.error == "There are more than these 5,000"
    await asking.do("cancel")


async def test_only_the_row_that_was_chosen_is_another_one(desk):
    asking = await ask(desk)
    before = asking.model.rows
    await asking.pick("b")
    same = [now is then for now, then in zip(asking.model.rows, before, strict=True)]
    assert same == [True, False, True, True]
    await asking.do("cancel")


class TwoLetters:
    """More about a row: its key twice."""

    def lines(self, row):
        return [("Twice", row["key"] * 2)]


async def test_there_is_more_about_the_row_at_the_keyboard(desk):
    asking = await ask(desk, detail=TwoLetters())
    assert asking.model.detail == []
    await asking.do("focus_on", "str:b")
    assert asking.model.detail == [("Twice", "bb")]
    await asking.do("cancel")


async def test_making_one_waits_for_nothing(desk):
    model = Asking(desk).model
    assert repr(model) == "<SelectionViewModel 0 of 0>"
    assert isinstance(model, SelectionViewModel)
    assert len(asyncio.all_tasks()) == 1
