"""Who takes part in which conversation, and what has reached them."""

from collections.abc import Mapping, Sequence

from imnb.models.conversation import Member, Role
from imnb.models.ids import UserId
from imnb.store.connection import Reader
from imnb.store.transaction import Transaction

COLUMNS = "conversation_id, user_id, name, read_seq, delivered_seq, role"
Cursors = Sequence[tuple[int, str, int]]
"""(conversation, user, seq)."""


def replace(tx: Transaction, members: Mapping[int, Sequence[Member]]) -> None:
    """All members of some conversations, by its id; no cursor moves back."""
    if not members:
        return
    before = {
        (key, one.user_id): one
        for key, found in load(tx, list(members)).items()
        for one in found
    }
    tx.execute(
        "DELETE FROM member WHERE conversation_id IN (SELECT unnest(?::BIGINT[]))",
        [list(members)],
    )
    rev = tx.next_rev()
    rows = [
        _row(key, one, before.get((key, one.user_id), one), rev)
        for key, found in members.items()
        for one in {one.user_id: one for one in found}.values()
    ]
    tx.append("member", rows)
    tx.touched("member", [row[:2] for row in rows], rev)
    now = {(row[0], row[1]) for row in rows}
    gone = [key for key in before if key not in now]
    if gone:
        tx.bury("member", gone, tx.next_rev())


def read(tx: Transaction, cursors: Cursors) -> None:
    """Members have read up to a message, so it has reached them too."""
    _move(tx, "read_seq", cursors)
    _move(tx, "delivered_seq", cursors)


def delivered(tx: Transaction, cursors: Cursors) -> None:
    """Messages have reached members' devices; a cursor never moves back."""
    _move(tx, "delivered_seq", cursors)


def load(
    reader: Reader, conversation_ids: Sequence[int] | None = None
) -> dict[int, list[Member]]:
    """By conversation, sorted by user; without ids, of all."""
    where = (
        ""
        if conversation_ids is None
        else (" WHERE conversation_id IN (SELECT unnest(?::BIGINT[]))")
    )
    members: dict[int, list[Member]] = {}
    for row in reader.fetch(
        f"SELECT {COLUMNS} FROM member{where} ORDER BY user_id",
        [] if conversation_ids is None else [list(conversation_ids)],
    ):
        member = Member(UserId(row[1]), row[2], row[3], row[4], Role(row[5]))
        members.setdefault(row[0], []).append(member)
    return members


def _row(
    conversation_id: int, now: Member, before: Member, rev: int
) -> tuple[int, str, str, int, int, int, int]:
    return (
        conversation_id,
        now.user_id,
        now.name,
        max(now.read_seq, before.read_seq),
        max(now.delivered_seq, before.delivered_seq),
        int(now.role),
        rev,
    )


def _move(tx: Transaction, column: str, cursors: Cursors) -> None:
    furthest: dict[tuple[int, str], int] = {}
    for conversation_id, user_id, seq in cursors:
        key = (conversation_id, user_id)
        furthest[key] = max(seq, furthest.get(key, 0))
    if not furthest:
        return
    rev = tx.next_rev()
    tx.execute(
        f"UPDATE member SET {column} = v.c, rev = $1 FROM ("
        "SELECT unnest($2::BIGINT[]) AS a, unnest($3::VARCHAR[]) AS b, "
        "unnest($4::BIGINT[]) AS c) v "
        f"WHERE conversation_id = v.a AND user_id = v.b AND {column} < v.c",
        [
            rev,
            [key[0] for key in furthest],
            [key[1] for key in furthest],
            list(furthest.values()),
        ],
    )
    tx.touched("member", list(furthest), rev)
