"""Conversations and their members."""

from collections.abc import Sequence

from imnb.models.conversation import Conversation, ConversationKind, Member
from imnb.models.ids import ConversationId, UserId
from imnb.store.connection import Reader
from imnb.store.heads import Head
from imnb.store.transaction import Transaction


def upsert(tx: Transaction, conversations: Sequence[Conversation]) -> None:
    """Store conversations as they are now, with all their members."""
    latest = {item.conversation_id: item for item in conversations}
    heads = [_renew(tx, item) for item in latest.values()]
    _replace_members(tx, list(latest.values()))
    _show_stored(tx, [head for head in heads if head.top and head.last_at is None])
    _recount(tx, heads)


def remove(tx: Transaction, conversation_ids: Sequence[int]) -> None:
    """Delete conversations with members and messages.

    The feed names the conversations, not each of their messages. Drafts stay in
    the outbox: the server's answer decides about them.
    """
    if not conversation_ids:
        return
    ids = list(dict.fromkeys(conversation_ids))
    for table in ("conversation", "member", "message", "hole"):
        tx.execute(
            f"DELETE FROM {table} "
            "WHERE conversation_id IN (SELECT unnest(?::BIGINT[]))",
            [ids],
        )
    tx.heads.remove(ids)
    tx.bury("conversation", ids, tx.next_rev())


def read_cursor(tx: Transaction, conversation_id: int, user_id: str, seq: int) -> None:
    """Somebody has read up to a message."""
    read_cursors(tx, [(conversation_id, user_id, seq)])


def read_cursors(tx: Transaction, cursors: Sequence[tuple[int, str, int]]) -> None:
    """Many of (conversation, user, seq) at once; a cursor never moves back."""
    furthest: dict[tuple[int, str], int] = {}
    for conversation_id, user_id, seq in cursors:
        key = (conversation_id, user_id)
        furthest[key] = max(seq, furthest.get(key, 0))
    if not furthest:
        return
    rev = tx.next_rev()
    tx.execute(
        "UPDATE member SET read_seq = v.c, rev = $1 FROM ("
        "SELECT unnest($2::BIGINT[]) AS a, unnest($3::VARCHAR[]) AS b, "
        "unnest($4::BIGINT[]) AS c) v "
        "WHERE conversation_id = v.a AND user_id = v.b AND read_seq < v.c",
        [
            rev,
            [key[0] for key in furthest],
            [key[1] for key in furthest],
            list(furthest.values()),
        ],
    )
    tx.touched("member", list(furthest), rev)
    _move_mine(tx, furthest)


def load(reader: Reader) -> list[Conversation]:
    """All conversations with their members, in order of creation."""
    members: dict[int, list[Member]] = {}
    for conversation_id, user_id, name, read_seq in reader.fetch(
        "SELECT conversation_id, user_id, name, read_seq FROM member ORDER BY user_id"
    ):
        member = Member(UserId(user_id), name, read_seq)
        members.setdefault(conversation_id, []).append(member)
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
        )
        for row in reader.fetch(
            "SELECT conversation_id, kind, title, created_at, first_seq, last_seq, "
            "change_seq FROM conversation ORDER BY created_at, conversation_id"
        )
    ]


def _renew(tx: Transaction, item: Conversation) -> Head:
    head = tx.heads.change(item.conversation_id)
    head.known = True
    head.kind = int(item.kind)
    head.title = item.title
    head.created_at = item.created_at
    head.first_seq = item.first_seq
    head.last_seq = max(head.last_seq, item.last_seq, head.top)
    head.change_seq = max(head.change_seq, item.change_seq)
    for member in item.members:
        if member.user_id == tx.me:
            head.read_seq = max(head.read_seq, member.read_seq)
    tx.heads.renew(item.conversation_id)
    return head


def _replace_members(tx: Transaction, items: Sequence[Conversation]) -> None:
    if not items:
        return
    tx.execute(
        "DELETE FROM member WHERE conversation_id IN (SELECT unnest(?::BIGINT[]))",
        [[item.conversation_id for item in items]],
    )
    rev = tx.next_rev()
    rows = [
        (item.conversation_id, member.user_id, member.name, member.read_seq, rev)
        for item in items
        for member in item.members
    ]
    tx.append("member", rows)
    tx.touched("member", [row[:2] for row in rows], rev)


def _show_stored(tx: Transaction, heads: Sequence[Head]) -> None:
    """Messages came before their conversation: show the newest of them."""
    if not heads:
        return
    by_id = {head.conversation_id: head for head in heads}
    for conversation_id, seq, text, sender, sent_at in tx.fetch(
        'SELECT m.conversation_id, m.seq, m."text", m.sender_id, m.sent_at '
        "FROM message m JOIN (SELECT unnest(?::BIGINT[]) AS a, "
        "unnest(?::BIGINT[]) AS b) v ON m.conversation_id = v.a AND m.seq = v.b",
        [list(by_id), [head.top for head in heads]],
    ):
        by_id[conversation_id].show(seq, text, sender, sent_at)


def _move_mine(tx: Transaction, cursors: dict[tuple[int, str], int]) -> None:
    moved = []
    for (conversation_id, user_id), seq in cursors.items():
        head = tx.heads.get(conversation_id)
        if user_id == tx.me and head is not None and seq > head.read_seq:
            head = tx.heads.change(conversation_id)
            head.read_seq = seq
            moved.append(head)
    _recount(tx, moved)


def _recount(tx: Transaction, heads: Sequence[Head]) -> None:
    """Count unread anew; only what is stored above the floor needs a query."""
    counts: dict[int, int] = {}
    asked = [head for head in heads if head.top > head.floor]
    if asked:
        rows = tx.fetch(
            "SELECT m.conversation_id, count(*) FROM message m JOIN ("
            "SELECT unnest($1::BIGINT[]) AS a, unnest($2::BIGINT[]) AS b) v "
            "ON m.conversation_id = v.a AND m.seq > v.b "
            "WHERE m.sender_id = $3 OR m.revoked_at IS NOT NULL GROUP BY 1",
            [
                [head.conversation_id for head in asked],
                [head.floor for head in asked],
                tx.me,
            ],
        )
        counts = {row[0]: row[1] for row in rows}
    for head in heads:
        head.recount(counts.get(head.conversation_id, 0))
