"""My address book."""

from typing import TYPE_CHECKING

from imnb.client.api.settled import settled
from imnb.client.api.topic import Topic
from imnb.errors import ConfigError
from imnb.models.contact import Contact
from imnb.pb.chat_pb2 import (
    PutContactReply,
    PutContactRequest,
    RemoveContactReply,
    RemoveContactRequest,
)
from imnb.store.tables import contact as contact_table
from imnb.sync.caller import ask
from imnb.wire.mapping import contact as contact_mapping

if TYPE_CHECKING:
    import pandas


class Contacts(Topic):
    """``client.contacts``; nobody else knows who is in it."""

    async def list(self) -> "pandas.DataFrame":
        """Who is in it, by the name that I see."""
        return await self._client.db.sql(
            "SELECT k.*, u.name, "
            "coalesce(nullif(k.alias, ''), nullif(u.name, ''), k.user_id) AS shown "
            "FROM contacts k LEFT JOIN users u USING (user_id) "
            "ORDER BY lower(shown), k.user_id"
        )

    async def add(self, user: str, alias: str = "") -> Contact:
        """Put somebody into it, or change what I call them.

        Args:
            user: their id.
            alias: empty for the name that they gave themselves.

        Raises:
            CallRefused: there is no such account, or it is full.
        """
        if not user:
            raise ConfigError("user: give the id of somebody")
        request = PutContactRequest(user_id=user, alias=alias)
        reply = await ask(self._client.engine, "PutContact", request, PutContactReply)
        added = contact_mapping.from_pb(reply.contact)
        await settled(self._client, lambda cursor: added in contact_table.load(cursor))
        return added

    async def alias(self, user: str, alias: str) -> Contact:
        """Call somebody otherwise; an empty alias is none."""
        return await self.add(user, alias)

    async def remove(self, user: str) -> None:
        """Take somebody out of it; conversations stay."""
        request = RemoveContactRequest(user_id=user)
        await ask(self._client.engine, "RemoveContact", request, RemoveContactReply)
        await settled(
            self._client,
            lambda cursor: all(
                one.user_id != user for one in contact_table.load(cursor)
            ),
        )
