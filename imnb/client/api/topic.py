"""A group of calls of a client, such as ``client.contacts``."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from imnb.client.client import Client


class Topic:
    """Its coroutine methods are calls; `SyncFacade` offers them too."""

    def __init__(self, client: "Client") -> None:
        self._client = client

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._client.user}>"
