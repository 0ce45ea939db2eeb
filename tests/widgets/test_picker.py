"""The picker between a kernel and a browser, without a browser."""

import asyncio
import gc
import weakref

import pytest
from ipywidgets.widgets.widget import _instances

import imnb
from imnb.errors import ConfigError
from imnb.viewmodels import pickers
from imnb.viewmodels.picker_setup import PickerSetup
from imnb.viewmodels.selection import SelectionViewModel
from imnb.viewmodels.selection_rule import SelectionRule
from imnb.widgets.picker import CHIPS, MAX_DETAIL, PickerView, client_picker, picker
from tests.eventually import eventually
from tests.viewmodels.fakes import FakeSource
from tests.viewmodels.picking import COLUMNS, NAMES, rows_of
from tests.viewmodels.test_pickers import OPTIONS, FakeClient
from tests.widgets.front_end import FrontEnd

HOSTILE = "<img src=x onerror=alert(1)>"


class Asked:
    """A picker that is being asked, and the browser at its other end."""

    def __init__(self, virtual, view):
        self.virtual = virtual
        self.view = view
        self.front_end = FrontEnd(view)
        self.answer = asyncio.create_task(view.choose(show=False))

    async def say(self, kind, **content):
        self.front_end.say(kind, **content)
        await self.virtual.advance(1)
        return self.front_end.last


@pytest.fixture
async def ask(virtual):
    asked = []

    async def ask(choices=NAMES, **setup):
        asked.append(Asked(virtual, picker(choices, **setup)))
        await asked[-1].say("ready")
        return asked[-1]

    yield ask
    for one in asked:
        one.view.close()
        await one.answer


async def test_a_frame_tells_all_there_is(ask):
    asked = await ask()
    frame = asked.front_end.last
    assert frame["order"] == ["str:a", "str:b", "str:c", "str:d"]
    assert (frame["found"], frame["single"], frame["ready"]) == (None, False, False)
    assert (frame["title"], frame["button"]) == ("Choose", "Choose")
    assert (frame["summary"], frame["asked"]) == ("Choose at least 1", True)


async def test_a_choice_by_messages(ask):
    asked = await ask()
    frame = await asked.say("toggle", key="str:b")
    assert [row["key"] for row in frame["rows"]] == ["str:b"]
    assert [chip["name"] for chip in frame["chips"]] == ["Bob"]
    await asked.say("find", text="da")
    frame = await asked.say("enter")
    assert [chip["name"] for chip in frame["chips"]] == ["Bob", "Dave"]
    await asked.say("enter", key="str:a")
    frame = await asked.say("remove_last")
    assert (frame["summary"], frame["ready"]) == ("2 chosen", True)
    await asked.say("confirm")
    assert asked.answer.result() == ("b", "d")


async def test_escape_is_no_choice(ask):
    asked = await ask()
    await asked.say("toggle", key="str:b")
    await asked.say("cancel")
    assert asked.answer.result() is None


async def test_what_is_found_is_told_when_it_is_other(ask):
    asked = await ask()
    frame = await asked.say("find", text="a")
    assert (frame["found"], frame["focus"]) == ([0, 2, 3], "str:a")
    frame = await asked.say("focus", key="str:c")
    assert "found" not in frame
    assert frame["focus"] == "str:c"
    frame = await asked.say("ready")
    assert (frame["found"], frame["search"]) == ([0, 2, 3], "a")
    frame = await asked.say("find", text="")
    assert frame["found"] is None


async def test_the_browser_hears_what_was_done_of_its_search(ask):
    asked = await ask()
    frame = await asked.say("find", text="nobody", token="1")
    assert (frame["search"], frame["heard"]) == ("nobody", "1")
    frame = await asked.say("enter", token="2")
    assert (frame["search"], frame["heard"], frame["chips"]) == ("nobody", "2", [])


async def test_a_message_without_sense_changes_nothing(ask):
    asked = await ask()
    for kind in ("toggle", "focus", "enter", "find", "confirm", "remove_last"):
        frame = await asked.say(kind, key=[7], text=None)
    assert frame["chips"] == []
    assert not asked.answer.done()


async def test_only_the_newest_of_many_are_shown_above(ask):
    names = {str(number): f"Person {number:03}" for number in range(CHIPS + 7)}
    asked = await ask(names)
    for key in names:
        asked.front_end.say("toggle", key=f"str:{key}")
    frame = await asked.say("focus", key="str:0")
    assert (len(frame["chips"]), frame["hidden"]) == (CHIPS, 7)
    assert frame["chips"][-1]["key"] == f"str:{CHIPS + 6}"


class Long:
    """A detail as long as a peer likes."""

    def lines(self, row):
        return [("x" * 100_000, "y" * 100_000)]


async def test_a_long_detail_is_cut(ask):
    asked = await ask(detail=Long())
    frame = await asked.say("focus", key="str:a")
    assert [len(text) for text in frame["detail"][0]] == [MAX_DETAIL] * 2


async def test_rows_follow_their_source(ask):
    source = FakeSource(COLUMNS, *rows_of(NAMES))
    asked = await ask(source)
    source.put(*rows_of({"a": "Anna", "e": "Eve"}))
    frame = await asked.say("focus", key="str:e")
    assert asked.front_end.frames[-2]["edit"][3] == ["str:e"]
    assert frame["focus"] == "str:e"


async def test_the_picture_is_escaped_and_says_what_was_chosen(ask):
    asked = await ask({"a": HOSTILE, "b": "Bob"}, rule=SelectionRule.many(maximum=1))
    assert asked.view.static_html().count("&lt;img") == 1
    await asked.say("toggle", key="str:b")
    assert "Bob" in asked.view.static_html()
    assert "img" not in asked.view.static_html()
    long = picker(map(str, range(1000)))
    waiting = asyncio.create_task(long.choose(show=False))
    await asked.virtual.advance(1)
    assert "and 980 more" in long.static_html()
    long.close()
    await waiting


async def test_it_shows_itself_unless_it_was_shown(virtual, capsys):
    for is_shown, printed in [(False, True), (True, False)]:
        view = picker(NAMES)
        if is_shown:
            assert "text/html" in view._repr_mimebundle_()[0]
        waiting = asyncio.create_task(view.choose())
        await virtual.advance(1)
        view.close()
        assert await waiting is None
        assert bool(capsys.readouterr().out) == printed


async def test_nothing_is_left_of_two_hundred(virtual):
    known, tasks = len(_instances), len(asyncio.all_tasks())
    source = FakeSource(COLUMNS, *rows_of(NAMES))
    seen = []
    for number in range(200):
        view = picker(source)
        seen.append(weakref.ref(view.view_model))
        waiting = asyncio.create_task(view.choose(show=False))
        await virtual.settle(5)
        if number % 2:
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
        else:
            view.close()
            assert await waiting is None
    del view, waiting
    await virtual.advance(60)
    gc.collect()
    assert len(_instances) == known
    assert len(asyncio.all_tasks()) == tasks
    assert source.watchers == 0
    assert [one for one in seen if one() is not None] == []


async def test_all_uses_have_the_same_view(desk):
    views = [
        PickerView(
            SelectionViewModel(
                pickers.setup_for(FakeClient(), use, **options), desk.runner
            ),
            imnb.tasks.EngineLoop(),
        )
        for use, options in OPTIONS.items()
    ]
    views.append(picker(NAMES))
    assert all(isinstance(view, PickerView) for view in views)
    assert len({(view._esm, view._css) for view in views}) == 1
    shapes = [view._frame(anew=True).keys() for view in views]
    assert all(shape == shapes[0] for shape in shapes)
    for view in views:
        view.close()


async def test_the_pickers_of_a_client():
    async with imnb.users("alice", "bob", "carol") as (alice, *_):
        group = await alice.create_group("Lunch", ["bob", "carol"])
        await alice.contacts.add("carol", alias="Cat")
        for use, options, names in [
            ("forward", {}, ["Alice", "Bob", "Cat", "Lunch"]),
            ("group", {"fixed": ["bob"]}, ["Bob", "Cat"]),
            ("mention", {"conversation": group}, ["Everybody", "Bob", "Cat"]),
            ("remove", {"conversation": group}, ["Bob", "Cat"]),
        ]:
            view = alice.picker(use, **options)
            waiting = asyncio.create_task(view.choose(show=False))
            await eventually(lambda: view.view_model.rows)  # noqa: B023
            assert [row["name"] for row in view.view_model.rows] == names
            view.close()
            assert await waiting is None
        with pytest.raises(ConfigError, match="no picker 'any'"):
            client_picker(alice, "any")


async def test_a_cell_that_does_not_await(virtual_io):
    view = picker(NAMES, rule=SelectionRule.one())
    waiting = asyncio.create_task(asyncio.to_thread(view.sync.choose, show=False))
    await eventually(lambda: view.view_model.rows)
    view.view_model.toggle("str:c")
    view.view_model.confirm()
    assert await waiting == "c"


def test_a_setup_names_what_is_wrong():
    with pytest.raises(TypeError, match="colour"):
        PickerSetup(choices=NAMES, colour="red")
