"""Synchronous waits in a real kernel."""

import threading
import time

import pytest

from tests.kernel.kernel import running_kernel

pytestmark = [
    pytest.mark.kernel,
    # jupyter_client leaves a loop and its sockets to the garbage collector.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

PREPARE = """
import asyncio, time
import ipywidgets
from imnb.tasks import EngineLoop, TaskScope, run_sync
loop = EngineLoop()
ticks = 0
async def tick():
    global ticks
    while True:
        ticks += 1
        await asyncio.sleep(0.01)
scope = TaskScope("test")
ticking = scope.spawn(tick(), "ticks")
async def later(seconds, value):
    await asyncio.sleep(seconds)
    return value
"""


@pytest.fixture(scope="module")
def kernel():
    with running_kernel() as kernel:
        assert kernel.run(PREPARE) == ""
        yield kernel


def test_nothing_is_patched_before_the_first_wait(kernel):
    assert kernel.run("print(hasattr(asyncio, '_nest_patched'))") == "False"


def test_a_result_while_the_engine_goes_on(kernel):
    printed = kernel.run(
        "before = ticks; print(run_sync(loop, later(0.5, 'done'), 5)); "
        "print(ticks - before > 10)"
    )
    assert printed == "done\nTrue"


def test_an_error_is_raised_in_the_cell(kernel):
    cell = "async def fail(): raise ValueError('no')\nrun_sync(loop, fail(), 5)"
    assert kernel.run(cell) == "ValueError: no"


def test_a_time_out_cancels(kernel):
    printed = kernel.run(
        """
async def hang():
    try: await asyncio.sleep(60)
    finally: print("cancelled")
run_sync(loop, hang(), 0.2)
"""
    )
    assert printed.splitlines() == [
        "cancelled",
        "TimeoutError: no result within 0.2 s; give a longer timeout",
    ]


def test_an_interrupt_cancels_and_the_engine_lives(kernel):
    cell = kernel.send(
        """
async def hang():
    print("waiting", flush=True)
    try: await asyncio.sleep(60)
    finally: print("cancelled")
run_sync(loop, hang(), 60)
"""
    )
    threading.Timer(1.5, kernel.manager.interrupt_kernel).start()
    start = time.monotonic()
    printed = kernel.wait(cell)[cell]
    assert time.monotonic() - start < 20
    assert printed.splitlines() == ["waiting", "cancelled", "KeyboardInterrupt: "]
    assert kernel.run("print(not ticking.done())") == "True"
    cell = "before = ticks; await asyncio.sleep(0.2); print(ticks > before)"
    assert kernel.run(cell) == "True"


CLICK = """
button = ipywidgets.Button()
clicked = asyncio.Event()
button.on_click(lambda _: loop.post(clicked.set))
print(button.comm.comm_id)
"""


def test_a_click_that_arrives_meanwhile_is_waited_for(kernel):
    comm_id = kernel.run(CLICK)
    cell = kernel.send("print(run_sync(loop, clicked.wait(), 10))")
    time.sleep(0.7)
    kernel.comm(comm_id, {"method": "custom", "content": {"event": "click"}})
    assert kernel.wait(cell)[cell].strip() == "True"


def test_cells_queued_behind_a_wait_run_in_order(kernel):
    kernel.run("order = []")
    first = kernel.send(
        "order.append(run_sync(loop, later(0.8, 'first'), 5)); print('1')"
    )
    others = [kernel.send(f"order.append({n}); print({n})") for n in range(2, 6)]
    printed = kernel.wait(first, *others)
    assert [printed[cell].strip() for cell in (first, *others)] == list("12345")
    assert kernel.run("print(order)") == "['first', 2, 3, 4, 5]"


def test_a_wait_inside_an_engine_task_is_refused(kernel):
    printed = kernel.run(
        """
from imnb.errors import SyncWaitError
async def handler():
    try: run_sync(loop, later(0, 1), 1)
    except SyncWaitError as error: return str(error)[:40]
print(await scope.spawn(handler(), "handler"))
"""
    )
    assert printed == "a synchronous wait inside a handler or t"


def test_waits_do_not_overlap(kernel):
    printed = kernel.run(
        """
results = []
def inner(_):
    try: results.append(run_sync(loop, later(0.1, "inner"), 1))
    except SyncWaitError as error: results.append(str(error)[:30])
second = ipywidgets.Button()
second.on_click(inner)
print(second.comm.comm_id)
"""
    )
    cell = kernel.send("print(run_sync(loop, later(1.5, 'outer'), 5))")
    time.sleep(0.5)
    kernel.comm(printed, {"method": "custom", "content": {"event": "click"}})
    assert kernel.wait(cell)[cell].strip() == "outer"
    assert kernel.run("print(results)") == "['another synchronous wait is un']"


def test_a_thread_waits_without_patches(kernel):
    cell = """
def work():
    global answer
    answer = run_sync(loop, later(0.1, "from a thread"), 5)
await asyncio.to_thread(work)
print(answer)
"""
    assert kernel.run(cell) == "from a thread"
