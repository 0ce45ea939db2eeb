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
    rows[0] |= {
        "initials": text,
        "quote": {"seq": 1, "name": text, "text": text, "hue": BAD_HUE},
        "card": samples.card(text, text, text, thumbnail=f"data:image/svg+xml,{text}"),
        "forwarded": text,
        "mentions": [text, "(", "[^"],
        "reactions": [samples.reaction(text, text, True, text)],
    }
    rows += [
        samples.message(3, text, style="notice"),
        samples.message(4, text, True, style=text, state=text, receipt=text),
    ]
    header = {"title": text, "subtitle": text, "initials": text, "hue": BAD_HUE}
    return samples.chat_frame(rows, group=True, error=text, typing=text, **header)


def list_frame(text):
    room = {"group": True, "sender": text, "hue": BAD_HUE, "initials": text}
    room |= {"draft": text, "mentions": 3, "pinned": True}
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
        lambda text: {
            **samples.COMPOSER,
            "mode": "reply",
            "target": {"seq": 1, "name": text, "text": text},
            "error": text,
            "refused": [text, 1],
        },
    ),
}
FOREIGN = """() => [...document.querySelectorAll(
  "#root :is(img, script, style, iframe, svg, object, embed, link, b), #root a:not([href^='http://example.invalid/'])"
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


LINKS = {
    "see https://example.org/a_(b)?q=1.": ["https://example.org/a_(b)?q=1"],
    "(http://example.org/x) mailto:bob@example.org": [
        "http://example.org/x",
        "mailto:bob@example.org",
    ],
    "javascript:alert(1) data:text/html,x file:///etc vbscript:x": [],
    "http:// https://[ httpx://y xhttp://z": [],
    "https://a.example/\u202egpj.exe": ["https://a.example/"],
    "https://example.org/" + "x" * 5000: [],
    "https://a.b/ " * 200: ["https://a.b/"] * 100,
}


@pytest.mark.parametrize("text", LINKS, ids=lambda text: text[:20])
def test_only_addresses_of_the_web_and_mail_are_links(open_page, text):
    page = open_page()
    page.mount("chat", ChatView)
    page.set_height(440)
    page.receive("chat", samples.chat_frame([samples.message(1, text)]))
    links = page.page.locator(".imnb-message-text a")
    assert links.evaluate_all("all => all.map((e) => e.href)") == LINKS[text]
    assert set(links.evaluate_all("all => all.map((e) => e.rel)")) <= {
        "noopener noreferrer"
    }


@pytest.mark.parametrize(
    "text", ["W" * 1_000_000, "a" + "\u0301" * 10_000, "\n" * 5_000, "\u202e" * 5_000]
)
def test_a_monstrous_text_breaks_no_layout(open_page, text):
    page = open_page()
    page.mount("chat", ChatView)
    page.set_height(440)
    monster = samples.message(2, text, name=text[:500], sender="carol")
    rows = [samples.message(1, "above"), monster, samples.message(3, "below")]
    page.receive("chat", samples.chat_frame(rows, group=True))
    assert page.overflows() == []
    below = page.page.get_by_text("below", exact=True)
    expect(below).to_be_in_viewport()
    page.page.get_by_text("Show all").click()
    shown = page.page.locator("[data-key=m2] .imnb-message-text")
    assert shown.evaluate("e => e.textContent.length") == len(text)
    assert page.overflows() == []
