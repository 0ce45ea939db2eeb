"""Asking the gateway for users and groups, page by page."""

import urllib.parse
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeVar

from imnb.errors import ConfigError, EnvelopeError, GatewayAnswerError
from imnb.models.conversation import Conversation
from imnb.models.user import User
from imnb.pb.gateway_pb2 import GroupsReply, UsersReply
from imnb.wire.mapping import conversation as conversation_mapping
from imnb.wire.mapping import user as user_mapping

if TYPE_CHECKING:
    from imnb.client.client import Client

T = TypeVar("T")
Query = list[tuple[str, str]]
USERS = "/v1/users"
GROUPS = "/v1/groups"
MAX_QUERY = 4_000
"""Characters of ids in one URL; servers take some 8,000 of all."""


async def find_users(client: "Client", user_ids: Iterable[str]) -> list[User]:
    """See `Client.find_users`."""
    if isinstance(user_ids, str):
        raise ConfigError(f"users {user_ids!r}: give a list of user ids")

    def people(reply: UsersReply) -> list[User]:
        return list(map(user_mapping.from_pb, reply.users))

    found: list[User] = []
    for some in _batches(dict.fromkeys(user_ids)) or [[]]:
        query = [("user", one) for one in some]
        found += await _pages(client, USERS, query, UsersReply, people, "")
    return found


async def find_groups(client: "Client") -> list[Conversation]:
    """See `Client.find_groups`."""

    def groups(reply: GroupsReply) -> list[Conversation]:
        return list(map(conversation_mapping.from_pb, reply.groups))

    return await _pages(client, GROUPS, [], GroupsReply, groups, 0)


def _batches(user_ids: Iterable[str]) -> list[list[str]]:
    batches: list[list[str]] = []
    room = 0
    for user_id in user_ids:
        size = len(urllib.parse.urlencode({"user": user_id})) + 1
        if size > room:
            batches.append([])
            room = MAX_QUERY
        batches[-1].append(user_id)
        room -= size
    return batches


async def _pages(
    client: "Client",
    path: str,
    query: Query,
    kind: Callable[[], Any],
    read: Callable[[Any], list[T]],
    after: str | int,
) -> list[T]:
    """All that there is, page by page.

    ``kind`` makes a page, which says after what the next one begins; ``read`` takes
    what is on it.

    Raises:
        GatewayAnswerError: a page makes no sense, or the pages have no end.
    """
    found: list[T] = []
    while True:
        place = ("after", str(after))
        reply = await client.gateway.get(path, [place, *query], kind())
        try:
            found += read(reply)
        except EnvelopeError as error:
            raise GatewayAnswerError(f"{path}: {error}") from None
        if not reply.next:
            return found
        if reply.next <= after:
            raise GatewayAnswerError(f"{path} has no end: is this an imnb gateway?")
        after = reply.next
