"""``python -m tests.soak --seeds 10000 --jobs 2``: runs of `tests.convergence`.

A seed that fails is printed with its script; ``--seed 4711`` plays it again, and
``--trace`` shows all that happened.
"""

import argparse
import multiprocessing
import os
import sys
import time

from tests.convergence.run import run


def main():
    chosen = parsed()
    repeatable()
    if chosen.seed is not None:
        sys.exit(show(run(chosen.seed), chosen.trace))
    sys.exit(soak(range(chosen.first, chosen.first + chosen.seeds), chosen.jobs))


def parsed():
    parser = argparse.ArgumentParser(prog="python -m tests.soak")
    parser.add_argument("--seeds", type=int, default=100, help="how many")
    parser.add_argument("--first", type=int, default=0, help="of them")
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    parser.add_argument("--seed", type=int, help="only this one")
    parser.add_argument("--trace", action="store_true", help="with all that happened")
    return parser.parse_args()


def repeatable():
    """Begin anew where strings have the same hashes each time."""
    if os.environ.get("PYTHONHASHSEED") != "0":
        arguments = [sys.executable, "-m", "tests.soak", *sys.argv[1:]]
        os.execve(sys.executable, arguments, {**os.environ, "PYTHONHASHSEED": "0"})


def show(result, trace):
    """One run; the exit code."""
    if trace:
        print("\n".join(result.lines))
    print(result.error or f"seed {result.seed}: all is well ({result.digest})")
    return bool(result.error)


def soak(seeds, jobs):
    """Many runs; the exit code."""
    start, failed = time.monotonic(), []
    # Processes that are not forked: each begins without the threads of this one.
    with multiprocessing.get_context("spawn").Pool(jobs) as pool:
        for done, result in enumerate(pool.imap_unordered(run, seeds), 1):
            if result.error:
                failed.append(result.seed)
                print(f"\n{result.error}\n")
            tell(done, len(seeds), failed, time.monotonic() - start)
    print(f"\n{len(seeds)} seeds, {len(failed)} failed: {sorted(failed)}")
    return bool(failed)


def tell(done, total, failed, seconds):
    """The progress bar."""
    filled = 30 * done // total
    bar, left = "#" * filled + "." * (30 - filled), seconds / done * (total - done)
    count = f"{done}/{total}, {len(failed)} failed, {left:.0f} s left"
    sys.stderr.write(f"\r[{bar}] {count} ")
    sys.stderr.flush()


if __name__ == "__main__":
    main()
