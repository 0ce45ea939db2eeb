"""Pictures for people to look at, and what of the looks a machine can check."""

import pytest

from imnb.widgets.chat import ChatView
from imnb.widgets.composer import ComposerView
from imnb.widgets.conversation_list import ConversationListView
from imnb.widgets.inspector import InspectorView
from imnb.widgets.status import StatusView
from tests.widgets import samples
from tests.widgets.chat_program import mount_app

pytestmark = pytest.mark.browser

LOST = {
    **samples.STATUS,
    "label": "Connection lost",
    "tone": "bad",
    "retry_in": 7,
    "error": "it failed",
}
REFUSED = {
    **samples.COMPOSER,
    "conversation": "1",
    "error": "the text is too long",
    "refused": ["two\nlines of 日本語 👋", 1],
}
GROUP = [
    {**row, "sender": "carol", "name": "Carol 山田", "hue": 20, "initials": "C"}
    if row["key"] in {"m4", "m7"}
    else row
    for row in samples.TALK
]
STATES = {
    "chat": (ChatView, samples.chat_frame()),
    "chat-group": (
        ChatView,
        samples.chat_frame(
            GROUP,
            group=True,
            title="Release 2.4",
            subtitle="5 members",
            initials="R2",
            unread=2,
        ),
    ),
    "chat-rich": (
        ChatView,
        samples.chat_frame(samples.RICH, group=True, typing="Carol is typing…"),
    ),
    "chat-empty": (ChatView, samples.chat_frame([])),
    "chat-none": (ChatView, samples.chat_frame([], conversation="")),
    "list": (ConversationListView, samples.list_frame()),
    "list-empty": (ConversationListView, samples.list_frame([])),
    "composer": (ComposerView, samples.COMPOSER),
    "composer-reply": (
        ComposerView,
        {**samples.COMPOSER, "mode": "reply", "target": samples.TARGET},
    ),
    "composer-edit": (
        ComposerView,
        {
            **samples.COMPOSER,
            "mode": "edit",
            "target": samples.TARGET,
            "field": ["Yes, an hour ago.", 2],
        },
    ),
    "composer-refused": (ComposerView, REFUSED),
    "status": (StatusView, samples.STATUS),
    "status-lost": (StatusView, LOST),
    "status-pushes": (
        StatusView,
        {**samples.STATUS, "behind": 12, "unwanted": "3 pushes for nobody"},
    ),
    "inspector": (InspectorView, samples.inspector_frame()),
}
CONTRAST = """() => {
  const canvas = document.createElement("canvas").getContext("2d");
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const over = ([r, g, b, a], below) =>
    [r, g, b].map((value, i) => value * a / 255 + below[i] * (1 - a / 255));
  const ground = (element) => {
    const parent = element.parentElement;
    const below = parent ? ground(parent) : [255, 255, 255];
    return over(rgba(getComputedStyle(element).backgroundColor), below);
  };
  const light = (rgb) => {
    const [r, g, b] = rgb.map((v) => v / 255)
      .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const found = [];
  for (const element of document.querySelectorAll("#root *")) {
    const texts = [...element.childNodes].filter((n) => n.nodeType === 3);
    if (!texts.some((n) => n.data.trim()) || !element.checkVisibility()) continue;
    if (element.disabled || element.className === "imnb-empty-mark") continue;
    const back = ground(element);
    const text = over(rgba(getComputedStyle(element).color), back);
    const [a, b] = [light(text), light(back)].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) found.push([element.className, ratio.toFixed(2)]);
  }
  return found;
}"""


@pytest.fixture(params=["light", "dark"])
def theme(request):
    return request.param


@pytest.mark.parametrize("name", STATES)
def test_a_view_in_each_theme(open_page, theme, name):
    view, frame = STATES[name]
    width = {"chat": 640, "inspector": 1000}.get(name.split("-")[0], 340)
    page = open_page(width=width, height=600, dark=theme == "dark")
    page.mount("view", view)
    if name.split("-")[0] in {"chat", "list"}:
        page.set_height(560)
    page.receive("view", frame)
    page.screenshot(f"{name}-{theme}")
    assert page.page.evaluate(CONTRAST) == []
    assert page.overflows() == []


@pytest.mark.parametrize("name", ["chat", "list"])
def test_a_menu_in_each_theme(open_page, theme, name):
    view, frame = STATES[name]
    width = 640 if name == "chat" else 260
    page = open_page(width=width, height=600, dark=theme == "dark")
    page.mount("view", view)
    page.set_height(560)
    page.receive("view", frame)
    rows = ".imnb-line" if name == "chat" else ".imnb-row"
    page.page.locator(rows).last.click(button="right")
    page.screenshot(f"{name}-menu-{theme}")
    assert page.page.evaluate(CONTRAST) == []
    assert page.overflows() == []


@pytest.mark.parametrize("width", [320, 800, 1400])
def test_the_chat_program_in_each_theme(open_page, theme, width):
    page = open_page(width=width, height=580, dark=theme == "dark")
    mount_app(page)
    page.screenshot(f"app-{theme}-{width}")
    assert page.page.evaluate(CONTRAST) == []


def test_each_colour_of_a_name_can_be_read(open_page, theme):
    page = open_page(height=5000, dark=theme == "dark")
    page.mount("chat", ChatView)
    page.set_height(4900)
    rows = [
        samples.message(hue, "hi", sender=str(hue), hue=hue) for hue in range(0, 360, 6)
    ]
    page.receive("chat", samples.chat_frame(rows, group=True))
    assert page.page.locator(".imnb-name").count() == len(rows)
    assert page.page.evaluate(CONTRAST) == []


@pytest.mark.parametrize("width", [320, 800, 1000])
def test_the_calls_of_an_inspector_in_each_theme(open_page, theme, width):
    page = open_page(width=width, height=420, dark=theme == "dark")
    page.mount("inspector", InspectorView)
    page.receive("inspector", samples.inspector_frame(selected_call="0-4"))
    page.page.get_by_role("tab", name="Calls").click()
    page.screenshot(f"inspector-calls-{theme}-{width}")
    assert page.page.evaluate(CONTRAST) == []
    assert page.overflows() == []
    bar = page.page.locator(".imnb-waterfall").first.bounding_box()
    table = page.page.get_by_role("grid").bounding_box()
    assert bar["x"] + bar["width"] <= table["x"] + table["width"]


def test_a_narrow_inspector_has_the_message_below_the_frames(open_page):
    page = open_page(width=400, height=420)
    page.mount("inspector", InspectorView)
    page.receive("inspector", samples.inspector_frame())
    page.screenshot("inspector-narrow")
    table = page.page.get_by_role("grid").bounding_box()
    detail = page.page.get_by_label("Message", exact=True).bounding_box()
    assert detail["y"] >= table["y"] + table["height"] - 1
    assert page.overflows() == []


@pytest.mark.parametrize("name", STATES)
def test_the_notebook_s_shortcuts_are_off_inside(open_page, name):
    view, _ = STATES[name]
    page = open_page()
    page.mount("view", view)
    root = page.page.locator("#root > div")
    assert root.get_attribute("data-lm-suppress-shortcuts") == "true"


def test_round_buttons_are_round_in_jupyterlab(open_page):
    page = open_page(height=580)
    mount_app(page)
    for name in ("New conversation", "Send"):
        button = page.page.get_by_role("button", name=name, exact=True)
        radius = button.evaluate("e => getComputedStyle(e).borderRadius")
        assert radius == "50%", name
