"""People: myself and the others."""

from typing import TYPE_CHECKING

from imnb.errors import CallError, ConnectionLost
from imnb.models.ids import UserId
from imnb.models.user import User
from imnb.pb.chat_pb2 import UpdateProfileReply, UpdateProfileRequest
from imnb.store.connection import Cursor
from imnb.store.database import Database
from imnb.store.tables import user as user_table
from imnb.sync.caller import ask
from imnb.sync.users import UserDirectory
from imnb.wire.mapping import user as user_mapping

if TYPE_CHECKING:
    from imnb.client.client import Client


async def load_me(users: UserDirectory, database: Database, me: UserId) -> User:
    """Myself as the server knows me, or as the store did last."""
    try:
        person = await users.get(me)
    except (CallError, ConnectionLost):
        person = await database.read(lambda cursor: stored(cursor, me))
    return person or User(me, "")


async def update_profile(client: "Client", name: str) -> User:
    """See `Client.update_profile`."""
    request = UpdateProfileRequest(name=name)
    reply = await ask(client.engine, "UpdateProfile", request, UpdateProfileReply)
    me = user_mapping.from_pb(reply.user)
    await client.db.write(lambda tx: user_table.upsert(tx, [me]))
    return me


def stored(cursor: Cursor, user_id: str) -> User | None:
    """Somebody, if the store knows them."""
    people = [one for one in user_table.load(cursor) if one.user_id == user_id]
    return people[0] if people else None
