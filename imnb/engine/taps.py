"""Taps that can do no harm to the connection they look at."""

from imnb.engine.states import ReportError
from imnb.tasks import EngineLoop
from imnb.wire.codec import Tap


def harmless(tap: Tap, report: ReportError) -> Tap:
    """``tap`` until it fails, and on the loop of its first frame only.

    An error inside the codec would cost the connection. And what a thread sends
    while the loop is frozen is seen afterwards: a tap need not be thread-safe.
    """
    has_failed = False
    home: EngineLoop | None = None

    def watch(outbound: bool, wire: bytes, plain: bytes) -> None:
        nonlocal has_failed, home
        home = home or EngineLoop()
        if not home.is_here:
            home.post(watch, outbound, wire, plain)
        elif not has_failed:
            try:
                tap(outbound, wire, plain)
            except Exception as error:
                has_failed = True
                report("tap", error)

    return watch
