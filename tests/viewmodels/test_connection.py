import pytest

from imnb.engine.states import State, StateMachine
from imnb.tasks.stalls import Stalls
from imnb.viewmodels.connection import LABELS, ConnectionViewModel
from tests.viewmodels.fakes import heard


class FakePushes:
    """Pushes that came for nobody."""

    def __init__(self):
        self.unwanted = 0
        self.unclaimed = {}
        self.listeners = []

    def on_unwanted(self, listener):
        self.listeners.append(listener)
        return lambda: self.listeners.remove(listener)

    def come(self, count, name=None):
        self.unwanted += count
        if name is not None:
            self.unclaimed[name] = count
        for listener in self.listeners:
            listener()


class FakeClient:
    """A client with a real state machine and no connection."""

    def __init__(self, report):
        self.states = StateMachine(report)
        self.stalls = Stalls(report)
        self.notifications = FakePushes()
        self.engine = self
        self.behind = 0
        self.tries = 0

    @property
    def change(self):
        return self.states.last

    def on_state(self, watcher):
        return self.states.subscribe(watcher)

    def reconnect_now(self):
        self.tries += 1

    def move(self, *states, **details):
        for state in states[:-1]:
            self.states.move(state)
        self.states.move(states[-1], **details)


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


TO_ONLINE = (
    State.CONNECTING,
    State.HANDSHAKING,
    State.AUTHENTICATING,
    State.SYNCING,
    State.ONLINE,
)


@pytest.fixture
def client(desk):
    return FakeClient(desk.scope.report)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def model(desk, client, clock):
    return ConnectionViewModel(client, "Alice", desk.runner, clock)


def test_every_state_has_its_words():
    assert LABELS.keys() == set(State)
    assert {tone for _, tone in LABELS.values()} == {"good", "busy", "bad"}


@pytest.mark.parametrize(
    ("path", "label", "tone"),
    [
        (TO_ONLINE[:1], "Connecting…", "busy"),
        (TO_ONLINE[:2], "Connecting…", "busy"),
        (TO_ONLINE[:3], "Logging in…", "busy"),
        (TO_ONLINE[:4], "Catching up…", "busy"),
        (TO_ONLINE, "Online", "good"),
        ((*TO_ONLINE, State.WAITING), "Connection lost", "bad"),
        ((*TO_ONLINE, State.KICKED), "Ended by the server", "bad"),
        ((*TO_ONLINE, State.CLOSED), "Logged out", "bad"),
    ],
)
async def test_the_state_in_words(client, model, path, label, tone):
    client.move(*path, reason="because")
    assert (model.label, model.tone) == (label, tone)
    assert model.detail == ("because" if tone == "bad" else "")


async def test_it_begins_with_the_state_that_there_is(desk, client, clock):
    client.move(*TO_ONLINE)
    model = ConnectionViewModel(client, "Alice", desk.runner, clock)
    assert (model.label, model.name) == ("Online", "Alice")


async def test_before_the_first_try_it_is_offline(model):
    assert (model.label, model.tone, model.retry_in) == ("Offline", "bad", -1)


async def test_the_time_to_the_next_try_is_right_whenever_it_is_asked(
    client, clock, model
):
    client.move(State.CONNECTING, State.WAITING, reason="refused", retry_at=1012.5)
    assert model.retry_in == 12.5
    clock.now = 1010
    assert model.retry_in == 2.5
    clock.now = 1020
    assert model.retry_in == 0
    client.move(State.CONNECTING)
    assert (model.retry_in, model.detail) == (-1, "")


async def test_a_second_wait_is_told_with_its_own_time(client, model):
    client.move(State.CONNECTING, State.WAITING, retry_at=1001.0)
    changes = heard(model, "label", "retry_at")
    client.move(State.CONNECTING, State.WAITING, retry_at=1005.0)
    assert ("retry_at", 1005.0) in changes
    assert model.retry_in == 5


async def test_how_much_there_is_to_catch_up(client, model):
    client.behind = 300
    client.move(*TO_ONLINE[:4])
    assert model.behind == 300
    client.behind = 120
    model.refresh()
    assert model.behind == 120


async def test_pushes_for_nobody_are_counted_when_there_are_some(client, model):
    assert (model.unwanted_text, model.unwanted_names) == ("", "")
    changes = heard(model, "unwanted")
    client.notifications.come(1)
    assert (model.unwanted_text, model.unwanted_names) == (
        "1 push for nobody",
        "1 unknown",
    )
    client.notifications.come(2, "Kicked")
    assert model.unwanted_text == "3 pushes for nobody"
    assert model.unwanted_names == "2 Kicked, 1 unknown"
    assert changes == [("unwanted", 1), ("unwanted", 3)]


def block(stalls, seconds, until):
    stalls.pause()
    stalls.tick(until - seconds)
    stalls.tick(until)


@pytest.mark.parametrize(
    ("seconds", "text"), [(42.3, "for 42 s"), (119, "for 119 s"), (600, "for 10 min")]
)
async def test_how_long_the_kernel_was_blocked_is_said_for_a_while(
    client, clock, model, seconds, text
):
    assert (model.blocked_text, model.blocked_left) == ("", 0)
    changes = heard(model, "blocked")
    block(client.stalls, seconds, until=1000)
    assert model.blocked_text == f"the kernel was blocked {text}"
    assert len(changes) == 1
    assert model.blocked_left == 60
    clock.now = 1100
    assert model.blocked_left == 0
    block(client.stalls, seconds, until=1100)
    assert len(changes) == 2


async def test_another_engine_is_followed_instead(desk, client, model):
    first, client.stalls = client.stalls, Stalls(desk.scope.report)
    pushes, client.notifications = client.notifications, FakePushes()
    block(client.stalls, 7, until=1000)
    client.move(State.CONNECTING)
    assert model.blocked.seconds == 7
    block(first, 8, until=1000)
    assert model.blocked.seconds == 7
    block(client.stalls, 9, until=1000)
    assert model.blocked.seconds == 9
    pushes.come(5)
    client.notifications.come(2)
    assert model.unwanted == 2


async def test_trying_at_once(desk, client, model):
    model.reconnect()
    await desk.settle()
    assert client.tries == 1


async def test_close_undoes_every_observer(client, model):
    changes = heard(model, "label")
    model.close()
    client.move(State.CONNECTING)
    block(client.stalls, 7, until=1000)
    client.notifications.come(1)
    assert (model.label, changes, model.blocked) == ("Offline", [], None)
    assert model.unwanted == 0
