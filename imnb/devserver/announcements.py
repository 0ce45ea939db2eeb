"""What the server tells users in a conversation that only it writes in."""

from imnb.devserver.delivery import fault_of_body
from imnb.devserver.refusal import Refusal
from imnb.devserver.room import Room
from imnb.devserver.world import World
from imnb.models.conversation import ConversationKind
from imnb.models.ids import UserId
from imnb.pb import envelope_pb2 as envelope
from imnb.pb.content_pb2 import Notice

SENDER = UserId("system")
TITLE = "Announcements"


def announce(world: World, user_id: str, text: str, now: int) -> None:
    """Tell a user, or everybody who has an account if the id is empty.

    Raises:
        Refusal: no such account, or no text that a message may have.
    """
    if fault := fault_of_body(text, b""):
        raise Refusal(envelope.BAD_REQUEST, fault)
    told = [world.account(UserId(user_id)).user_id] if user_id else world.accounts
    for user in list(told):
        notice = Notice(code="announcement", actor=SENDER)
        world.say(_room(world, user, now), SENDER, notice, text, now)


def _room(world: World, user: UserId, now: int) -> Room:
    account = world.account(user)
    if account.announcements is None:
        room = world.make(ConversationKind.SYSTEM, TITLE, (user,), now)
        account.announcements = room.conversation_id
    return world.rooms[account.announcements]
