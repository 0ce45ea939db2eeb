"""Names of people: fetched when somebody unknown writes, or when asked for."""

from collections.abc import Callable

from imnb.models.user import User
from imnb.pb.chat_pb2 import ListUsersReply, ListUsersRequest
from imnb.store.database import Database
from imnb.store.tables import user as user_table
from imnb.sync.caller import Caller, ask
from imnb.sync.fetcher import Fetcher
from imnb.tasks import TaskScope
from imnb.wire.mapping import user as user_mapping


class UserDirectory:
    """Knows who is in the store and fetches the others."""

    def __init__(
        self,
        caller: Caller,
        database: Database,
        scope: TaskScope,
        clock: Callable[[], float],
    ) -> None:
        self._caller = caller
        self._database = database
        self._known: set[str] = set()
        self.fetcher: Fetcher[str, User] = Fetcher(
            "users", self._fetch, scope=scope, clock=clock
        )

    def __repr__(self) -> str:
        return f"<UserDirectory: {len(self._known)} known>"

    async def open(self) -> None:
        """Look who is in the store."""
        people = await self._database.read(user_table.load)
        self._known.update(person.user_id for person in people)

    def seen(self, senders: set[str]) -> None:
        """These people wrote something."""
        for user_id in senders - self._known:
            self.fetcher.notify(user_id)
            # Also those whom the server does not know: they are asked for once.
            self._known.add(user_id)

    async def everybody(self) -> list[User]:
        """All people of the server, stored and returned."""
        return await self._ask([])

    async def get(self, user_id: str) -> User | None:
        """One person as the server knows them now."""
        return await self.fetcher.get(user_id)

    async def _fetch(self, user_ids: list[str]) -> dict[str, User]:
        people = await self._ask(user_ids)
        return {str(person.user_id): person for person in people}

    async def _ask(self, user_ids: list[str]) -> list[User]:
        request = ListUsersRequest(user_ids=user_ids)
        reply = await ask(self._caller, "ListUsers", request, ListUsersReply)
        people = [user_mapping.from_pb(one) for one in reply.users]
        if people:
            await self._database.write(
                lambda tx: user_table.upsert(tx, people), len(people)
            )
        self._known.update(person.user_id for person in people)
        return people
