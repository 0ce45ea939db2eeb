"""Conversations, as I see them."""

from collections.abc import Mapping, Sequence

from imnb.models.conversation import Conversation, ConversationKind, Member
from imnb.models.ids import ConversationId
from imnb.store.connection import Reader
from imnb.store.heads import Head
from imnb.store.tables import member, mention, message, outbox, stale, wanted
from imnb.store.transaction import Transaction

LEFT = "you are not in this conversation any more"

_TABLES = (
    "conversation",
    "member",
    "message",
    "hole",
    "reaction",
    "mention",
    "part",
    "waiting_change",
    "wanted",
    "stale",
    "unprocessed",
)
"""All that has rows of a conversation, but for the outbox."""


def upsert(
    tx: Transaction, conversations: Sequence[Conversation], *, whole: bool = False
) -> None:
    """Store conversations as they are now, with their members.

    Of one that is here in a later version only what never goes back is taken.

    Args:
        tx: the transaction.
        conversations: of one given twice, the last counts.
        whole: they come with everything that happened before, as an event does. An
            answer that was asked for does not: it may be of a time before I left.

    Of groups that are too large to list, only I am given; their members are wanted.
    """
    latest = {
        item.conversation_id: item
        for item in conversations
        if whole or item.conversation_id not in tx.heads.gone
    }
    current = [item for item in latest.values() if _is_current(tx, item)]
    unlisted = [item for item in current if _is_unlisted(tx, item, whole)]
    heads = [_renew(tx, item, whole) for item in latest.values()]
    _place_members(tx, current, unlisted)
    unshown = [one for one in heads if one.top and one.last_at is None]
    message.show_stored(tx, [head.conversation_id for head in unshown])
    recount(tx, heads)


def restart(tx: Transaction, conversations: Sequence[Conversation]) -> None:
    """Store conversations as of a reset; what changed meanwhile becomes stale."""
    floors = {}
    for item in conversations:
        head = tx.heads.get(item.conversation_id)
        if head is not None and head.top and item.change_seq > head.change_seq:
            floors[int(item.conversation_id)] = head.change_seq
        tx.heads.come_back(item.conversation_id)
    stale.mark(tx, floors)
    upsert(tx, conversations)
    for item in conversations:
        head = tx.heads.change(item.conversation_id)
        head.change_seq = max(head.change_seq, item.change_seq)


def remove(tx: Transaction, conversation_ids: Sequence[int]) -> None:
    """Delete conversations with all that is in them.

    The feed names the conversations, not each of their messages. Drafts stay in
    the outbox: the server's answer decides about them.
    """
    if not conversation_ids:
        return
    ids = list(dict.fromkeys(conversation_ids))
    for table in _TABLES:
        tx.execute(
            f"DELETE FROM {table} "
            "WHERE conversation_id IN (SELECT unnest(?::BIGINT[]))",
            [ids],
        )
    tx.heads.remove(ids)
    tx.waiting.forget(ids)
    tx.bury("conversation", ids, tx.next_rev())


def leave(tx: Transaction, conversation_ids: Sequence[int]) -> None:
    """I am no member any more: drafts fail, and say so."""
    remove(tx, conversation_ids)
    outbox.fail_in(tx, conversation_ids, LEFT)


def place_members(
    tx: Transaction, conversation_id: int, members: Sequence[Member], version: int
) -> None:
    """All members of a large group, which were asked for, unless it is newer here."""
    head = tx.heads.get(conversation_id)
    if head is not None and head.known and version >= head.version:
        member.replace(tx, {conversation_id: members})


def is_partial(item: Conversation) -> bool:
    """A group with nobody but me, perhaps because it is too large to list."""
    return item.is_group and len(item.members) <= 1


def read_cursor(tx: Transaction, conversation_id: int, user_id: str, seq: int) -> None:
    """Somebody has read up to a message."""
    read_cursors(tx, [(conversation_id, user_id, seq)])


def read_cursors(tx: Transaction, cursors: Sequence[tuple[int, str, int]]) -> None:
    """Many of (conversation, user, seq) at once; a cursor never moves back."""
    member.read(tx, cursors)
    moved = {}
    for conversation_id, user_id, seq in cursors:
        head = tx.heads.get(conversation_id)
        if user_id == tx.me and head is not None and seq > head.read_seq:
            head = moved[conversation_id] = tx.heads.change(conversation_id)
            head.read_seq = seq
    recount(tx, list(moved.values()))


def load(reader: Reader) -> list[Conversation]:
    """All conversations with their members, in order of creation."""
    members = member.load(reader)
    return [
        Conversation(
            conversation_id=ConversationId(row[0]),
            kind=ConversationKind(row[1]),
            title=row[2],
            members=tuple(members.get(row[0], ())),
            created_at=row[3],
            first_seq=row[4],
            last_seq=row[5],
            change_seq=row[6],
            version=row[7],
        )
        for row in reader.fetch(
            "SELECT conversation_id, kind, title, created_at, first_seq, last_seq, "
            "change_seq, version FROM conversation ORDER BY created_at, conversation_id"
        )
    ]


def recount(tx: Transaction, heads: Sequence[Head]) -> None:
    """Count unread anew; only what is stored above the floor needs a query."""
    floors = {
        head.conversation_id: head.floor for head in heads if head.top > head.floor
    }
    not_unread = _not_unread(tx, floors) if floors else {}
    mentions = mention.count(tx, floors) if floors else {}
    for head in heads:
        key = head.conversation_id
        head.recount(not_unread.get(key, 0), mentions.get(key, 0))


def _is_current(tx: Transaction, item: Conversation) -> bool:
    head = tx.heads.get(item.conversation_id)
    return head is None or not head.known or item.version >= head.version


def _renew(tx: Transaction, item: Conversation, whole: bool) -> Head:
    is_current = _is_current(tx, item)
    head = tx.heads.change(item.conversation_id)
    if whole:
        tx.heads.come_back(item.conversation_id)
        head.change_seq = max(head.change_seq, item.change_seq)
    if is_current:
        head.known = True
        head.kind = int(item.kind)
        head.title = item.title
        head.created_at = item.created_at
        head.first_seq = item.first_seq
        head.version = item.version
    head.last_seq = max(head.last_seq, item.last_seq, head.top)
    for one in item.members:
        if one.user_id == tx.me:
            head.read_seq = max(head.read_seq, one.read_seq)
    tx.heads.renew(item.conversation_id)
    return head


def _is_unlisted(tx: Transaction, item: Conversation, whole: bool) -> bool:
    """Its members did not fit. An event says so only to those who come in."""
    if not is_partial(item):
        return False
    head = tx.heads.get(item.conversation_id)
    is_here = head is not None and head.known and head.version < item.version
    return not (whole and is_here)


def _place_members(
    tx: Transaction, items: Sequence[Conversation], unlisted: Sequence[Conversation]
) -> None:
    """Those that are given; of large groups whose members did not fit, only mine."""
    partial = {int(item.conversation_id): item.version for item in unlisted}
    wanted.add(tx, partial)
    others = member.load(tx, list(partial)) if partial else {}
    member.replace(
        tx,
        {
            int(item.conversation_id): [
                *others.get(item.conversation_id, ()),
                *item.members,  # mine is the newer one
            ]
            for item in items
        },
    )


def _not_unread(tx: Transaction, floors: Mapping[int, int]) -> dict[int, int]:
    """Stored messages above a seq that are mine or revoked, by conversation."""
    rows = tx.fetch(
        "SELECT m.conversation_id, count(*) FROM message m JOIN ("
        "SELECT unnest($1::BIGINT[]) AS a, unnest($2::BIGINT[]) AS b) v "
        "ON m.conversation_id = v.a AND m.seq > v.b "
        "WHERE m.sender_id = $3 OR m.revoked_at IS NOT NULL GROUP BY 1",
        [list(floors), list(floors.values()), tx.me],
    )
    return {row[0]: row[1] for row in rows}
