"""A store as files, and messages from such files back into a store."""

import dataclasses
import os
import pathlib
from collections.abc import Mapping
from typing import TYPE_CHECKING

from imnb.errors import EnvelopeError, ExportDamaged, StoreError
from imnb.pb.model_pb2 import Message, Reaction
from imnb.store.connection import Row
from imnb.store.export import Messages, read_manifest
from imnb.store.tables import message as message_table

if TYPE_CHECKING:
    from imnb.client.client import Client

CHANNEL = "import"
_FIELDS = (
    "conversation_id",
    "seq",
    "client_id",
    "sender_id",
    "kind",
    "text",
    "content",
    "sent_at",
    "edited_at",
    "revoked_at",
    "change_seq",
)


@dataclasses.dataclass(frozen=True, slots=True)
class Imported:
    """What became of the messages of an export.

    Attributes:
        read: how many there were.
        new: were not in the store.
        skipped: are of conversations that I am not in, or of a part that I may not
            see, or that the server does not have.
    """

    read: int
    new: int
    skipped: int


async def export_store(
    client: "Client", folder: str | os.PathLike[str], format: str
) -> Mapping[str, int]:
    """See `Client.export_store`."""
    manifest = await client.db.export(pathlib.Path(folder), format)
    return manifest.rows


async def import_store(client: "Client", folder: str | os.PathLike[str]) -> Imported:
    """See `Client.import_store`."""
    folder = pathlib.Path(folder)
    database = client.db
    manifest = await database.read(lambda _: read_manifest(folder))
    [(epoch,)] = await database.fetch("SELECT epoch FROM cursor")
    # their numbers mean other conversations there
    if (manifest.user, manifest.epoch) != (client.user, epoch):
        raise StoreError(
            f"{folder} is an export of another user, or of another server or one that "
            "was begun anew since: its conversations are not those of this store"
        )
    total = Imported(0, 0, 0)
    chunks = iter(Messages(folder, manifest))
    try:
        # a reader's thread is borrowed: DuckDB does not run on the loop
        while rows := await database.read(lambda _: next(chunks, None)):
            total = _sum(total, await _put(client, rows))
    finally:
        await database.read(lambda _: chunks.close())
    return total


async def _put(client: "Client", rows: list[Row]) -> Imported:
    ranges: dict[int, tuple[int, int]] = {
        number: (first, last)
        for number, first, last in await client.db.fetch(
            "SELECT conversation_id, first_seq, last_seq FROM conversation"
        )
    }
    mine = [row for row in rows if _is_within(row, ranges)]
    messages = [_message(row) for row in mine]
    keys = list({(row[0], row[1]) for row in mine})
    known = await client.db.read(lambda cursor: len(message_table.find(cursor, keys)))
    try:
        await client.synchroniser.pipeline.put(CHANNEL, messages)
    except EnvelopeError as error:
        raise ExportDamaged(
            f"a message of the export makes no sense: {error}"
        ) from None
    return Imported(len(rows), len(keys) - known, len(rows) - len(mine))


def _is_within(row: Row, ranges: Mapping[int, tuple[int, int]]) -> bool:
    first, last = ranges.get(row[0], (1, 0))
    return row[1] is not None and first <= row[1] <= last


def _message(row: Row) -> Message:
    *values, users, emojis = row
    reactions = zip(users or (), emojis or (), strict=True)
    try:
        return Message(
            **dict(zip(_FIELDS, values, strict=True)),
            reactions=[
                Reaction(user_id=user, emoji=emoji) for user, emoji in reactions
            ],
        )
    except (TypeError, ValueError):  # an empty cell, or a number out of range
        where = f"message {row[1]} of conversation {row[0]}"
        raise ExportDamaged(f"{where} in the export makes no sense") from None


def _sum(one: Imported, other: Imported) -> Imported:
    return Imported(
        one.read + other.read, one.new + other.new, one.skipped + other.skipped
    )
