"""Loops, tasks and synchronous waits: the only package that creates tasks."""

from imnb.tasks.loop import EngineLoop
from imnb.tasks.scope import TaskScope

__all__ = ["EngineLoop", "TaskScope"]
