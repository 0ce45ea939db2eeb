"""Asking the gateway for users and groups, page by page."""

import urllib.parse
from collections.abc import Iterable
from typing import TYPE_CHECKING

from imnb.errors import EnvelopeError, GatewayAnswerError
from imnb.models.conversation import Conversation
from imnb.models.user import User
from imnb.pb.gateway_pb2 import GroupsReply, UsersReply
from imnb.wire.mapping import conversation as conversation_mapping
from imnb.wire.mapping import user as user_mapping

if TYPE_CHECKING:
    from imnb.client.client import Client

USERS = "/v1/users"
GROUPS = "/v1/groups"
MAX_QUERY = 4_000
"""Characters of ids in one URL; servers take some 8,000 of all."""


async def find_users(client: "Client", user_ids: Iterable[str]) -> list[User]:
    """See `Client.find_users`."""
    found: list[User] = []
    for some in _batches(dict.fromkeys(user_ids)) or [[]]:
        found += await _users(client, some)
    return found


async def find_groups(client: "Client") -> list[Conversation]:
    """See `Client.find_groups`."""
    found: list[Conversation] = []
    after = 0
    while True:
        reply = await client.gateway.get(GROUPS, [("after", str(after))], GroupsReply())
        try:
            found += map(conversation_mapping.from_pb, reply.groups)
        except EnvelopeError as error:
            raise GatewayAnswerError(f"{GROUPS}: {error}") from None
        if not reply.next:
            return found
        if reply.next <= after:
            raise _runs_in_circles(GROUPS)
        after = reply.next


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


async def _users(client: "Client", user_ids: list[str]) -> list[User]:
    found: list[User] = []
    after = ""
    while True:
        query = [("after", after), *(("user", one) for one in user_ids)]
        reply = await client.gateway.get(USERS, query, UsersReply())
        try:
            found += map(user_mapping.from_pb, reply.users)
        except EnvelopeError as error:
            raise GatewayAnswerError(f"{USERS}: {error}") from None
        if not reply.next:
            return found
        if reply.next <= after:
            raise _runs_in_circles(USERS)
        after = reply.next


def _runs_in_circles(path: str) -> GatewayAnswerError:
    return GatewayAnswerError(f"{path} has no end: is this an imnb gateway?")
