"""What users say of themselves."""

from imnb.devserver.account import fault_of_profile
from imnb.devserver.refusal import Refusal
from imnb.devserver.world import World
from imnb.models.ids import UserId
from imnb.pb import chat_pb2 as chat
from imnb.pb import envelope_pb2 as envelope
from imnb.pb.sync_pb2 import Event


def check_profile(
    world: World, who: UserId, request: chat.UpdateProfileRequest
) -> None:
    """Return if it can be one.

    Raises:
        Refusal: no name, or something is too long.
    """
    if fault := fault_of_profile(request.name, request.about, request.avatar):
        raise Refusal(envelope.BAD_REQUEST, fault)


def update_profile(
    world: World, who: UserId, request: chat.UpdateProfileRequest, now: int
) -> bytes:
    """Change it, and tell everybody who sees the user somewhere."""
    check_profile(world, who, request)
    account = world.account(who)
    profile = request.name, request.about, request.avatar
    is_renamed = request.name != account.name
    if profile != (account.name, account.about, account.avatar):
        account.name, account.about, account.avatar = profile
        _tell(world, who, is_renamed)
    (user,) = world.users([who])
    return chat.UpdateProfileReply(user=user).SerializeToString()


def _tell(world: World, who: UserId, is_renamed: bool) -> None:
    rooms = [world.rooms[room_id] for room_id in world.account(who).rooms]
    seen_by = {who: None} | {member: None for room in rooms for member in room.members}
    (user,) = world.users([who])
    world.tell(seen_by, [Event(user=user).SerializeToString()])
    for room in rooms if is_renamed else ():
        world.tell_state(room)  # it has its members' names
