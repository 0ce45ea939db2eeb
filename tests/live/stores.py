"""A store in memory with something in it."""

from imnb.models.conversation import Conversation, ConversationKind, Member
from imnb.models.ids import ClientId, ConversationId, UserId
from imnb.models.message import Draft
from imnb.models.user import User
from imnb.store.database import Database
from imnb.store.tables import conversation, message, outbox, user

ME = UserId("alice")
BOB = UserId("bob")


async def open_store():
    database = await Database.open(None, me=ME)
    people = [User(ME, "Alice"), User(BOB, "Bob")]
    await database.write(lambda tx: user.upsert(tx, people))
    return database


def room(number, title="", last_seq=0):
    members = (Member(ME, "Alice"), Member(BOB, "Bob"))
    kind = ConversationKind.GROUP if title else ConversationKind.DIRECT
    return Conversation(
        ConversationId(number), kind, title, members, number, last_seq=last_seq
    )


def row(number, seq, text="hi", sender=BOB, client_id=""):
    at = 1_000_000 * seq
    return (number, seq, client_id, sender, "text", text, b"", at, seq)


async def put_room(database, *rooms):
    await database.write(lambda tx: conversation.upsert(tx, rooms))


async def put(database, *rows):
    await database.write(lambda tx: message.insert(tx, rows), rows=len(rows))


async def draft(database, number, client_id, text="draft"):
    made = Draft(ConversationId(number), ClientId(client_id), "text", text, b"", 5)
    await database.write(lambda tx: outbox.add(tx, made))
