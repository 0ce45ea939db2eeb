"""Looking into a world, and short ways to change it."""

import contextlib

import pytest

from imnb.devserver import changes, groups, profiles
from imnb.devserver.refusal import Refusal
from imnb.pb import chat_pb2 as chat
from imnb.pb.sync_pb2 import EventPush

NOW = 1_000


def events(world, user):
    feed = world.accounts[user].feed
    return list(EventPush.FromString(feed.page(feed.oldest - 1, 10_000)[0]).events)


def kinds(world, user):
    return [e.WhichOneof("change") for e in events(world, user)]


@contextlib.contextmanager
def refused(status):
    with pytest.raises(Refusal) as caught:
        yield
    assert caught.value.status == status


def rename(world, user, name, about="", avatar=""):
    request = chat.UpdateProfileRequest(name=name, about=about, avatar=avatar)
    profiles.update_profile(world, user, request, NOW)


def edit(world, user, seq, text, now=NOW, room=1):
    request = chat.EditRequest(conversation_id=room, seq=seq, text=text)
    return chat.EditReply.FromString(changes.edit(world, user, request, now)).edited_at


def revoke(world, user, seq, now=NOW, room=1):
    request = chat.RevokeRequest(conversation_id=room, seq=seq)
    reply = changes.revoke(world, user, request, now)
    return chat.RevokeReply.FromString(reply).revoked_at


def react(world, user, seq, emoji="+1", remove=False, room=1):
    request = chat.ReactRequest(
        conversation_id=room, seq=seq, emoji=emoji, remove=remove
    )
    changes.react(world, user, request, NOW)


def add(world, user, *others, room=1):
    request = chat.AddMembersRequest(conversation_id=room, user_ids=others)
    reply = groups.add_members(world, user, request, NOW)
    return chat.AddMembersReply.FromString(reply).conversation


def remove(world, user, *others, room=1):
    request = chat.RemoveMembersRequest(conversation_id=room, user_ids=others)
    groups.remove_members(world, user, request, NOW)


def retitle(world, user, title, room=1):
    request = chat.RenameGroupRequest(conversation_id=room, title=title)
    reply = groups.rename_group(world, user, request, NOW)
    return chat.RenameGroupReply.FromString(reply).conversation
