"""What needs no kernel; the rest is in tests/kernel."""

import asyncio
import contextvars
import sys
import types
from asyncio import events

import pytest

from imnb.errors import SyncWaitError
from imnb.tasks.nesting import copied_contexts, make_reentrant


def test_a_handle_with_an_entered_context_runs_in_a_copy():
    variable = contextvars.ContextVar("variable", default=0)
    context = contextvars.copy_context()
    seen = []

    def work():
        seen.append(variable.get())
        variable.set(2)

    def entered():
        variable.set(1)
        loop = asyncio.new_event_loop()
        handle = events.Handle(work, (), loop, context)
        with copied_contexts(types.ModuleType("none")):
            handle._run()
        loop.close()
        return variable.get(), handle._context is context

    assert context.run(entered) == (1, True)
    assert seen == [1]


def test_the_guard_goes_away():
    before = events.Handle._run
    module = types.ModuleType("nest")
    module._context_entered = judge = lambda context: True
    with copied_contexts(module):
        assert events.Handle._run is not before
        assert not module._context_entered(None)
    assert events.Handle._run is before
    assert module._context_entered is judge


def test_a_missing_library_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "nest_asyncio", None)
    monkeypatch.setitem(sys.modules, "nest_asyncio2", None)
    monkeypatch.delattr(asyncio, "_nest_patched", raising=False)
    loop = asyncio.new_event_loop()
    with pytest.raises(SyncWaitError, match="nest-asyncio"):
        make_reentrant(loop)
    loop.close()


def test_a_foreign_loop_is_named(monkeypatch):
    def refuse(loop):
        raise ValueError("Can't patch loop")

    nest = types.ModuleType("nest_asyncio")
    nest.apply = refuse
    monkeypatch.setitem(sys.modules, "nest_asyncio", nest)
    monkeypatch.setattr(sys, "version_info", (3, 11))
    with pytest.raises(SyncWaitError, match="object cannot be re-entered"):
        make_reentrant(object())
