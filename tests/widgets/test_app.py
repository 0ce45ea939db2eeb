import types

import ipywidgets
import pytest
from playwright.sync_api import expect

from imnb.engine.states import State
from imnb.models.ids import UserId
from imnb.models.user import User
from imnb.sync.plugins.table import PluginTable
from imnb.tasks import EngineLoop
from imnb.viewmodels.app import AppViewModel
from imnb.widgets.app import ChatApp, chat_app
from tests.viewmodels.fakes import (
    FakeCommands,
    FakeSignals,
    FakeSource,
    chat_source,
    member,
    message,
    room,
    room_source,
)
from tests.viewmodels.test_connection import FakeClient
from tests.widgets.chat_program import mount_app
from tests.widgets.front_end import FrontEnd

HOSTILE = "<img src=x onerror=alert(1)>"


class AppClient(FakeClient, FakeCommands):
    """As much of a client as the chat program asks for."""

    me = User(UserId("alice"), HOSTILE)

    def __init__(self, scope):
        FakeClient.__init__(self, scope.report)
        FakeCommands.__init__(self)
        self.scope = scope
        pipeline = types.SimpleNamespace(plugins=PluginTable(scope.report))
        self.synchroniser = types.SimpleNamespace(
            signals=FakeSignals(), pipeline=pipeline
        )

    def observe(self, rule):
        rows = [member("alice"), member("bob")] if "members" in rule.name else []
        return FakeSource(rule.columns, *rows)

    def conversation_source(self):
        return room_source(room(1, HOSTILE), room(2, "Lunch"))

    def chat_source(self, number):
        return chat_source(message(1, f"{HOSTILE} in {number}"))


@pytest.fixture
async def client(virtual, desk):
    return AppClient(desk.scope)


@pytest.fixture
async def app(desk, client):
    app = chat_app(client)
    await desk.settle()
    yield app
    app.close()
    await desk.settle()


async def test_the_newest_conversation_is_open(virtual, app):
    front_ends = [FrontEnd(view) for view in app._views]
    for front_end in front_ends:
        front_end.say("ready")
    await virtual.advance(1)
    status, conversations, chat, composer = (each.last for each in front_ends)
    assert (status["name"], conversations["me"]) == (HOSTILE, "alice")
    assert conversations["selected"] == chat["conversation"] == "1"
    assert composer["conversation"] == "1"


async def test_its_views_are_laid_out_in_two_columns(app):
    side, main = app.children
    assert [type(view).__name__ for view in (*side.children, *main.children)] == [
        "StatusView",
        "ConversationListView",
        "ChatView",
        "ComposerView",
    ]
    assert "imnb-app" in app._dom_classes


async def test_the_picture_has_all_of_it_and_is_escaped(app):
    data = app._repr_mimebundle_()
    picture = (data[0] if isinstance(data, tuple) else data)["text/html"]
    assert "<img" not in picture
    assert picture.count("&lt;img src=x onerror=alert(1)&gt;") >= 4
    assert "Offline" in picture


async def test_a_closed_one_leaves_nothing(desk, client):
    before = set(ipywidgets.widgets.widget._instances)
    app = chat_app(client)
    await desk.settle()
    app.close()
    await desk.settle()
    assert set(ipywidgets.widgets.widget._instances) == before
    client.move(State.CONNECTING)
    assert app.view_model.connection.label == "Offline"


async def test_unknown_arguments_are_refused(desk, app):
    assert isinstance(app.view_model, AppViewModel)
    with pytest.raises(TypeError, match="theme"):
        ChatApp(app.view_model, EngineLoop(), theme="dark")


# In a browser.


@pytest.mark.browser
@pytest.mark.parametrize("width", [320, 500, 800, 1400])
def test_it_fits_its_width(open_page, width):
    page = open_page(width=width, height=580)
    mount_app(page)
    assert page.overflows() == []
    bar = page.page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert bar <= 0
    composer = page.page.get_by_label("Message", exact=True)
    assert composer.bounding_box()["width"] > 100
    expect(page.page.get_by_role("option").first).to_be_in_viewport(ratio=1)


@pytest.mark.browser
def test_a_narrow_one_shows_pictures_until_one_searches(open_page):
    page = open_page(width=340, height=580)
    mount_app(page)
    side = page.page.locator(".imnb-side")
    title = page.page.locator(".imnb-row-title").nth(1)
    assert side.bounding_box()["width"] < 70
    assert title.bounding_box()["width"] < 2
    assert page.page.get_by_label("3 unread").is_visible()
    mark = page.page.get_by_label("Pinned")
    assert mark.bounding_box()["width"] < 2
    page.page.get_by_role("option").first.click(button="right")
    assert side.bounding_box()["width"] > 180
    page.page.keyboard.press("Escape")
    assert side.bounding_box()["width"] < 70
    page.page.get_by_label("Search conversations").focus()
    assert side.bounding_box()["width"] > 180
    assert title.bounding_box()["width"] > 50
    page.page.get_by_label("Message", exact=True).focus()
    assert side.bounding_box()["width"] < 70
    page.page.get_by_role("button", name="New conversation").click()
    expect(page.page.get_by_label("Users to talk to")).to_be_visible()
    assert page.overflows() == []


@pytest.mark.browser
def test_everything_can_be_reached_with_the_tab_key(open_page):
    page = open_page(width=900, height=580)
    mount_app(page)
    page.page.get_by_label("Message", exact=True).fill("hi")
    page.page.get_by_label("Search conversations").focus()
    reached = []
    for _ in range(9):
        reached.append(
            page.page.evaluate("document.activeElement.getAttribute('aria-label')")
        )
        outline = page.page.evaluate(
            """() => {
              const style = getComputedStyle(document.activeElement);
              return style.outlineStyle !== "none" || style.boxShadow !== "none";
            }"""
        )
        assert outline, reached
        if reached[-1] == "Send":
            break
        page.page.keyboard.press("Tab")
    assert reached == [
        "Search conversations",
        "New conversation",
        "Conversations",
        "Messages",
        "Send again",
        "Discard",
        "Message",
        "Send",
    ]
