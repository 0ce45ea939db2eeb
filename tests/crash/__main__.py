"""``python -m tests.crash --runs 200``: kill a client at every place, again and again.

A run is told by ``place:nth``; ``--at outbox.after_send:7`` does that one again.
"""

import argparse
import asyncio
import random
import sys
import traceback

from tests.crash.harness import PLACES, kill, passings


def plan(runs, seed, counts):
    """Places in turn, so that none is left out, each at a passing by the seed."""
    dice = random.Random(seed)
    for number in range(runs):
        place = PLACES[number % len(PLACES)]
        yield place, dice.randint(1, counts[place])


async def attempt(place, nth):
    """Whether it went well."""
    try:
        await kill(place, nth)
    except Exception:
        print(f"\nfailed: --at {place}:{nth}")
        traceback.print_exc(file=sys.stdout)
        return False
    return True


async def run_all(runs, seed):
    """How many failed."""
    failed = 0
    for number, (place, nth) in enumerate(plan(runs, seed, await passings()), 1):
        failed += not await attempt(place, nth)
        sys.stderr.write(f"\r{number} of {runs}, {failed} failed  {place}:{nth:<12}")
        sys.stderr.flush()
    return failed


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.crash")
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--at", help="place:nth of a run that failed")
    chosen = parser.parse_args()
    if chosen.at:
        place, _, nth = chosen.at.partition(":")
        sys.exit(not asyncio.run(attempt(place, int(nth))))
    failed = asyncio.run(run_all(chosen.runs, chosen.seed))
    print(f"\n{chosen.runs} runs, {failed} failed")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
