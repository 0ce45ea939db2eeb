import pytest
from playwright.sync_api import expect

from imnb.engine.states import State
from imnb.tasks import EngineLoop
from imnb.viewmodels.connection import ConnectionViewModel
from imnb.widgets.status import StatusView
from tests.viewmodels.test_connection import TO_ONLINE, FakeClient
from tests.widgets.front_end import FrontEnd
from tests.widgets.samples import STATUS

HOSTILE = "<img src=x onerror=alert(1)>"
LOST = {**STATUS, "label": "Connection lost", "tone": "bad", "retry_in": 7}


@pytest.fixture
def client(virtual, desk):
    return FakeClient(desk.scope.report)


@pytest.fixture
async def view(virtual, desk, client):
    loop = EngineLoop()
    view_model = ConnectionViewModel(client, HOSTILE, desk.runner, loop.time)
    view = StatusView(view_model, loop)
    yield view
    view.close()
    view_model.close()


async def test_a_frame_tells_the_state_and_the_next_try(virtual, view, client):
    front_end = FrontEnd(view)
    front_end.say("ready")
    await virtual.advance(1)
    assert (front_end.last["label"], front_end.last["retry_in"]) == ("Offline", -1)
    client.move(*TO_ONLINE)
    await virtual.advance(1)
    assert (front_end.last["label"], front_end.last["tone"]) == ("Online", "good")
    client.move(State.WAITING, reason="refused", retry_at=virtual.time() + 9)
    await virtual.advance(1)
    assert front_end.last["detail"] == "refused"
    assert 8 < front_end.last["retry_in"] <= 9
    client.notifications.come(2, "Kicked")
    await virtual.advance(1)
    assert front_end.last["unwanted"] == "2 pushes for nobody"
    front_end.say("reconnect")
    await virtual.advance(1)
    assert client.tries == 1


async def test_the_picture_is_escaped(view):
    assert "<img" not in view.static_html()
    assert "&lt;img" in view.static_html()


# In a browser.


@pytest.fixture
def page(open_page):
    page = open_page(width=320)
    page.mount("status", StatusView)
    return page


@pytest.mark.browser
def test_who_is_logged_in_and_how_it_stands(page):
    page.receive("status", {**STATUS, "behind": 12})
    view = page.page.locator(".imnb-status")
    expect(view).to_contain_text("Alice Liddell")
    expect(view).to_contain_text("Online · 12 to catch up")
    expect(page.page.get_by_role("button", name="Try again now")).to_be_hidden()


@pytest.mark.browser
def test_a_blocked_kernel_is_told_for_a_while(page):
    page.page.clock.install()
    text = "the kernel was blocked for 42 s"
    page.receive("status", {**STATUS, "blocked": text, "blocked_left": 50})
    view = page.page.locator(".imnb-status")
    expect(view).to_contain_text(f"Online · {text}")
    page.page.clock.run_for(51_000)
    expect(view).not_to_contain_text(text)
    expect(view).to_contain_text("Online")


@pytest.mark.browser
def test_pushes_for_nobody_are_told_calmly(page):
    pushes = {"unwanted": "3 pushes for nobody", "unwanted_names": "3 Kicked"}
    page.receive("status", {**STATUS, **pushes})
    view = page.page.locator(".imnb-status")
    expect(view).to_contain_text("Online · 3 pushes for nobody")
    expect(page.page.get_by_role("status")).to_have_text("Online")
    line = page.page.locator(".imnb-subtitle")
    expect(line).to_have_attribute("title", "Online\n3 pushes for nobody: 3 Kicked")


@pytest.mark.browser
def test_the_time_to_the_next_try_is_counted_by_the_browser(page):
    page.page.clock.install()
    page.receive("status", LOST)
    view = page.page.locator(".imnb-status")
    expect(view).to_contain_text("next try in 7 s")
    page.page.clock.run_for(3000)
    expect(view).to_contain_text("next try in 4 s")
    page.page.clock.run_for(5000)
    expect(view).to_contain_text("trying…")
    expect(page.page.get_by_role("status")).to_have_text("Connection lost")
    page.page.get_by_role("button", name="Try again now").click()
    assert len(page.sent("status", "reconnect")) == 1


@pytest.mark.browser
def test_the_reason_and_an_error_are_shown(page):
    page.receive("status", {**LOST, "detail": "refused", "error": "it failed"})
    expect(page.page.get_by_title("Connection lost: refused")).to_be_visible()
    expect(page.page.get_by_role("alert")).to_contain_text("it failed")


@pytest.mark.browser
@pytest.mark.parametrize(
    ("detail", "shown"),
    [
        ("the server's certificate has expired", "Logged out · the server's certif"),
        ("closed", "Logged out"),
    ],
)
def test_why_it_is_over_for_good_stands_there(page, detail, shown):
    over = {**LOST, "label": "Logged out", "retry_in": -1, "detail": detail}
    page.receive("status", over)
    view = page.page.locator(".imnb-status")
    expect(view).to_contain_text(shown)
    expect(view).not_to_contain_text("closed")
