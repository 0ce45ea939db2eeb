"""The inspector's list of calls, in a browser; the rest is in `test_inspector`."""

import pytest
from playwright.sync_api import expect

from imnb.widgets.inspector import InspectorView
from tests.widgets.samples import call_row, calls_of, inspector_frame

pytestmark = pytest.mark.browser
HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture
def page(open_page):
    page = open_page(width=1000)
    page.mount("inspector", InspectorView)
    page.receive("inspector", inspector_frame())
    page.follow = page.page.get_by_label("Follow")
    return page


@pytest.fixture
def calls(page):
    page.page.get_by_role("tab", name="Calls").click()
    page.rows = page.page.get_by_role("rowgroup", name="Calls").get_by_role("row")
    return page


def call(page, text):
    return page.rows.filter(has_text=text)


def test_how_calls_ended_is_said_in_words(calls):
    expect(calls.rows).to_have_count(8)
    expect(call(calls, "CallRefused")).to_contain_text("failed: CallRefused")
    expect(call(calls, "GetConversations")).to_contain_text("timed out30.00 s")
    expect(call(calls, "Pull")).to_contain_text("cancelled")
    expect(call(calls, "WatchPresence")).to_contain_text("waiting…")
    expect(call(calls, "3 tries")).to_contain_text("done, 3 tries124.9 ms")
    expect(calls.page.get_by_text("8 calls, 1 under way")).to_be_visible()
    assert calls.page.locator(".imnb-bad").count() == 2


def test_a_bar_shows_where_the_time_went(calls):
    bar = call(calls, "POST /v1/authenticate").get_by_role("img")
    words = "queued 0.4 ms, sending 3.1 ms, waiting 2.2 ms, receiving 0.3 ms"
    expect(bar).to_have_attribute("aria-label", words)
    widths = bar.locator("span").evaluate_all("all => all.map((e) => e.clientWidth)")
    assert widths[1] > widths[2] > widths[0] >= widths[3]
    for short in ("POST /v1/authenticate", "Login"):
        bar = call(calls, short).get_by_role("img")
        ends = "e => [e, e.lastChild].map((x) => x.getBoundingClientRect().right)"
        right, last = bar.evaluate(ends)
        assert last == pytest.approx(right, abs=1)
    expect(call(calls, "WatchPresence").get_by_role("img")).to_have_count(0)


def test_a_call_is_chosen_by_click_and_keys(calls):
    call(calls, "Login").click()
    expect(calls.follow).not_to_be_checked()
    scroller = calls.page.get_by_role("rowgroup", name="Calls")
    scroller.focus()
    scroller.press("End")
    scroller.press("ArrowUp")
    sent = calls.sent("inspector", "select_call")
    assert [message["key"] for message in sent] == ["0-2", "0-8", "0-7"]
    calls.receive("inspector", inspector_frame(selected_call="0-7", number=2))
    expect(call(calls, "a_command")).to_have_attribute("aria-selected", "true")
    calls.page.get_by_role("tab", name="Frames").click()
    expect(calls.page.locator(".imnb-frame[aria-selected=true]")).to_be_in_viewport()


def test_arrows_go_from_tab_to_tab(page):
    frames, calls = (page.page.get_by_role("tab", name=n) for n in ("Frames", "Calls"))
    frames.press("ArrowRight")
    expect(calls).to_be_focused()
    expect(calls).to_have_attribute("aria-selected", "true")
    expect(page.page.get_by_label("Filter")).to_be_hidden()
    calls.press("ArrowRight")
    expect(frames).to_have_attribute("aria-selected", "true")
    assert page.page.get_by_role("grid").count() == 1


def test_new_calls_are_followed_and_a_place_is_kept(calls):
    many = [call_row(n, f"Call-{n}-", [0.1, 0.1, 1.0, 0.1]) for n in range(300)]
    frame = {"calls": calls_of(*many), "calls_total": [400, 0]}
    calls.receive("inspector", inspector_frame(number=2, **frame))
    expect(call(calls, "Call-299-")).to_be_in_viewport()
    expect(calls.page.get_by_text("300 of 400 calls")).to_be_visible()
    calls.follow.uncheck()
    scroller = calls.page.get_by_role("rowgroup", name="Calls")
    scroller.evaluate("e => { e.scrollTop = 100 * 24 }")
    for name in ("Frames", "Calls"):
        calls.page.get_by_role("tab", name=name).click()
        calls.paint()
    expect(call(calls, "Call-101-")).to_be_in_viewport()


def test_what_calls_are_named_is_shown_as_text(calls):
    hostile = call_row(1, HOSTILE, [1.0], HOSTILE, error=HOSTILE)
    frame = inspector_frame(calls=calls_of(hostile), title=HOSTILE, number=2)
    calls.receive("inspector", frame)
    expect(calls.rows).to_contain_text(HOSTILE)
    assert calls.page.locator("#root img").count() == 0


def test_without_calls_the_table_says_so(calls):
    frame = inspector_frame(calls=calls_of(), calls_total=[0, 0], number=2)
    calls.receive("inspector", frame)
    expect(calls.page.get_by_text("No calls yet")).to_be_visible()
