"""What a peer sends is text: it runs nothing, loads nothing, styles nothing."""

import pytest
from playwright.sync_api import expect

from imnb.widgets.chat import ChatView
from imnb.widgets.composer import ComposerView
from imnb.widgets.conversation_list import ConversationListView
from imnb.widgets.inspector import InspectorView
from imnb.widgets.status import StatusView
from tests.widgets import samples

pytestmark = pytest.mark.browser

TEXTS = [
    "<img src=x onerror=alert(1)>",
    "<script>alert(2)</script>",
    "<style>* { display: none }</style>",
    "</div></body><iframe src=javascript:alert(3)></iframe>",
    "<a href=javascript:alert(4)>click</a><svg onload=alert(5)>",
    "![x](http://example.invalid/x.png) http://example.invalid/",
    "{{7*7}} ${alert(6)} &lt;b&gt; &#x3c;",
    "\u202egnp.exe\u202c \u0000 👋",
    "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢" * 20,
]
BAD_HUE = "0; background: url(http://example.invalid/)"


def chat_frame(text):
    mine = samples.message(2, text, True, state="failed", error=text)
    rows = [samples.message(1, text, sender=text, name=text, hue=BAD_HUE), mine]
    rows[0]["initials"] = text
    header = {"title": text, "subtitle": text, "initials": text, "hue": BAD_HUE}
    return samples.chat_frame(rows, group=True, error=text, **header)


def list_frame(text):
    room = {"group": True, "sender": text, "hue": BAD_HUE, "initials": text}
    row = samples.conversation(1, text, text, 7, **room)
    return samples.list_frame([row], error=text, me=text)


def inspector_frame(text):
    row = samples.frame_row(1, text, True, status=text)
    lines = [[0, text, text], [BAD_HUE, text, ""]]
    return samples.inspector_frame(
        order=["1"], rows=[row], title=text, detail=lines, error=text
    )


VIEWS = {
    "chat": (ChatView, chat_frame),
    "list": (ConversationListView, list_frame),
    "inspector": (InspectorView, inspector_frame),
    "status": (
        StatusView,
        lambda text: {
            **samples.STATUS,
            **dict.fromkeys(["label", "detail", "name", "initials", "error"], text),
            "tone": f'good"] x[{text}',
            "hue": BAD_HUE,
        },
    ),
    "composer": (
        ComposerView,
        lambda text: {"conversation": "1", "error": text, "refused": [text, 1]},
    ),
}
FOREIGN = """() => [...document.querySelectorAll(
  "#root :is(img, script, style, iframe, a, svg, object, embed, link, b)"
)].map((element) => element.outerHTML)"""


@pytest.mark.parametrize("name", VIEWS)
def test_whatever_is_sent_is_shown_as_text(open_page, name):
    view, frame = VIEWS[name]
    page = open_page()
    page.mount(name, view)
    if name in {"chat", "list"}:
        page.set_height(440)
    for number, text in enumerate(TEXTS, 1):
        page.receive(name, {**frame(text), "number": number})
        page.paint()
        assert page.page.evaluate(FOREIGN) == []
        shown = page.page.locator("#root .imnb-error-text")
        expect(shown).to_be_visible()
        assert shown.evaluate("e => e.textContent") == text
        assert page.overflows() == []
    # That no dialog came, nothing left and nothing failed: see `open_page`.


def test_a_bubble_has_exactly_the_text_that_was_sent(open_page):
    page = open_page(height=900)
    page.mount("chat", ChatView)
    rows = [samples.message(n, text) for n, text in enumerate(TEXTS)]
    page.set_height(860)
    page.receive("chat", samples.chat_frame(rows))
    bubbles = page.page.locator(".imnb-message-text")
    assert bubbles.evaluate_all("all => all.map((e) => e.textContent)") == TEXTS


def test_a_name_that_turns_its_direction_turns_nothing_else(open_page):
    page = open_page()
    page.mount("list", ConversationListView)
    page.receive("list", list_frame("\u202eabc"))
    title = page.page.locator(".imnb-row-title")
    assert title.evaluate("e => getComputedStyle(e).unicodeBidi") == "isolate"
    assert title.get_attribute("dir") == "auto"
