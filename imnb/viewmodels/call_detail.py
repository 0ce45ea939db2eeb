"""What there is to say of one call, and where its request went over the wire."""

from imnb.engine.call_log import PHASES, CallRecord
from imnb.inspector.capture import Capture
from imnb.inspector.record import FrameRecord

CLOCKS = 0.05
"""Seconds by which a loop's idea of the time may be behind the clock."""

Line = tuple[int, str, str]
"""Depth, label, value."""


def call_title(call: CallRecord) -> str:
    """One line."""
    ask = f" ask {call.ask_id}" if call.ask_id else ""
    return f"{call.method}{ask} {call.state}"


def call_lines(call: CallRecord, request: int | None) -> list[Line]:
    """Its state, times and sizes; then where its request is.

    Args:
        call: finished or not.
        request: number of the frame with its request, if that was captured.
    """
    lines = [(0, "state", call.state)]
    if call.error:
        lines.append((0, "error", call.error))
    if call.may_have_acted:
        lines.append((0, "the server may have acted", ""))
    if call.attempts > 1:
        lines.append((0, "tries", str(call.attempts)))
    if call.priority:
        lines.append((0, "priority", str(call.priority)))
    lines += [
        (0, name, duration(seconds))
        for name, seconds in zip(PHASES, call.phases, strict=False)
    ]
    if call.ended is not None:
        lines.append((0, "in all", duration(call.ended)))
    if call.first_reply is not None:
        lines.append((0, "replies", f"{call.received_bytes} B"))
    return [*lines, (0, _where(call, request), "")]


def duration(seconds: float) -> str:
    """As people read it."""
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.2f} ms"


def request_of(call: CallRecord, capture: Capture) -> FrameRecord | None:
    """The frame with the request of its last try, if it is in the capture.

    Ask ids begin anew on each connection, so the time has to fit as well.
    """
    if not call.ask_id:
        return None
    begin = call.made_at + (call.sending or 0.0) - CLOCKS
    end = float("inf") if call.ended is None else call.made_at + call.ended + CLOCKS
    for frame in reversed(capture.frames()):
        if frame.time < begin:
            return None
        if frame.outbound and frame.ask_id == call.ask_id and frame.time <= end:
            if capture.decode(frame).command == call.method:
                return frame
    return None


def _where(call: CallRecord, request: int | None) -> str:
    if request is not None:
        return f"request, frame #{request}"
    if call.ask_id:
        return "its request is not among the captured frames"
    return "no frame of it was sent over this connection"
