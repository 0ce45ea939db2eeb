import pytest

from imnb.config import NetworkType
from imnb.engine.states import TRANSITIONS, State, StateChange, StateMachine

ALL_MOVES = [(old, new) for old in State for new in State]
HAPPY = [
    State.CONNECTING,
    State.HANDSHAKING,
    State.AUTHENTICATING,
    State.SYNCING,
    State.ONLINE,
]


def machine_in(state):
    machine = StateMachine(lambda name, error: None)
    machine.last = StateChange(state, state)
    return machine


@pytest.mark.parametrize(("old", "new"), ALL_MOVES)
def test_the_table_decides(old, new):
    machine = machine_in(old)
    if new in TRANSITIONS[old]:
        machine.move(new)
        assert machine.state is new
    else:
        with pytest.raises(RuntimeError, match=f"from {old} to {new}"):
            machine.move(new)
        assert machine.state is old


def test_online_has_one_way_in():
    assert [old for old in State if State.ONLINE in TRANSITIONS[old]] == [State.SYNCING]


def test_closing_is_possible_from_everywhere():
    for state in State:
        assert state is State.CLOSED or State.CLOSED in TRANSITIONS[state]


def test_watchers_see_each_move_with_its_reason():
    machine, seen = machine_in(State.OFFLINE), []
    unsubscribe = machine.subscribe(seen.append)
    for state in HAPPY:
        machine.move(state, address="host:1")
    machine.move(State.WAITING, "lost", attempt=1, retry_at=7.0)
    unsubscribe()
    unsubscribe()
    machine.move(State.CONNECTING)
    assert [change.state for change in seen] == [*HAPPY, State.WAITING]
    assert seen[-1] == StateChange(State.WAITING, State.ONLINE, "lost", "", 1, 7.0)


def test_a_move_tells_the_network_and_the_failed_tries():
    machine, seen = machine_in(State.OFFLINE), []
    machine.subscribe(seen.append)
    machine.move(State.CONNECTING)
    machine.network_type = NetworkType.WIFI
    machine.move(State.WAITING, attempt=3)
    machine.move(State.CONNECTING)
    machine.move(State.HANDSHAKING)
    assert [change.attempt for change in seen] == [0, 3, 3, 3]
    assert [change.network_type for change in seen] == ["unknown"] + 3 * ["wifi"]


def test_a_watcher_that_raises_is_reported_and_stops_nobody():
    reported, seen = [], []
    machine = StateMachine(lambda name, error: reported.append((name, error)))
    failure = ValueError("bug")

    def broken(change):
        raise failure

    machine.subscribe(broken)
    machine.subscribe(seen.append)
    machine.move(State.CONNECTING)
    assert reported == [("state watcher", failure)]
    assert len(seen) == 1
