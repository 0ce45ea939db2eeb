"""``imnb demo``: two users talk in the terminal, and everything is shown."""

import argparse
import asyncio
from typing import TYPE_CHECKING

from imnb.client.client import Client
from imnb.demos.start import users

if TYPE_CHECKING:
    # What `add_subparsers` returns has no public name.
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001

TALK = [
    ("alice", "bob", "Hello Bob, are you there?"),
    ("bob", "alice", "I am. How did this message get here?"),
    ("alice", "bob", "Over TCP, encrypted, as protobuf, into your store."),
]
QUESTION = "SELECT seq, sender_id, text FROM messages ORDER BY seq"


def add_parser(subparsers: "Subparsers") -> None:
    """Add the ``demo`` command."""
    parser = subparsers.add_parser(
        "demo", help="two users exchange messages in the terminal"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Show it; the exit status."""
    asyncio.run(_demo())
    return 0


async def _demo() -> None:
    async with users("alice", "bob") as (alice, bob):
        print(f"{alice!r}\n{bob!r}\n")
        clients = {"alice": alice, "bob": bob}
        for sender, reader, text in TALK:
            await clients[sender].send_text(reader, text)
            await clients[reader].expect(f'sender_id == "{sender}" and text')
            print(f"{sender} to {reader}: {text}")
        _show_frames(bob)
        print(f"\nBob's store, {QUESTION}:")
        print((await bob.sql(QUESTION)).to_string(index=False))


def _show_frames(client: Client) -> None:
    capture = client.capture
    assert capture is not None
    print(f"\nBob's connection, {capture.total} frames:")
    for record in capture.frames():
        print(capture.decode(record))
