"""The address book of each user; nobody else knows who is in it."""

from imnb.devserver.account import MAX_NAME_CHARACTERS
from imnb.devserver.refusal import Refusal
from imnb.devserver.world import World
from imnb.models.ids import UserId
from imnb.pb import chat_pb2 as chat
from imnb.pb import envelope_pb2 as envelope
from imnb.pb import model_pb2 as model
from imnb.pb.sync_pb2 import ContactChanged, Event

MAX_CONTACTS = 10_000


def check_put(world: World, who: UserId, request: chat.PutContactRequest) -> None:
    """Return if the contact can be put into the book.

    Raises:
        Refusal: no such account, no name, or too many.
    """
    user_id = world.account(UserId(request.user_id)).user_id
    alias = request.alias
    if len(alias) > MAX_NAME_CHARACTERS or not alias.isprintable():
        text = f"an alias has at most {MAX_NAME_CHARACTERS} characters, none of control"
        raise Refusal(envelope.BAD_REQUEST, text)
    book = world.account(who).book
    if len(book) >= MAX_CONTACTS and book.get(user_id) is None:
        text = f"{MAX_CONTACTS} contacts are the limit"
        raise Refusal(envelope.CONFLICT, text)


def put_contact(
    world: World, who: UserId, request: chat.PutContactRequest, now: int
) -> bytes:
    """Add somebody, or call them something else."""
    check_put(world, who, request)
    book = world.account(who).book
    kept = book.get(UserId(request.user_id))
    contact = model.Contact(
        user_id=request.user_id,
        alias=request.alias,
        added_at=now if kept is None else kept.added_at,
    )
    if contact != kept:
        book.put(contact)
        _tell(world, who, ContactChanged(contact=contact))
    return chat.PutContactReply(contact=contact).SerializeToString()


def remove_contact(
    world: World, who: UserId, request: chat.RemoveContactRequest, now: int
) -> bytes:
    """Forget somebody who may be in the book."""
    book = world.account(who).book
    kept = book.get(UserId(request.user_id))
    if kept is not None:
        book.remove(UserId(request.user_id))
        _tell(world, who, ContactChanged(contact=kept, removed=True))
    return b""


def list_contacts(
    world: World, who: UserId, request: chat.ListContactsRequest
) -> bytes:
    """What changed since; see `AddressBook.since`."""
    reply = world.account(who).book.since(request.version, world.page_bytes)
    return reply.SerializeToString()


def _tell(world: World, who: UserId, change: ContactChanged) -> None:
    change.version = world.account(who).book.version
    world.tell((who,), [Event(contact=change).SerializeToString()])
