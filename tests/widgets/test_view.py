import asyncio
import gc
import threading
import weakref

import ipywidgets
import pytest
import traitlets

from imnb.tasks import EngineLoop
from imnb.viewmodels.commands import ViewModel
from imnb.widgets.scheduler import HIDDEN_AFTER, INTERVAL
from imnb.widgets.view import View, escape
from tests.widgets.front_end import FrontEnd


class Counter(ViewModel):
    count = traitlets.Int(0)


class CounterView(View):
    _esm = "export default { render() {} }"

    def __init__(self, view_model, loop):
        super().__init__(view_model, loop)
        self.done = []
        self.drawn_on = set()
        self.redraw_on(view_model, "count", "error")

    def _frame(self, anew):
        self.drawn_on.add(threading.get_ident())
        return {"count": self.view_model.count, "error": self.view_model.error}

    def _handlers(self):
        return {"do": self._do_it}

    def _do_it(self, content):
        self.done.append((content["what"], threading.get_ident()))

    def static_html(self):
        return f"<p>{escape('<img src=x onerror=alert(1)>')}</p>"


@pytest.fixture
async def view(virtual):
    view = CounterView(Counter(), EngineLoop())
    yield view
    view.close()


@pytest.fixture
async def front_end(virtual, view):
    front_end = FrontEnd(view)
    front_end.say("ready")
    await virtual.advance(INTERVAL)
    return front_end


async def test_a_page_that_says_ready_gets_everything(front_end):
    assert front_end.frames == [
        {"type": "frame", "number": 1, "anew": True, "count": 0, "error": ""}
    ]


async def test_a_change_is_a_frame(virtual, view, front_end):
    view.view_model.count = 1
    view.view_model.count = 2
    await virtual.advance(INTERVAL)
    assert [frame["count"] for frame in front_end.frames] == [0, 2]
    assert not front_end.last["anew"]


async def test_a_second_page_gets_everything_too(virtual, front_end):
    front_end.say("ready")
    await virtual.advance(INTERVAL)
    assert [frame["anew"] for frame in front_end.frames] == [True, True]


async def test_a_lost_frame_is_made_good(virtual, view, front_end):
    front_end.answers = False
    view.view_model.count = 1
    await virtual.advance(HIDDEN_AFTER + 0.5)
    assert front_end.wakes == 1
    front_end.answers = True
    front_end.say("ready")
    await virtual.advance(INTERVAL)
    assert (front_end.last["anew"], front_end.last["count"]) == (True, 1)


async def test_a_message_is_handled_on_the_loop_of_the_engine(virtual, view, front_end):
    await asyncio.to_thread(front_end.say, "do", what="from a thread")
    await virtual.settle()
    assert view.done == [("from a thread", threading.get_ident())]


async def test_a_change_on_another_thread_is_drawn_on_the_loop(
    virtual, view, front_end
):
    await asyncio.to_thread(setattr, view.view_model, "count", 3)
    await virtual.advance(INTERVAL)
    assert front_end.last["count"] == 3
    assert view.drawn_on == {threading.get_ident()}


async def test_what_a_callback_raises_is_shown(virtual, view, front_end, caplog):
    front_end.say("do")
    await virtual.advance(INTERVAL)
    assert front_end.last["error"] == "do failed; see the log"
    assert "KeyError" in caplog.text
    front_end.say("dismiss")
    await virtual.advance(INTERVAL)
    assert front_end.last["error"] == ""


async def test_an_unknown_message_is_logged_and_cut(virtual, front_end, caplog):
    front_end.say("x" * 1000)
    await virtual.settle()
    assert "CounterView: unknown message 'xxx" in caplog.text
    assert len(caplog.text) < 200


@pytest.mark.parametrize("content", [{}, {"type": 7}, {"type": "ack"}, [], None])
async def test_a_message_without_sense_does_nothing(virtual, view, front_end, content):
    view._handle_custom_msg(content, [])
    await virtual.advance(1)
    assert len(front_end.frames) == 1


async def test_unknown_arguments_are_refused():
    with pytest.raises(TypeError, match="colour"):
        CounterView(Counter(), EngineLoop(), colour="red")


async def test_a_closed_view_is_let_go_of(virtual):
    before = set(ipywidgets.widgets.widget._instances)
    view_model = Counter()
    view = CounterView(view_model, EngineLoop())
    front_end = FrontEnd(view)
    front_end.say("ready")  # comes too late
    view.close()
    view.close()
    assert set(ipywidgets.widgets.widget._instances) == before
    view_model.count = 5
    await virtual.advance(60)
    assert front_end.frames == []
    forgotten = weakref.ref(view)
    del view, front_end
    gc.collect()
    assert forgotten() is None  # its view model lives on and does not hold it


async def test_a_picture_is_there_without_a_kernel(view):
    data = view._repr_mimebundle_()
    data = data[0] if isinstance(data, tuple) else data
    assert data["text/html"] == "<p>&lt;img src=x onerror=alert(1)&gt;</p>"
    assert "application/vnd.jupyter.widget-view+json" in data
