"""Loops, tasks and synchronous waits: the only package that creates tasks."""

from imnb.tasks.loop import EngineLoop
from imnb.tasks.scope import TaskScope, in_owned_task
from imnb.tasks.sync import run_sync

__all__ = ["EngineLoop", "TaskScope", "in_owned_task", "run_sync"]
