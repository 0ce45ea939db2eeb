"""The picker in a browser."""

import pytest
from playwright.sync_api import expect

from imnb.widgets.picker import PickerView
from tests.widgets.picks import NAMES, ROWS, STATES, choice, many, picker_frame
from tests.widgets.test_looks import CONTRAST

pytestmark = pytest.mark.browser

FRAMES = """async (top) => {
  const list = document.querySelector(".imnb-scroller");
  const times = [];
  let last = performance.now();
  for (let step = 0; step < 90; step++) {
    list.scrollTop += top / 90;
    await new Promise(requestAnimationFrame);
    times.push(performance.now() - last);
    last = performance.now();
  }
  return times.sort((a, b) => a - b);
}"""


class Shown:
    """A picker on a page; each frame differs from the first in what is given."""

    def __init__(self, page, **frame):
        self.page = page
        self.number = 0
        page.mount("picker", PickerView)
        self.draw(**frame)
        self.input = page.page.get_by_role("combobox", name="Search")
        self.list = page.page.get_by_role("listbox")
        self.rows = page.page.get_by_role("option")
        self.active = page.page.locator(".imnb-active")

    def draw(self, rows=None, **frame):
        self.number += 1
        self.page.receive("picker", picker_frame(rows, number=self.number, **frame))

    def redraw(self, **frame):
        """A frame that tells of no rows."""
        self.number += 1
        same = {"anew": False, "rows": [], "edit": [0, 0, 0, []], "number": self.number}
        whole = {**picker_frame(), **same, **frame}
        parts = {k: v for k, v in whole.items() if k not in {"order", "found"}}
        self.page.receive("picker", parts)

    def sent(self):
        """What was said, but for what is said without being asked."""
        quiet = {"ready", "ack", "focus"}
        said = [m for m in self.page.sent("picker") if m["type"] not in quiet]
        self.page.forget("picker")
        self.tokens = [message.pop("token", None) for message in said]
        return [tuple(message.values()) for message in said]


@pytest.fixture
def shown(open_page):
    made = Shown(open_page(width=400, height=480))
    made.sent()
    return made


def test_rows_stand_under_their_letters(shown):
    expect(shown.rows).to_have_count(len(NAMES))
    assert shown.page.page.locator(".imnb-heading").all_text_contents() == [*"ABCDEZ#"]
    expect(shown.rows.nth(4)).to_have_text("CCaroluser4")
    assert shown.list.get_attribute("aria-multiselectable") == "true"
    assert shown.rows.nth(4).get_attribute("aria-posinset") == "5"
    assert shown.rows.nth(4).get_attribute("aria-setsize") == "10"


def test_a_click_chooses(shown):
    shown.rows.nth(2).click()
    assert shown.sent() == [("toggle", "str:2")]
    rows = [{**row, "chosen": row["key"] == "str:2", "rev": "2"} for row in ROWS]
    shown.draw(rows)
    expect(shown.rows.nth(2)).to_have_attribute("aria-selected", "true")
    shown.page.page.get_by_role("button", name="Create group").click()
    assert shown.sent() == [("confirm",)]


def test_a_double_click_chooses_one_and_ends(open_page):
    shown = Shown(open_page(height=480), single=True)
    shown.sent()
    shown.rows.nth(2).dblclick()
    assert shown.sent() == [("toggle", "str:2"), ("confirm",)]


def test_chips_can_be_put_away(shown):
    rows = [{**row, "chosen": row["key"] in {"str:2", "str:5"}} for row in ROWS]
    shown.draw(rows, hidden=3)
    chips = shown.page.page.get_by_role("list", name="Chosen")
    expect(chips).to_contain_text("3 more and")
    chips.get_by_role("button", name="Remove Dave").press("Enter")
    assert shown.sent() == [("toggle", "str:5")]
    shown.draw()
    expect(chips).to_be_hidden()
    expect(shown.input).to_be_focused()


def test_typing_searches_and_enter_takes_the_first(shown):
    shown.input.press_sequentially("bo")
    shown.page.page.keyboard.press("Enter")
    assert shown.sent() == [("find", "b"), ("find", "bo"), ("enter",)]
    expect(shown.input).to_have_value("")
    shown.draw(search="b", found=[2, 3], focus="str:2")  # a frame from before
    expect(shown.input).to_have_value("")
    shown.draw()
    shown.input.press("Enter")
    assert shown.sent() == [("enter",)]


def test_a_search_that_enter_could_not_end_comes_back(shown):
    shown.input.press_sequentially("bo")
    shown.input.press("Enter")
    shown.sent()
    shown.draw([], search="bo", heard=shown.tokens[-1])  # rows are on their way
    expect(shown.input).to_have_value("bo")


def test_what_is_found_is_shown(shown):
    shown.input.fill("b")
    shown.draw(search="b", found=[3, 5], focus="str:3")
    expect(shown.rows).to_have_count(2)
    expect(shown.active).to_contain_text("Bärbel")
    assert shown.input.get_attribute("aria-activedescendant") == (
        shown.active.get_attribute("id")
    )
    shown.sent()
    shown.input.press("Enter")
    assert shown.sent() == [("enter", "str:3")]
    shown.draw(search="x", found=[])
    expect(shown.page.page.get_by_text("Nothing found")).to_be_visible()


def test_a_page_that_is_loaded_again_shows_the_search(open_page):
    shown = Shown(open_page(), search="b", found=[2])
    expect(shown.input).to_have_value("b")
    expect(shown.rows).to_have_count(1)


def test_arrows_go_at_once_and_the_kernel_hears_where_they_ended(shown):
    shown.input.focus()
    for key in ("ArrowDown", "ArrowDown", "PageDown", "ArrowUp", "ArrowUp"):
        shown.page.page.keyboard.press(key)
    key = shown.page.wait_for("picker", "focus")[-1]["key"]
    at = int(key.removeprefix("str:"))
    expect(shown.active).to_contain_text(NAMES[at])
    expect(shown.active).to_be_in_viewport()
    shown.redraw(focus="str:0")  # a frame from before
    expect(shown.active).to_contain_text(NAMES[at])
    shown.redraw(focus=key)
    shown.redraw(focus="str:1")
    expect(shown.active).to_contain_text(NAMES[1])


def test_the_list_has_keys_of_its_own(shown):
    shown.list.focus()
    for key in ("End", "Home", "ArrowDown", " ", "Backspace"):
        shown.page.page.keyboard.press(key)
    assert shown.sent() == [("toggle", "str:1"), ("remove_last",)]
    shown.page.page.keyboard.press("c")
    expect(shown.input).to_be_focused()
    expect(shown.input).to_have_value("c")
    assert shown.sent() == [("find", "c")]


def test_backspace_takes_back_only_where_there_is_no_text(shown):
    shown.input.press_sequentially("a")
    shown.input.press("Backspace")
    assert shown.sent() == [("find", "a"), ("find", "")]
    shown.input.press("Backspace")
    assert shown.sent() == [("remove_last",)]


def test_escape_ends_the_search_and_then_the_choice(shown):
    shown.input.press_sequentially("a")
    shown.input.press("Escape")
    assert shown.sent() == [("find", "a"), ("find", "")]
    shown.input.press("Escape")
    shown.page.page.get_by_role("button", name="Cancel").press("Escape")
    shown.page.page.get_by_role("button", name="Cancel").press("Enter")
    assert shown.sent() == [("cancel",)] * 3


def test_control_enter_ends_from_anywhere(shown):
    shown.input.press("Control+Enter")
    shown.list.press("Control+Enter")
    assert shown.sent() == [("confirm",)] * 2


def test_a_word_that_is_being_composed_is_left_alone(shown):
    shown.input.evaluate(
        "e => e.dispatchEvent(new KeyboardEvent('keydown', "
        "{key: 'Enter', isComposing: true, bubbles: true}))"
    )
    assert shown.sent() == []


def test_no_key_leaves_the_picker(shown):
    shown.page.page.evaluate(
        "() => { window.left = 0; "
        "document.body.addEventListener('keydown', () => window.left++) }"
    )
    for key in ("b", "Enter", "Shift+Enter", "Escape", "ArrowDown"):
        shown.input.press(key)
        shown.list.press(key)
    assert shown.page.page.evaluate("window.left") == 0
    root = shown.page.page.locator("#root > div")
    assert root.get_attribute("data-lm-suppress-shortcuts") == "true"


def test_who_is_fixed_is_marked(shown):
    shown.draw([choice(1, "Bob", fixed=True), choice(2, "Carol")])
    first = shown.rows.nth(0)
    expect(first).to_have_attribute("aria-disabled", "true")
    expect(first).to_have_attribute("aria-selected", "true")


@pytest.mark.parametrize(
    ("frame", "said"),
    [
        ({"asked": False}, "Nothing is asked yet"),
        ({"busy": 1}, "One moment…"),
        ({}, "There is nothing to choose from"),
    ],
)
def test_an_empty_list_says_why(shown, frame, said):
    shown.draw([], **frame)
    expect(shown.page.page.locator(".imnb-empty")).to_have_text(said)


def test_ten_thousand_rows_scroll_smoothly(open_page):
    shown = Shown(open_page(width=400, height=480), rows=many(10_000))
    assert shown.rows.count() < 60
    times = shown.page.page.evaluate(FRAMES, 60_000)
    assert times[len(times) // 2] < 20, times  # milliseconds for a frame
    assert times[int(len(times) * 0.95)] < 50, times
    shown.list.focus()
    shown.page.page.keyboard.press("End")
    expect(shown.active).to_contain_text("Person 09999")
    expect(shown.active).to_be_in_viewport()


def test_a_letter_leads_to_its_names(open_page):
    shown = Shown(open_page(width=400, height=480), rows=many(1_000))
    shown.page.page.locator(".imnb-letter", has_text="Q").click()
    headings = shown.page.page.locator(".imnb-heading", has_text="Q")
    expect(headings).to_be_in_viewport()
    shown.draw(many(1_000), found=[1, 2], search="a")
    expect(shown.page.page.locator(".imnb-letters")).to_be_hidden()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", STATES)
def test_it_looks_right(open_page, theme, name):
    page = open_page(width=400, height=470, dark=theme == "dark")
    page.mount("picker", PickerView)
    page.receive("picker", STATES[name])
    page.screenshot(f"{name}-{theme}")
    assert page.page.evaluate(CONTRAST) == []
    assert page.overflows() == []


def test_nothing_moves_for_who_wants_that(open_page):
    page = open_page()
    page.page.emulate_media(reduced_motion="reduce")
    page.mount("picker", PickerView)
    page.receive("picker", STATES["picker"])
    moving = page.page.evaluate("() => document.getAnimations().length")
    assert moving == 0
