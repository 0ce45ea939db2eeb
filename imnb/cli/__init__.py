"""The ``imnb`` command: ``lab``, ``demo`` and ``serve``."""

import argparse
from collections.abc import Sequence

from imnb.cli import demo, lab, serve


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="imnb", description="An instant-messaging engine for notebooks."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    for module in (lab, demo, serve):
        module.add_parser(commands)
    options = parser.parse_args(arguments)
    status: int = options.run(options)
    return status
