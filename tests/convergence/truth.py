"""What a store has to hold: by the server, and by itself. Whole tables, as rows."""

from imnb.devserver.preferences import preferences_of
from imnb.models import kinds
from imnb.models.ids import ConversationId, UserId
from imnb.pb.content_pb2 import Content
from imnb.pb.sync_pb2 import Event

HERE = {
    "cursor": "SELECT epoch, event_seq, contacts_version FROM cursor",
    "message": 'SELECT conversation_id, seq, client_id, sender_id, kind, "text", '
    "content, sent_at, coalesce(edited_at, 0), coalesce(revoked_at, 0), change_seq "
    "FROM message ORDER BY ALL",
    "reaction": "SELECT conversation_id, seq, user_id, emoji FROM reaction "
    "ORDER BY ALL",
    "mention": "SELECT conversation_id, seq, user_id FROM mention ORDER BY ALL",
    "conversation": "SELECT conversation_id, kind, title, created_at, first_seq, "
    "last_seq, version, read_seq, unread, mentions, pinned_at, muted_until, draft, "
    "draft_reply_to, draft_at FROM conversation ORDER BY ALL",
    "member": "SELECT conversation_id, user_id, name, role, read_seq FROM member "
    "ORDER BY ALL",
    "contact": "SELECT user_id, alias, added_at FROM contact ORDER BY ALL",
    "hole": "SELECT * FROM hole",
    "stale": "SELECT * FROM stale",
    "wanted": "SELECT * FROM wanted",
    "waiting_change": "SELECT conversation_id, seq, change_seq FROM waiting_change",
    "unprocessed": "SELECT * FROM unprocessed",
    "sending": "SELECT client_id FROM outbox WHERE state <> 'failed'",
}
"""Table: what of it must be as on the server."""

FLOOR = "greatest(c.read_seq, c.first_seq - 1)"
UNREAD = (
    f"c.last_seq - least(c.last_seq, {FLOOR}) - (SELECT count(*) FROM message m WHERE "
    f"m.conversation_id = c.conversation_id AND m.seq > {FLOOR} AND (m.sender_id = "
    "(SELECT value FROM meta WHERE key = 'me') OR m.revoked_at IS NOT NULL))"
)
MENTIONS = (
    "(SELECT count(DISTINCT n.seq) FROM mention n JOIN message m "
    "USING (conversation_id, seq) WHERE conversation_id = c.conversation_id "
    f"AND seq > {FLOOR} "
    "AND n.user_id IN ('*', (SELECT value FROM meta WHERE key = 'me')) "
    "AND m.sender_id <> (SELECT value FROM meta WHERE key = 'me'))"
)
SHOWN = (
    "(SELECT {0} FROM message m WHERE m.conversation_id = c.conversation_id "
    "AND m.kind <> 'part' ORDER BY m.seq DESC LIMIT 1)"
)
PRESETS = {
    "unread": UNREAD,
    "mentions": MENTIONS,
    "last_seq": "greatest(c.last_seq, coalesce((SELECT max(m.seq) FROM message m "
    "WHERE m.conversation_id = c.conversation_id), 0))",
    "shown_seq": f"coalesce({SHOWN.format('m.seq')}, 0)",
    "last_text": SHOWN.format('m."text"'),
    "last_sender": SHOWN.format("m.sender_id"),
    "last_at": SHOWN.format("m.sent_at"),
    "last_kind": f"coalesce({SHOWN.format('m.kind')}, '')",
    "last_is_revoked": f"coalesce({SHOWN.format('m.revoked_at IS NOT NULL')}, false)",
}
"""Column of a conversation: what the rows say it is."""


def presets_sql():
    wrong = " UNION ALL ".join(
        f"SELECT c.conversation_id, '{name}', CAST(c.{name} AS VARCHAR), "
        f"CAST({value} AS VARCHAR) FROM conversation c "
        f"WHERE c.{name} IS DISTINCT FROM {value}"
        for name, value in PRESETS.items()
    )
    return f"{wrong} ORDER BY ALL"


async def wrong_presets(database):
    """(conversation, column, is, should be) where a store contradicts itself."""
    return await database.fetch(presets_sql())


async def held(database):
    """What a store holds, by table."""
    [(me,)] = await database.fetch("SELECT value FROM meta WHERE key = 'me'")
    tables = {name: await database.fetch(sql) for name, sql in HERE.items()}
    return read_on(tables, me)


def read_on(tables, me):
    """Read cursors moved over messages of the reader's own.

    Whoever writes has read what they wrote, of which there is no event.
    """
    sender = {row[:2]: row[3] for row in tables["message"]}

    def move(room, user, seq):
        while sender.get((room, seq + 1)) == user:
            seq += 1
        return seq

    members = [(*row[:4], move(row[0], row[1], row[4])) for row in tables["member"]]
    conversations = [
        (*row[:7], move(row[0], me, row[7]), *row[8:]) for row in tables["conversation"]
    ]
    return tables | {"member": members, "conversation": conversations}


def expected(world, who):
    """What the store of a user holds who knows all."""
    account = world.account(UserId(who))
    rooms = [world.rooms[number] for number in sorted(account.rooms)]
    messages = [one for room in rooms for one in visible(room, who).values()]
    tables = {
        "cursor": [(world.epoch, account.feed.head, account.book.version)],
        "message": [_message(one) for one in messages],
        "reaction": [
            (one.conversation_id, one.seq, reaction.user_id, reaction.emoji)
            for one in messages
            for reaction in one.reactions
        ],
        "mention": [
            (one.conversation_id, one.seq, user)
            for one in messages
            for user in mentioned(one)
        ],
        "conversation": [_conversation(world, room, who) for room in rooms],
        "member": [
            _member(world, room, user) for room in rooms for user in room.members
        ],
        "contact": [(one.user_id, one.alias, one.added_at) for one in account.book],
    }
    nothing = dict.fromkeys(HERE, ())
    tables = {name: sorted(rows) for name, rows in (nothing | tables).items()}
    return read_on(tables, who)


def visible(room, who):
    """The messages that a member sees, by seq; parts that are all there as a whole."""
    seqs = range(room.first_for(who), room.last_seq + 1)
    return put_together({seq: room.message(seq) for seq in seqs})


def put_together(messages):
    """By seq: the last of all parts of a text is the whole."""
    wholes = {}
    for one in messages.values():
        if one.kind == kinds.PART and not one.revoked_at:
            part = Content.FromString(one.content).part
            pieces = wholes.setdefault((one.sender_id, part.whole_id), {})
            pieces.setdefault(part.index, (one, part))
    for pieces in wholes.values():
        last, part = pieces[max(pieces)]
        if sorted(pieces) == list(range(part.count)):
            whole = type(last)()
            whole.CopyFrom(last)
            whole.kind, whole.content = part.kind, part.content
            whole.text = "".join(pieces[place][0].text for place in range(part.count))
            messages[last.seq] = whole
    return messages


def differences(is_held, should_be):
    """Lines that say what is missing, what is too much, and where."""
    lines = []
    for name, rows in should_be.items():
        here, there = list(map(tuple, is_held[name])), list(map(tuple, rows))
        lines += [f"{name}: missing {row}" for row in there if row not in here]
        lines += [
            f"{name}: wrong or too much {row}" for row in here if row not in there
        ]
        if not lines and here != there:
            lines.append(f"{name}: the same rows, in another order or number")
    return lines


def mentioned(message):
    if not message.content or message.kind not in kinds.WITH_CONTENT:
        return ()
    return set(Content.FromString(message.content).mentions)


def events_until(world, who, last):
    """Those of a user's feed that are kept, up to one."""
    feed = world.account(UserId(who)).feed
    return [Event.FromString(one) for one in feed.between(feed.oldest - 1, last)]


def _message(one):
    return (
        one.conversation_id,
        one.seq,
        one.client_id,
        one.sender_id,
        one.kind,
        one.text,
        one.content,
        one.sent_at,
        one.edited_at,
        one.revoked_at,
        one.change_seq,
    )


def _conversation(world, room, who):
    membership = room.members[UserId(who)]
    floor = max(membership.read_seq, room.first_for(who) - 1)
    unread = [
        message
        for seq, message in visible(room, who).items()
        if seq > floor and message.sender_id != who and not message.revoked_at
    ]
    own = preferences_of(world, UserId(who), ConversationId(room.conversation_id))
    return (
        room.conversation_id,
        int(room.kind),
        room.title,
        room.created_at,
        room.first_for(who),
        room.last_seq,
        room.version,
        membership.read_seq,
        len(unread),
        sum(bool(mentioned(one) & {who, "*"}) for one in unread if one.content),
        own.pinned_at,
        own.muted_until,
        own.draft,
        own.draft_reply_to,
        own.draft_at,
    )


def _member(world, room, user):
    role = int(user == room.owner)
    name = world.accounts[user].name
    return (room.conversation_id, user, name, role, room.members[user].read_seq)
