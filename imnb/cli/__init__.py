"""The ``imnb`` command: ``lab``, ``demo`` and ``serve``."""

import argparse
import os
import sys
from collections.abc import Sequence

from imnb.cli import demo, lab, serve
from imnb.client.version import VERSION
from imnb.errors import ImnbError

INTERRUPTED = 130
"""What a shell reports for a command that Ctrl-C ended."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit status."""
    options = _parser().parse_args(arguments)
    try:
        status: int = options.run(options)
        # Here, so that a reader who has gone is noticed here.
        sys.stdout.flush()
    except BrokenPipeError:
        # ``imnb demo | head``: Python would complain again when it exits.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (ImnbError, OSError) as error:
        print(f"imnb {options.command}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="imnb", description="An instant-messaging engine for notebooks."
    )
    parser.add_argument("--version", action="version", version=f"imnb {VERSION}")
    commands = parser.add_subparsers(dest="command", required=True)
    for module in (lab, demo, serve):
        module.add_parser(commands)
    return parser
