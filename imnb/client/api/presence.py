"""Who is there, and who is writing."""

from collections.abc import Iterable, Mapping

from imnb.client.api import conversation as conversation_api
from imnb.client.api.conversation import Target
from imnb.client.api.reference import user_ids
from imnb.client.api.topic import Topic
from imnb.models.ids import UserId
from imnb.sync.signals import Present


class Presences(Topic):
    """``client.presence``; nothing of it is stored.

    `imnb.sync.signals.Signals.subscribe` tells when something changes.
    """

    async def typing(self, conversation: Target, is_typing: bool = True) -> None:
        """I am writing there, or not any more; say it as often as you like.

        It holds for some seconds. Without a connection nobody hears of it.
        """
        key = await conversation_api.find(self._client, conversation)
        if key is not None:
            await self._client.synchroniser.signals.type(key, is_typing)

    async def who_is_typing(self, conversation: Target) -> tuple[UserId, ...]:
        """The others who are writing there."""
        key = await conversation_api.find(self._client, conversation)
        return () if key is None else self._client.synchroniser.signals.typing(key)

    async def watch(self, users: Iterable[str]) -> Mapping[UserId, Present]:
        """Hear of these people from now on, instead of those before.

        Returns:
            How it is now.

        Raises:
            ConfigError: more than 1,000.
        """
        await self._client.synchroniser.signals.watch(user_ids(users, "users"))
        return self.now

    @property
    def now(self) -> Mapping[UserId, Present]:
        """Of those who are watched, as far as it is known."""
        return self._client.synchroniser.signals.presence
