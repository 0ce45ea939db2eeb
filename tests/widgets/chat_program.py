"""The chat program in a bare page, filled with samples."""

from imnb.widgets.chat import ChatView
from imnb.widgets.composer import ComposerView
from imnb.widgets.conversation_list import ConversationListView
from imnb.widgets.status import StatusView
from tests.widgets import samples
from tests.widgets.page import APP


def mount_app(page, **frames):
    """Show all four views; ``frames`` stand in for the samples."""
    page.layout(APP)
    for name, view, parent, frame in [
        ("status", StatusView, ".imnb-side", samples.STATUS),
        ("list", ConversationListView, ".imnb-side", samples.list_frame()),
        ("chat", ChatView, ".imnb-main", samples.chat_frame()),
        ("composer", ComposerView, ".imnb-main", samples.COMPOSER),
    ]:
        page.mount(name, view, parent)
        page.receive(name, frames.get(name, frame))
    page.paint()
