"""My own settings of conversations."""

import datetime
import time
from dataclasses import replace

from imnb.client.api import conversation as conversation_api
from imnb.client.api import reference
from imnb.client.api.conversation import Target
from imnb.client.api.topic import Topic
from imnb.errors import ConfigError
from imnb.models.ids import ConversationId
from imnb.models.message import MAX_TEXT_BYTES, Message
from imnb.models.preferences import FOR_GOOD, Preferences
from imnb.store.tables import preferences as preferences_table
from imnb.sync.drafts import Change

Until = datetime.datetime | datetime.timedelta


class Settings(Topic):
    """``client.preferences``; the same on all my devices."""

    async def get(self, conversation: Target) -> Preferences:
        """As they are here, with the draft."""
        key = await self._key(conversation)
        found = await self._client.db.read(
            lambda cursor: preferences_table.load(cursor, key)
        )
        return found or Preferences(key)

    async def pin(self, conversation: Target) -> None:
        """Keep it on top of the list, above those that were pinned before."""
        now = _now()
        await self._set(conversation, lambda one: replace(one, pinned_at=now))

    async def unpin(self, conversation: Target) -> None:
        """Let it go where its last message puts it."""
        await self._set(conversation, lambda one: replace(one, pinned_at=0))

    async def mute(self, conversation: Target, until: Until | None = None) -> None:
        """Have no noise from it.

        Args:
            conversation: which.
            until: a time, or for how long; for good if not given.
        """
        end = _micros(until)
        await self._set(conversation, lambda one: replace(one, muted_until=end))

    async def unmute(self, conversation: Target) -> None:
        """Hear of it again."""
        await self._set(conversation, lambda one: replace(one, muted_until=0))

    async def set_draft(
        self, conversation: Target, text: str, *, reply_to: Message | int | None = None
    ) -> None:
        """Keep what I have written and not sent; an empty text is none.

        It is here at once, also without a connection, and on my other devices soon.

        Raises:
            ConfigError: it is longer than 64 KiB.
        """
        size = len(text.encode("utf-8", "surrogatepass"))
        if size > MAX_TEXT_BYTES:
            raise ConfigError(
                f"the draft has {size:,} bytes, at most {MAX_TEXT_BYTES:,} are kept"
            )
        key = await self._key(conversation)
        answered = reference.content(key, reply_to, ()).reply_to
        await self._client.synchroniser.drafts.write(key, text, answered)

    async def _set(self, conversation: Target, change: Change) -> None:
        key = await self._key(conversation)
        await self._client.synchroniser.drafts.set(key, change)

    async def _key(self, conversation: Target) -> ConversationId:
        return await conversation_api.resolve(self._client, conversation)


def _now() -> int:
    return time.time_ns() // 1000


def _micros(until: Until | None) -> int:
    if until is None:
        return FOR_GOOD
    if isinstance(until, datetime.timedelta):
        moment = _now() + until // datetime.timedelta(microseconds=1)
    elif isinstance(until, datetime.datetime):
        moment = int(until.timestamp() * 1_000_000)
    else:
        raise ConfigError(f"until {until!r}: give a datetime or a timedelta")
    if moment <= _now():
        raise ConfigError(f"until {until}: that is over")
    return min(moment, FOR_GOOD)
