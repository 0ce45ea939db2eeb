"""``python -m tests.bench NAME [--json FILE]``: measure, and print a table.

Figures of one run belong together; those of two runs or machines do not. So read
the ratios, not the seconds.
"""

import argparse
import pathlib

from tests.bench import receive, reconnect, report, requests, store, sync

BENCHES = {
    "receive": receive,
    "reconnect": reconnect,
    "requests": requests,
    "store": store,
    "sync": sync,
}
MESSAGES = 60_000
"""In each round, of a bench that has no number of its own."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("name", choices=sorted(BENCHES))
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE")
    parser.add_argument("--rounds", type=int, default=3, help="take their medians")
    parser.add_argument("--messages", type=int, help="in each round")
    options = parser.parse_args()
    bench = BENCHES[options.name]
    messages = options.messages or getattr(bench, "MESSAGES", MESSAGES)
    rounds = [bench.measure(messages) for _ in range(options.rounds)]
    report.show(report.medians(rounds), options.json)


if __name__ == "__main__":
    main()
