import pytest

from tests.clock import virtual, virtual_io
from tests.viewmodels.conftest import desk
from tests.widgets.page import Page, chromium

__all__ = ["desk", "virtual", "virtual_io"]

SIZE = {"width": 640, "height": 480}


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


@pytest.fixture
def open_page(browser):
    """Opens pages; at the end nothing may have failed in them or left them."""
    pages = []

    def open_page(**options):
        pages.append(Page(browser, **{**SIZE, **options}))
        return pages[-1]

    yield open_page
    for page in pages:
        assert page.errors == []
        assert page.dialogs == []
        assert page.left() == []
        page.close()
