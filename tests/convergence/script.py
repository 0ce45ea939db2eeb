"""What happens in a run, by its seed: who does what, and what breaks."""

import random
from typing import NamedTuple

from imnb.faults.fault import (
    Cut,
    Delay,
    DelayFrame,
    Direction,
    DoubleFrame,
    DropFrame,
    Flip,
    HalfClose,
    Join,
    Refuse,
    Silence,
    Split,
    Stall,
    SwapFrame,
)

USERS = ("alice", "bob", "carol", "dave", "erin")
DEVICES = ("laptop", "phone")
STEPS = (30, 70)
RETENTIONS = (5, 30, 100_000)
"""Events kept of each account: so few that being away means a reset, or all."""

DEEDS = {
    "send": 12,
    "burst": 3,
    "long": 3,
    "edit": 5,
    "revoke": 3,
    "react": 5,
    "unreact": 2,
    "read": 5,
    "direct": 2,
    "group": 2,
    "rename": 2,
    "add": 3,
    "remove": 2,
    "leave": 2,
    "pin": 1,
    "mute": 1,
    "draft": 2,
    "contact": 2,
    "uncontact": 1,
    "profile": 2,
}
"""What a client does, and how often."""
MISHAPS = {
    "weather": 8,
    "drop": 2,
    "deafen": 1,
    "stop": 2,
    "start": 3,
    "crash": 3,
    "clear": 1,
    "kill server": 1,
    "start server": 2,
}
PAUSES = (0, 0, 0, 0.001, 0.001, 0.01, 0.01, 0.05, 0.05, 0.3, 0.3, 2.0, 8.0)
"""Seconds after a step."""
WEATHER = (
    Cut(count=1),
    Cut(count=3, probability=0.2),
    Delay(0.05, jitter=0.2, probability=0.5),
    Delay(1.5, count=2),  # too late for a call
    Split(1, count=3),
    Split(7, gap=0.001),
    Join(0.02),
    Flip(count=1),
    Flip(count=3, probability=0.1),
    Stall(0.7, count=1),
    Stall(count=1),
    Silence(count=1),
    HalfClose(count=1),
    DropFrame(count=1),
    DropFrame(count=2, probability=0.3),
    DropFrame(count=1, direction=Direction.IN),  # a lost reply
    DoubleFrame(count=1),
    DelayFrame(0.1, count=2, probability=0.5),
    SwapFrame(count=1),
    Refuse(count=2),
)


class Step(NamedTuple):
    """Who does what; ``luck`` decides what is left open."""

    who: str
    what: str
    pause: float
    luck: int

    def __str__(self):
        return f"{self.who} {self.what} #{self.luck}, then {self.pause:g} s"


class Script(NamedTuple):
    """A whole run."""

    seed: int
    devices: tuple[tuple[str, str], ...]
    retention: int
    steps: tuple[Step, ...]

    def __str__(self):
        clients = ", ".join(map(" ".join, self.devices))
        head = f"seed {self.seed}: {clients}; {self.retention} events are kept"
        return "\n  ".join([head, *map(str, self.steps)])


def make(seed):
    """The script of a seed."""
    dice = random.Random(f"{seed} script")
    users = USERS[: dice.randint(2, len(USERS))]
    devices = [(user, DEVICES[0]) for user in users]
    others = [(user, DEVICES[1]) for user in users]
    least = max(0, 3 - len(devices))
    devices += dice.sample(
        others, dice.randint(least, min(3, len(others), 8 - len(users)))
    )
    steps = tuple(_step(dice, devices) for _ in range(dice.randint(*STEPS)))
    return Script(seed, tuple(devices), dice.choice(RETENTIONS), steps)


def _step(dice, devices):
    chances = MISHAPS if dice.random() < 0.35 else DEEDS
    [what] = dice.choices(list(chances), list(chances.values()))
    who = "-".join(dice.choice(devices))
    return Step(who, what, dice.choice(PAUSES), dice.randrange(10**6))
