"""What each request of a logged-in user does to the world, by method name.

Changes are kept apart from queries: a data file holds the changes, and doing
them again in order gives the same world.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from imnb.devserver import (
    changes,
    contacts,
    groups,
    members,
    preferences,
    profiles,
    splice,
)
from imnb.devserver.refusal import Refusal
from imnb.devserver.room import Room
from imnb.devserver.snapshot import reset_pages
from imnb.devserver.world import World
from imnb.models.ids import ClientId, UserId
from imnb.pb import chat_pb2 as chat
from imnb.pb import envelope_pb2 as envelope
from imnb.pb import sync_pb2 as sync

MAX_SENT_AT_ONCE = 1_000
MAX_PULLED = 500
MAX_HISTORY = 500

Change = Callable[[World, UserId, Any, int], bytes]
"""Called with the time in microseconds; gives the serialised reply."""
Check = Callable[[World, UserId, Any], object]
"""Raises what the change would be refused with in this world."""
Query = Callable[[World, UserId, Any], bytes]
Stream = Callable[[World, UserId, Any], Iterator[bytes]]
"""Fixes its answer when called; the serialised replies may be taken later."""


def _check_send(world: World, who: UserId, request: chat.SendRequest) -> Room:
    if len(request.messages) > MAX_SENT_AT_ONCE:
        text = f"{len(request.messages)} messages, {MAX_SENT_AT_ONCE} is the limit"
        raise Refusal(envelope.BAD_REQUEST, text)
    return world.room_to_write(who, request.conversation_id)


def _send(world: World, who: UserId, request: chat.SendRequest, now: int) -> bytes:
    _check_send(world, who, request)
    results = world.send(who, request.conversation_id, request.messages, now)
    return chat.SendReply(results=results).SerializeToString()


def _check_read(world: World, who: UserId, request: chat.MarkReadRequest) -> None:
    world.check_read(who, request.conversation_id, request.seq)


def _mark_read(
    world: World, who: UserId, request: chat.MarkReadRequest, now: int
) -> bytes:
    world.mark_read(who, request.conversation_id, request.seq)
    return b""


def _check_direct(world: World, who: UserId, request: chat.OpenDirectRequest) -> None:
    world.account(UserId(request.user_id))


def _open_direct(
    world: World, who: UserId, request: chat.OpenDirectRequest, now: int
) -> bytes:
    room = world.open_direct(who, UserId(request.user_id), now)
    reply = chat.OpenDirectReply(conversation=world.describe(room, who))
    return reply.SerializeToString()


def _check_group(world: World, who: UserId, request: chat.CreateGroupRequest) -> None:
    others = [UserId(user_id) for user_id in request.user_ids]
    client_id = ClientId(request.client_id)
    groups.check_group(world, who, client_id, request.title, others)


def _create_group(
    world: World, who: UserId, request: chat.CreateGroupRequest, now: int
) -> bytes:
    others = [UserId(user_id) for user_id in request.user_ids]
    room = groups.create_group(
        world, who, ClientId(request.client_id), request.title, others, now
    )
    reply = chat.CreateGroupReply(conversation=world.describe(room, who))
    return reply.SerializeToString()


def _list_users(world: World, who: UserId, request: chat.ListUsersRequest) -> bytes:
    users = world.users(request.user_ids)
    return chat.ListUsersReply(users=users).SerializeToString()


def _pull(world: World, who: UserId, request: sync.PullRequest) -> bytes:
    feed = world.account(who).feed
    reply = sync.PullReply(head=feed.head)
    if request.epoch != world.epoch or not feed.continues(request.after):
        reply.reset = True
        return reply.SerializeToString()
    wanted = request.limit if 0 < request.limit < MAX_PULLED else MAX_PULLED
    events, _ = feed.page(request.after, wanted, world.page_bytes)
    return events + reply.SerializeToString()


def _history(world: World, who: UserId, request: sync.HistoryRequest) -> bytes:
    room = world.room(who, request.conversation_id)
    low = max(request.from_seq, room.first_for(who))
    found = room.newest(low, request.to_seq, MAX_HISTORY, world.page_bytes)
    return b"".join(map(splice.as_history, found))


def _reset(world: World, who: UserId, request: sync.ResetRequest) -> Iterator[bytes]:
    return reset_pages(world, who, request.messages, request.conversations)


CHANGES: Mapping[str, Change] = {
    "Send": _send,
    "MarkRead": _mark_read,
    "OpenDirect": _open_direct,
    "CreateGroup": _create_group,
    "UpdateProfile": profiles.update_profile,
    "Edit": changes.edit,
    "Revoke": changes.revoke,
    "React": changes.react,
    "SetPreferences": preferences.set_preferences,
    "RenameGroup": groups.rename_group,
    "AddMembers": groups.add_members,
    "RemoveMembers": groups.remove_members,
    "PutContact": contacts.put_contact,
    "RemoveContact": contacts.remove_contact,
}
CHECKS: Mapping[str, Check] = {
    "Send": _check_send,
    "MarkRead": _check_read,
    "OpenDirect": _check_direct,
    "CreateGroup": _check_group,
    "UpdateProfile": profiles.check_profile,
    "Edit": changes.check_edit,
    "Revoke": changes.check_revoke,
    "React": changes.check_react,
    "SetPreferences": preferences.check_preferences,
    "RenameGroup": groups.check_rename,
    "AddMembers": groups.check_add,
    "RemoveMembers": groups.check_remove,
    "PutContact": contacts.check_put,
}
"""Of those changes of which it can be told before they are made."""
QUERIES: Mapping[str, Query] = {
    "ListUsers": _list_users,
    "Pull": _pull,
    "History": _history,
    "Changed": changes.changed,
    "GetConversations": members.get_conversations,
    "ListMembers": members.list_members,
    "ListContacts": contacts.list_contacts,
}
STREAMS: Mapping[str, Stream] = {"Reset": _reset}
