"""Finding messages by their text."""

from typing import TYPE_CHECKING

from imnb.client.api import conversation as conversation_api
from imnb.client.api.conversation import Target
from imnb.errors import ConfigError
from imnb.store.tables import search as search_table
from imnb.store.tables.search import Hit

if TYPE_CHECKING:
    from imnb.client.messenger import Messenger


async def search(
    client: "Messenger", text: str, where: Target | None, limit: int, before: Hit | None
) -> list[Hit]:
    """See `Messenger.search`."""
    if not text.strip():
        raise ConfigError("there is nothing to search for")
    key = None
    if where is not None:
        key = await conversation_api.find(client, where)
        if key is None:
            return []
    place = None
    if before is not None:
        place = before.sent_at, before.conversation_id, before.seq
    hidden = client.synchroniser.pipeline.plugins.hidden_kinds
    return await client.db.read(
        lambda cursor: search_table.messages(
            cursor, text, conversation_id=key, before=place, limit=limit, hidden=hidden
        )
    )
