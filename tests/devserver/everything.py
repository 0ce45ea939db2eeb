"""One of every change that a user can make, as requests of the protocol."""

from imnb.devserver.actions import CHANGES

SCRIPT = (
    ("alice", "OpenDirect", {"user_id": "bob"}),
    ("alice", "CreateGroup", {"client_id": "g", "title": "A", "user_ids": ["bob"]}),
    ("alice", "Send", {"conversation_id": 2, "messages": ["a", "b", "c"]}),
    ("bob", "Send", {"conversation_id": 2, "messages": ["d"]}),
    ("bob", "MarkRead", {"conversation_id": 2, "seq": 4}),
    ("alice", "AddMembers", {"conversation_id": 2, "user_ids": ["carol", "dave"]}),
    ("alice", "Edit", {"conversation_id": 2, "seq": 1, "text": "better"}),
    ("alice", "Revoke", {"conversation_id": 2, "seq": 4}),
    ("bob", "React", {"conversation_id": 2, "seq": 2, "emoji": "+1"}),
    ("carol", "React", {"conversation_id": 2, "seq": 5, "emoji": "🎉"}),
    ("bob", "React", {"conversation_id": 2, "seq": 2, "emoji": "+1", "remove": True}),
    ("carol", "RenameGroup", {"conversation_id": 2, "title": "B"}),
    ("alice", "RemoveMembers", {"conversation_id": 2, "user_ids": ["dave"]}),
    ("alice", "RemoveMembers", {"conversation_id": 2, "user_ids": ["alice"]}),
    (
        "bob",
        "SetPreferences",
        {"preferences": {"conversation_id": 2, "pinned_at": 3, "draft": "Hm"}},
    ),
    ("bob", "PutContact", {"user_id": "carol", "alias": "C"}),
    ("bob", "PutContact", {"user_id": "dave"}),
    ("bob", "RemoveContact", {"user_id": "dave"}),
    ("bob", "UpdateProfile", {"name": "Robert", "about": "At sea", "avatar": "f"}),
)
USERS = ("alice", "bob", "carol", "dave")
assert {method for _, method, _ in SCRIPT} == set(CHANGES)


async def do_everything(clients, shift=0):
    """The replies, in order.

    Args:
        clients: raw ones by user.
        shift: conversations that there are already.
    """
    replies = []
    for user, method, given in SCRIPT:
        client, fields = clients[user], dict(given)
        if "conversation_id" in fields:
            fields["conversation_id"] += shift
        if "preferences" in fields:
            number = fields["preferences"]["conversation_id"] + shift
            fields["preferences"] = {**fields["preferences"], "conversation_id": number}
        if method == "Send":
            fields["messages"] = client.sent(*fields["messages"])
        replies.append(await client.call(method, **fields))
    return replies


async def seen_by(client, epoch):
    """All that the server tells one user, however they ask."""
    pages = await client.stream("Reset", messages=200)
    pulled = await client.call("Pull", epoch=epoch, after=0)
    book = await client.call("ListContacts")
    known = [head.conversation.conversation_id for page in pages for head in page.heads]
    rooms = [
        [
            await client.call("GetConversations", conversation_ids=[number]),
            await client.call("ListMembers", conversation_id=number),
            await client.call("Changed", conversation_id=number),
            await client.call("History", conversation_id=number, from_seq=1, to_seq=99),
        ]
        for number in known
    ]
    return pages, pulled, book, rooms
