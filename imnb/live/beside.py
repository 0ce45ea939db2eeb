"""What stands beside the messages of a chat: its members, and what is quoted."""

from collections.abc import Collection

from imnb.live.rule import Branch, Rule, named_in, read_anew
from imnb.models.ids import ConversationId

MEMBER_COLUMNS = ("user_id", "name", "role", "read_seq", "delivered_seq", "rev")
_NAMES = (
    'LEFT JOIN "user" u ON u.user_id = t.{0} LEFT JOIN contact k ON k.user_id = t.{0}'
)
_REV = "concat_ws('.', t.rev, coalesce(u.rev, 0), coalesce(k.rev, 0))"


def members(conversation_id: ConversationId) -> Rule:
    """Who is in a conversation, by user id, and how far each has come."""
    branch = Branch(
        table="member",
        key=("conversation_id", "user_id"),
        columns=(
            "t.user_id",
            "coalesce(nullif(k.alias, ''), nullif(u.name, ''), nullif(t.name, ''), "
            "t.user_id)",
            "t.role",
            "t.read_seq",
            "t.delivered_seq",
            _REV,
        ),
        where="t.conversation_id = ?",
        where_params=(conversation_id,),
        order=("t.user_id",),
        joins=_NAMES.format("user_id"),
        partition=(conversation_id,),
    )
    also = (
        named_in("user", 0),
        named_in("contact", 0),
        read_anew("conversation", conversation_id, gone=True),
    )
    name = f"members {conversation_id}"
    return Rule(name, MEMBER_COLUMNS, (branch,), also, from_lowest=True)


QUOTED_COLUMNS = (
    "seq",
    "sender_id",
    "sender_name",
    "kind",
    "text",
    "content",
    "revoked_at",
    "rev",
)
_SENDER = 1


def quoted(conversation_id: ConversationId, seqs: Collection[int]) -> Rule:
    """Messages that others answer, as far as they are here."""
    marks = ", ".join("?" * len(seqs)) or "NULL"
    branch = Branch(
        table="message",
        key=("conversation_id", "seq"),
        columns=(
            "t.seq",
            "t.sender_id",
            "coalesce(nullif(k.alias, ''), nullif(u.name, ''), t.sender_id)",
            "t.kind",
            't."text"',
            "t.content",
            "t.revoked_at",
            _REV,
        ),
        where=f"t.conversation_id = ? AND t.seq IN ({marks})",
        where_params=(conversation_id, *sorted(seqs)),
        order=("seq",),
        joins=_NAMES.format("sender_id"),
        partition=(conversation_id,),
    )
    also = (
        named_in("user", _SENDER),
        named_in("contact", _SENDER),
        read_anew("conversation", conversation_id, gone=True),
    )
    return Rule(f"quoted in {conversation_id}", QUOTED_COLUMNS, (branch,), also)
