"""The virtualised list and the frame protocol of the shipped ES modules."""

import pytest
from playwright.sync_api import expect

from imnb.widgets.chat import ChatView
from imnb.widgets.conversation_list import ConversationListView
from imnb.widgets.inspector import InspectorView
from tests.widgets.samples import (
    chat_frame,
    conversation,
    inspector_frame,
    list_frame,
    message,
)

pytestmark = pytest.mark.browser

FEW, MANY = 200, 10_000


def full(name, count):
    """A view and a frame with so many rows."""
    if name == "chat":
        rows = [message(n, f"text {n}") for n in range(count)]
        return ChatView, chat_frame(rows)
    if name == "list":
        rows = [conversation(n, f"Room {n}", "hi") for n in range(count)]
        return ConversationListView, list_frame(rows)
    return InspectorView, inspector_frame(count)


NAMES = ["chat", "list", "inspector"]
SCROLL_ALL = """
async (scroller) => {
  const pauses = [];
  for (let step = 0; step <= 60; step++) {
    scroller.scrollTop = (scroller.scrollHeight - scroller.clientHeight) * step / 60;
    const begun = performance.now();
    await new Promise(requestAnimationFrame);
    await new Promise(requestAnimationFrame);
    pauses.push(performance.now() - begun);
  }
  return pauses.sort((a, b) => a - b)[30];
}
"""
APPEND = """
async ([name, frame]) => {
  const times = [];
  for (let number = 2; number < 12; number++) {
    const begun = performance.now();
    window.models[name].receive({ ...frame, type: "frame", number });
    await new Promise(requestAnimationFrame);
    await new Promise(requestAnimationFrame);
    times.push(performance.now() - begun);
    frame = { ...frame, edit: [0, 0, 0, []] };
  }
  return times.sort((a, b) => a - b)[5];
}
"""


def mount(page, name, count=MANY):
    view, frame = full(name, count)
    page.mount(name, view)
    page.set_height(440)
    page.receive(name, frame)
    page.scroller = page.page.locator(".imnb-scroller")
    return frame


def elements(page):
    return page.page.evaluate("document.querySelectorAll('#root *').length")


@pytest.mark.parametrize("name", NAMES)
def test_scrolling_ten_thousand_rows_costs_what_few_cost(open_page, name):
    medians = []
    for count in (FEW, MANY):
        page = open_page()
        mount(page, name, count)
        medians.append(page.scroller.evaluate(SCROLL_ALL))
        assert elements(page) < 1000
    assert medians[1] < 4 * medians[0]


@pytest.mark.parametrize("name", NAMES)
def test_one_more_row_of_ten_thousand_is_cheap(open_page, name):
    medians = []
    for count in (FEW, MANY):
        page = open_page()
        frame = mount(page, name, count)
        more = {**frame, "anew": False, "rows": [{**frame["rows"][-1], "key": "99999"}]}
        more["edit"] = [0, len(more.pop("order")), 0, ["99999"]]
        medians.append(page.page.evaluate(APPEND, [name, more]))
        assert elements(page) < 1000
    assert medians[1] < 6 * medians[0]


@pytest.mark.parametrize("name", NAMES)
def test_each_row_can_be_scrolled_to(open_page, name):
    page = open_page()
    mount(page, name)
    for part in (0.0, 0.37, 1.0):
        page.scroller.evaluate(
            "(e, part) => { e.scrollTop = part * (e.scrollHeight - e.clientHeight) }",
            part,
        )
        page.paint()
        inside = page.scroller.evaluate(
            """(e) => {
              const box = e.getBoundingClientRect();
              const at = (y) => document.elementFromPoint(box.x + box.width / 2, y)
                ?.closest(".imnb-list-body");
              return Boolean(at(box.y + 30) && at(box.bottom - 30));
            }"""
        )
        assert inside, part


def test_what_is_in_sight_stays_when_the_width_changes(open_page):
    page = open_page()
    rows = [message(n, f"{n} " + "word " * 60) for n in range(300)]
    page.mount("chat", ChatView)
    page.set_height(440)
    page.receive("chat", chat_frame(rows))
    scroller = page.page.locator(".imnb-scroller")
    scroller.evaluate("e => { e.scrollTop = 9000 }")
    page.paint()
    first = scroller.evaluate(
        """(e) => [...e.querySelectorAll(".imnb-line")].find(
          (line) => line.getBoundingClientRect().bottom > e.getBoundingClientRect().top
        ).textContent"""
    )
    page.page.set_viewport_size({"width": 400, "height": 480})
    page.paint()
    line = page.page.locator(".imnb-line", has_text=first.split()[0] + " word").first
    expect(line).to_be_in_viewport()


def test_a_lost_frame_is_noticed_and_all_is_asked_for(open_page):
    page = open_page()
    frame = mount(page, "list")
    page.forget("list")
    change = {**frame, "anew": False, "rows": [], "edit": [0, 0, 0, []]}
    del change["order"]
    for number in (3, 4):
        page.page.evaluate(
            "([n, f]) => window.models[n].receive(f)",
            ["list", {**change, "type": "frame", "number": number}],
        )
        page.paint()
    assert page.sent("list") == [{"type": "ready"}]  # once, and nothing acknowledged
    page.receive("list", {**frame, "number": 5})
    page.receive("list", {**change, "number": 6})


def test_a_page_that_is_asked_whether_it_is_there_says_so(open_page):
    page = open_page()
    mount(page, "list")
    page.forget("list")
    page.page.evaluate("window.models.list.receive({ type: 'wake' })")
    assert page.sent("list") == [{"type": "ready"}]


def test_a_page_that_nobody_sees_draws_nothing_and_asks_when_it_is_seen(open_page):
    page = open_page()
    frame = mount(page, "list")
    page.forget("list")
    become = """(state) => {
      Object.defineProperty(document, "visibilityState", {
        value: state, configurable: true,
      });
      document.dispatchEvent(new Event("visibilitychange"));
    }"""
    page.page.evaluate(become, "hidden")
    page.page.evaluate(
        "f => window.models.list.receive(f)", {**frame, "type": "frame", "number": 2}
    )
    page.page.evaluate("window.models.list.receive({ type: 'wake' })")
    page.paint()
    assert page.sent("list") == []
    page.page.evaluate(become, "visible")
    assert page.sent("list") == [{"type": "ready"}]


@pytest.mark.parametrize("name", NAMES)
def test_a_removed_view_listens_to_nothing(open_page, name):
    page = open_page()
    mount(page, name)
    page.page.evaluate("n => window.models[n].destroy()", name)
    assert page.page.evaluate("n => window.models[n].listeners", name) == []
    page.forget(name)
    page.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.paint()
    assert page.sent(name) == []
