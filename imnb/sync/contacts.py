"""My address book, brought up to date by its version."""

from collections.abc import Callable

from imnb.pb.chat_pb2 import ListContactsReply, ListContactsRequest
from imnb.store.database import Database
from imnb.store.tables import contact
from imnb.sync.caller import Caller, ask
from imnb.sync.fetcher import Fetcher
from imnb.tasks import TaskScope
from imnb.wire.mapping import contact as contact_mapping

ALL = "contacts"
"""The one key: what changed since the stored version is all that is asked for."""


class Contacts:
    """Fetches what events did not bring."""

    def __init__(
        self,
        caller: Caller,
        database: Database,
        scope: TaskScope,
        clock: Callable[[], float],
    ) -> None:
        self._caller = caller
        self._database = database
        self.fetcher: Fetcher[str, int] = Fetcher(
            "contacts", self._fetch, scope=scope, clock=clock
        )

    def __repr__(self) -> str:
        return f"<Contacts {self.fetcher.state}>"

    def look(self) -> None:
        """Ask whether there is something new."""
        self.fetcher.notify(ALL, force=True)

    async def _fetch(self, keys: list[str]) -> dict[str, int]:
        version = await self._database.read(contact.load_version)
        request = ListContactsRequest(version=version)
        reply = await ask(self._caller, "ListContacts", request, ListContactsReply)
        found = [contact_mapping.from_pb(one) for one in reply.contacts]
        removed = list(reply.removed)
        if found or removed or reply.version > version:
            await self._database.write(
                lambda tx: contact.update(
                    tx, found, removed, reply.version, is_whole=reply.whole
                ),
                len(found) + 1,
            )
        return dict.fromkeys(keys, reply.version)
