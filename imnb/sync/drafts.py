"""What I have written and not sent: in the store at once, on the server a bit later.

Other devices show it too. It is told at most every `DELAY` seconds, so that typing
does not cost a request for each letter; what could not be told is so on the next
connection.
"""

import asyncio
import logging
from collections.abc import Callable

from imnb.errors import CallError, CallRefused, ConnectionLost
from imnb.models.ids import ConversationId
from imnb.models.preferences import Preferences
from imnb.pb.chat_pb2 import SetPreferencesReply, SetPreferencesRequest
from imnb.store.database import Database, microseconds_now
from imnb.store.tables import preferences as preferences_table
from imnb.sync.caller import Caller, ask
from imnb.tasks import TaskScope
from imnb.wire.mapping import preferences as preferences_mapping

log = logging.getLogger(__name__)

DELAY = 2.0

Change = Callable[[Preferences], Preferences]


class Drafts:
    """Tells the server of drafts, and of all other preferences of a conversation."""

    def __init__(
        self,
        caller: Caller,
        database: Database,
        scope: TaskScope,
        clock: Callable[[], int] = microseconds_now,
    ) -> None:
        self._caller = caller
        self._database = database
        self._scope = scope
        self._clock = clock
        self._setting = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None
        self._is_more = False

    def __repr__(self) -> str:
        return f"<Drafts, {'not all told' if self._task else 'all told'}>"

    async def write(self, conversation_id: int, text: str, reply_to: int) -> None:
        """Keep a draft; empty for none.

        Raises:
            StoreError: it could not be stored.
        """
        now = self._clock()
        await self._database.write(
            lambda tx: preferences_table.write_draft(
                tx, conversation_id, text, reply_to, now
            )
        )
        self.wake()

    async def set(
        self,
        conversation_id: ConversationId,
        change: Change,
    ) -> Preferences:
        """Change preferences; those that hold then.

        Raises:
            CallError: the server did not take them.
            ConnectionLost: the connection ended.
        """
        async with self._setting:  # the whole is replaced: one at a time
            here = await self._database.read(
                lambda cursor: preferences_table.load(cursor, conversation_id)
            )
            return await self._tell(change(here or Preferences(conversation_id)))

    def wake(self) -> None:
        """There may be something to tell."""
        self._is_more = True
        if self._task is None:
            self._task = self._scope.spawn(self._run(), "drafts")

    async def close(self) -> None:
        """Stop; what is not told stays so in the store."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait([task])

    async def _run(self) -> None:
        try:
            while self._is_more:
                await asyncio.sleep(DELAY)
                self._is_more = False
                await self._tell_all()
        except (CallError, ConnectionLost) as error:
            log.info("drafts are told later: %s", error)
        finally:
            self._task = None

    async def _tell_all(self) -> None:
        for one in await self._database.read(preferences_table.unsent):
            try:
                await self.set(one.conversation_id, lambda here: here)
            except CallRefused as error:  # the others are not to blame
                log.info("a draft in %d: %s", one.conversation_id, error)

    async def _tell(self, wanted: Preferences) -> Preferences:
        request = SetPreferencesRequest(preferences=preferences_mapping.to_pb(wanted))
        reply = await ask(self._caller, "SetPreferences", request, SetPreferencesReply)
        held = preferences_mapping.from_pb(reply.preferences)
        await self._database.write(lambda tx: preferences_table.store(tx, [held]))
        return held
