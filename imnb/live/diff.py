"""The difference of two windows, by key and rev. Pure."""

import bisect
from collections.abc import Sequence

from imnb.live.snapshot import Changes, Key, Row


def diff(before: Sequence[Row], after: Sequence[Row]) -> Changes:
    """What was inserted, updated, deleted and moved; keys are unique."""
    old = {row[0]: row[-1] for row in before}
    new = {row[0]: row[-1] for row in after}
    return Changes(
        inserted=tuple(key for key in new if key not in old),
        updated=tuple(k for k, rev in new.items() if k in old and old[k] != rev),
        deleted=tuple(key for key in old if key not in new),
        moved=_moved([k for k in old if k in new], [k for k in new if k in old]),
    )


def _moved(before: list[Key], after: list[Key]) -> tuple[Key, ...]:
    """The fewest keys whose moving explains the new order."""
    if before == after:
        return ()
    place = {key: number for number, key in enumerate(before)}
    kept = _longest_rising([place[key] for key in after])
    return tuple(key for number, key in enumerate(after) if number not in kept)


def _longest_rising(values: list[int]) -> set[int]:
    """Positions of a longest rising subsequence (patience sorting)."""
    tails: list[int] = []
    tail_positions: list[int] = []
    previous: list[int] = []
    for position, value in enumerate(values):
        pile = bisect.bisect_left(tails, value)
        previous.append(tail_positions[pile - 1] if pile else -1)
        tails[pile : pile + 1] = [value]
        tail_positions[pile : pile + 1] = [position]
    kept: set[int] = set()
    position = tail_positions[-1] if tail_positions else -1
    while position >= 0:
        kept.add(position)
        position = previous[position]
    return kept
