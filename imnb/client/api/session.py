"""The sessions of one user, on this device and others."""

from typing import TYPE_CHECKING

from imnb.models.session import DeviceSession
from imnb.pb.session_pb2 import (
    EndSessionReply,
    EndSessionRequest,
    ListSessionsReply,
    ListSessionsRequest,
)
from imnb.sync.caller import ask
from imnb.wire.mapping import session as session_mapping

if TYPE_CHECKING:
    from imnb.client.account import Account


async def sessions(client: "Account") -> tuple[DeviceSession, ...]:
    """See `Account.sessions`."""
    request = ListSessionsRequest()
    reply = await ask(client.engine, "ListSessions", request, ListSessionsReply)
    return tuple(map(session_mapping.from_pb, reply.sessions))


async def kick(client: "Account", session_id: str) -> None:
    """See `Account.kick`."""
    request = EndSessionRequest(session_id=session_id)
    await ask(client.engine, "EndSession", request, EndSessionReply)
