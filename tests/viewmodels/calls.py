"""A client of which there are only its calls."""

from imnb.engine.call import Call, CallLife, CallState
from imnb.engine.call_log import CallLog
from imnb.engine.requests import TcpRequest


class FakeEngine:
    def __init__(self):
        self.calls = CallLog(now=lambda: 1_700_000_000_000_000_000)
        self.life = CallLife(None)
        self.life.watch(self.calls.look)


class CallingClient:
    """Makes calls as a test wants; `renew` gives it another engine."""

    def __init__(self):
        self.engine = FakeEngine()
        self.watchers = []

    def on_state(self, watcher):
        self.watchers.append(watcher)
        return lambda: self.watchers.remove(watcher)

    def renew(self):
        self.engine = FakeEngine()
        for watcher in list(self.watchers):
            watcher(None)

    def begin(self, request="Send", ask_id=0):
        """A call that waits for its reply."""
        if isinstance(request, str):
            request = TcpRequest(request)
        call = Call(request, self.engine.life)
        for state in (CallState.QUEUED, CallState.SENDING, CallState.WAITING):
            call.move(state)
        call.ask_id = ask_id
        return call

    def done(self, request="Send", ask_id=0):
        call = self.begin(request, ask_id)
        call.replied(5)
        call.finish()
        return call
