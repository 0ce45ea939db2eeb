"""``imnb serve``: the development server as a process of its own."""

import argparse
import asyncio
import logging
import pathlib
import signal
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from imnb.config import LOOPBACK_HOSTS
from imnb.devserver import DevServer
from imnb.errors import ConfigError

if TYPE_CHECKING:
    # What `add_subparsers` returns has no public name.
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001


def add_parser(subparsers: "Subparsers") -> None:
    """Add the ``serve`` command."""
    parser = subparsers.add_parser(
        "serve",
        help="run a development server",
        description="Run a development server until Ctrl-C or SIGTERM.",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=_port, default=0, help="TCP port, 0: a free one")
    parser.add_argument(
        "--http-port", type=_port, default=0, help="port of the gateway, 0: a free one"
    )
    parser.add_argument(
        "--user",
        dest="users",
        action="append",
        type=_user,
        metavar="ID:PASSWORD",
        help="an account; may be repeated (default: alice, bob, carol and dave, "
        "each with the id as password, or those of the data file)",
    )
    parser.add_argument(
        "--data", type=pathlib.Path, metavar="FILE", help="keep everything in FILE"
    )
    parser.add_argument(
        "--environment",
        type=_name,
        default="local",
        metavar="NAME",
        help="what clients must call it too",
    )
    parser.add_argument(
        "--silence-limit",
        type=_seconds,
        default=60.0,
        metavar="SECONDS",
        help="cut off clients that are silent for longer (default: 60)",
    )
    parser.add_argument(
        "--tls",
        nargs=2,
        type=pathlib.Path,
        metavar=("CERTIFICATE", "KEY"),
        help="speak TLS on the TCP port, with these PEM files",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Serve until a signal comes; the exit status."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    asyncio.run(_serve(args))
    return 0


async def _serve(args: argparse.Namespace) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    server = DevServer(
        _accounts(args.users) if args.users else None,
        host=args.host,
        tcp_port=args.port,
        http_port=args.http_port,
        data=args.data,
        environment=args.environment,
        silence_limit=args.silence_limit,
        tls=None if args.tls is None else (args.tls[0], args.tls[1]),
    )
    async with server:
        _announce(server, args)
        await stopped.wait()
    print("stopped", flush=True)


def _accounts(users: Sequence[tuple[str, str]]) -> dict[str, str]:
    accounts = dict(users)
    if len(accounts) < len(users):
        raise ConfigError("--user: give each user once")
    return accounts


def _announce(server: DevServer, args: argparse.Namespace) -> None:
    """Say what clients need; line by line, for programs that read it."""
    print(f"gateway    {server.gateway_url}")
    print(f"tcp        {server.endpoint}")
    print(f"public key {server.public_key.hex()}")
    print(f"users      {', '.join(sorted(server.world.accounts))}")
    if args.tls is not None:
        print(f"tls        clients need Tls(ca_file='{args.tls[0]}')")
    print(f"data       {args.data or 'in memory'}")
    if args.host not in LOOPBACK_HOSTS:
        print("note       plain HTTP beyond loopback: clients need insecure=True")
    sys.stdout.flush()


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port, 0 to 65535")
    return int(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 1 <= seconds < 1_000_000:  # no NaN either
        raise argparse.ArgumentTypeError(f"{text!r}: give seconds, 1 or more")
    return seconds


def _name(text: str) -> str:
    if not text:
        raise argparse.ArgumentTypeError("give a name, for instance local")
    return text


def _user(text: str) -> tuple[str, str]:
    user, colon, password = text.partition(":")
    if not (user and colon and password):
        # The text may hold a password: it is not repeated.
        raise argparse.ArgumentTypeError("give ID:PASSWORD, for instance alice:secret")
    return user, password
