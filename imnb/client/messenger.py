"""The half of a client that is about messages."""

import functools
from collections.abc import Iterable
from typing import TYPE_CHECKING

from imnb.client.account import Account
from imnb.client.api import attachment as attachment_api
from imnb.client.api import changes as changes_api
from imnb.client.api import forward as forward_api
from imnb.client.api import message as message_api
from imnb.client.api import search as search_api
from imnb.client.api import settled as settled_api
from imnb.client.api.attachment import LocalPath
from imnb.client.api.conversation import Target
from imnb.client.api.reference import MessageRef
from imnb.client.api.turns import Turns
from imnb.engine.progress import OnProgress
from imnb.models import kinds
from imnb.models.ids import ConversationId
from imnb.models.message import Draft, Message
from imnb.store.connection import Parameters
from imnb.store.tables.search import Hit

if TYPE_CHECKING:
    import pandas


class Messenger(Account):
    """Writing, changing, reading and finding messages.

    What is written is stored before it is on the wire, and sent whatever happens
    then, in the order of the calls. Where ``wait`` is true (as it is if not given),
    a call returns the accepted message, and raises

    - CallTimeout: not accepted yet; it stays in the outbox;
    - CallRefused or FileError: refused for good; it stays there as failed;
    - ConfigError: it cannot be sent, and is not kept.

    Without, it returns the draft as soon as that is stored.

    A message is meant by itself, or by where it is: ``("bob", 7)``.
    """

    @functools.cached_property
    def turns(self) -> Turns[ConversationId]:
        """Keeps the order of calls that have to look up where something goes."""
        return Turns()

    async def send(
        self,
        to: Target,
        text: str = "",
        *,
        kind: str,
        content: bytes = b"",
        wait: bool = True,
    ) -> Message | Draft:
        """Send a message of any kind, e.g. one that a plugin brings.

        Args:
            to: as for `send_text`.
            text: what search finds, and lists of conversations show.
            kind: which plugins know.
            content: what goes with it, as they read it.
            wait: as for `send_text`.
        """
        return await message_api.send(
            self, to, text, kind=kind, content=content, wait=wait
        )

    async def send_text(
        self,
        to: Target,
        text: str,
        *,
        reply_to: Message | int | None = None,
        mentions: Iterable[str] = (),
        wait: bool = True,
    ) -> Message | Draft:
        """Send a text to a user, or to a conversation.

        Args:
            to: a user, a conversation, or the id of one of them.
            text: at most 1 MiB; above 64 KiB it is sent in parts.
            reply_to: the message of the same conversation that this one answers.
            mentions: ids of users, or ``"*"`` for everybody.
            wait: until the server has accepted it; else a draft is returned.
        """
        return await message_api.send_text(
            self, to, text, reply_to=reply_to, mentions=mentions, wait=wait
        )

    async def send_file(
        self,
        to: Target,
        path: LocalPath,
        *,
        text: str = "",
        name: str | None = None,
        reply_to: Message | int | None = None,
        progress: OnProgress | None = None,
        wait: bool = True,
    ) -> Message | Draft:
        """Send a file of this disk, which must stay as it is until it is uploaded.

        Texts do not wait for it. A restart begins the upload anew.

        Args:
            to: as for `send_text`.
            path: of the file.
            text: that goes with it.
            name: as others see it; else that of the path.
            reply_to: as for `send_text`.
            progress: as for `Client.upload`.
            wait: as for `send_text`, as long as the upload moves.
        """
        return await attachment_api.send(
            self,
            to,
            path,
            kind=kinds.FILE,
            text=text,
            name=name,
            reply_to=reply_to,
            progress=progress,
            wait=wait,
        )

    async def send_image(
        self,
        to: Target,
        path: LocalPath,
        *,
        text: str = "",
        name: str | None = None,
        reply_to: Message | int | None = None,
        progress: OnProgress | None = None,
        wait: bool = True,
    ) -> Message | Draft:
        """The same for a file that is shown as an image."""
        return await attachment_api.send(
            self,
            to,
            path,
            kind=kinds.IMAGE,
            text=text,
            name=name,
            reply_to=reply_to,
            progress=progress,
            wait=wait,
        )

    async def send_voice(
        self,
        to: Target,
        path: LocalPath,
        *,
        duration: float = 0.0,
        reply_to: Message | int | None = None,
        progress: OnProgress | None = None,
        wait: bool = True,
    ) -> Message | Draft:
        """The same for a recording, of so many seconds if that is known."""
        return await attachment_api.send(
            self,
            to,
            path,
            kind=kinds.VOICE,
            duration=duration,
            reply_to=reply_to,
            progress=progress,
            wait=wait,
        )

    async def send_location(
        self,
        to: Target,
        latitude: float,
        longitude: float,
        *,
        name: str = "",
        wait: bool = True,
    ) -> Message | Draft:
        """Send a place, in degrees."""
        return await message_api.send_location(
            self, to, latitude, longitude, name=name, wait=wait
        )

    async def forward(
        self,
        messages: MessageRef | Iterable[MessageRef],
        to: Target,
        *,
        title: str | None = None,
        wait: bool = True,
    ) -> Message | Draft:
        """Pass messages on that are here: one as it is, several as a bundle.

        Args:
            messages: one or at most 100.
            to: as for `send_text`.
            title: of a bundle; else that of the conversation that they are from.
            wait: as for `send_text`.
        """
        return await forward_api.forward(self, messages, to, title=title, wait=wait)

    async def edit(
        self, message: MessageRef, text: str, *, mentions: Iterable[str] | None = None
    ) -> None:
        """Give a message of mine another text; and other mentions, if given.

        Raises:
            ConfigError: it is not here or not mine, or the text cannot be.
            CallRefused: it was taken back.
        """
        await changes_api.edit(self, message, text, mentions)

    async def revoke(self, message: MessageRef) -> None:
        """Take a message back: nothing is left of it, on all devices of all.

        Raises:
            CallRefused: it is not mine, and I am not the owner of the group.
        """
        await changes_api.revoke(self, message)

    async def react(self, message: MessageRef, emoji: str) -> None:
        """Put an emoji on a message."""
        await changes_api.react(self, message, emoji, remove=False)

    async def unreact(self, message: MessageRef, emoji: str) -> None:
        """Take my emoji off again."""
        await changes_api.react(self, message, emoji, remove=True)

    async def outbox(self) -> "pandas.DataFrame":
        """What is not accepted yet, and what failed with the reason."""
        return await message_api.outbox(self)

    async def retry(self, client_id: str) -> None:
        """Send a failed message again."""
        await message_api.retry(self, client_id)

    async def discard(self, client_id: str) -> None:
        """Give a message up that was not accepted; that ends its upload too."""
        await message_api.discard(self, client_id)

    async def mark_read(self, conversation: Target, seq: int | None = None) -> None:
        """I have read up to a message, or all of a conversation."""
        await message_api.mark_read(self, conversation, seq)

    async def messages(
        self, conversation: Target, limit: int = 50, *, before: int | None = None
    ) -> "pandas.DataFrame":
        """The newest messages that are here, oldest first.

        Args:
            conversation: which.
            limit: how many at most.
            before: those below this seq; the server is asked for missing ones.
        """
        return await message_api.page(self, conversation, limit, before)

    async def search(
        self,
        text: str,
        conversation: Target | None = None,
        *,
        limit: int = 50,
        before: Hit | None = None,
    ) -> list[Hit]:
        """Messages that are here and contain a text, in whatever case, newest first.

        Args:
            text: as it is; there are no wildcards.
            conversation: only there.
            limit: how many at most.
            before: the last one of the page before.
        """
        return await search_api.search(self, text, conversation, limit, before)

    async def until(
        self, query: str, params: Parameters | None = None, timeout: float = 5.0
    ) -> None:
        """Wait until a query of the store says so: its first value is true.

        Raises:
            ExpectationFailed: it did not in so many seconds.
        """
        await settled_api.until(self, query, params, timeout)
