"""Names that want to be more than names, in the picker."""

import pytest
from playwright.sync_api import expect

from imnb.viewmodels.catalogue import LONGEST
from tests.widgets.picks import choice
from tests.widgets.test_hostile import BAD_HUE, FOREIGN, TEXTS
from tests.widgets.test_picker_page import Shown

pytestmark = pytest.mark.browser

HOSTILE = [
    *TEXTS,
    "javascript:alert(7)",
    "\u202e\u2066reversed\u2067\u200f",
    "wide" * 25_000,
    "e" + "\u0301\u0338\u035b" * 334,
    "\u200b",
]


def hostile_frame(text):
    """Names as long as the kernel sends them, all else as long as can be."""
    name = text[:LONGEST]
    fields = {"initials": name[:2], "hue": BAD_HUE, "letter": name, "rev": name}
    rows = [choice(n, name, name, chosen=n < 4, **fields) for n in range(1, 8)]
    words = dict.fromkeys(["title", "button", "summary", "error", "search"], text)
    return {"rows": rows, "detail": [[text, text]], **words}


def test_hostile_names_are_text_and_break_nothing(open_page):
    page = open_page(width=400, height=480)
    shown = Shown(page)
    names = page.page.locator(".imnb-row-title")
    for number, text in enumerate(HOSTILE):
        shown.draw(**hostile_frame(text))
        page.paint()
        assert page.page.evaluate(FOREIGN) == []
        assert page.overflows() == [], number
        heights = shown.rows.evaluate_all(
            "all => all.map((e) => e.getBoundingClientRect().height)"
        )
        assert set(heights) == {46}, number
        box = page.page.locator("#root > div").bounding_box()
        assert (box["width"] <= 384, box["height"]) == (True, 440), number
        assert names.first.evaluate("e => e.textContent") == text[:LONGEST]
        assert names.first.evaluate("e => getComputedStyle(e).unicodeBidi") == (
            "isolate"
        )
        expect(page.page.locator(".imnb-primary")).to_be_in_viewport()
    # That no dialog came, nothing left and nothing failed: see `open_page`.
