"""A message as the chat shows it: plain values, made of its row and what is beside.

Every word of it is shown as text.
"""

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

from imnb.models import kinds
from imnb.models.content import EVERYBODY, NOTHING, Content
from imnb.models.ids import UserId
from imnb.viewmodels.looks import TAKEN_BACK, one_line
from imnb.viewmodels.members import Members
from imnb.viewmodels.presentation import (
    Presentation,
    PresentationRegistry,
    Row,
    hue,
    initials,
)
from imnb.wire.mapping import content as content_mapping

MAX_REACTIONS = 12
"""Different emojis of one message that are shown; how many more is said."""
MAX_MENTIONS = 50
"""Names that are marked in one text."""
_EDITED = kinds.WITH_CONTENT - {kinds.NOTICE, kinds.PART}
"""Of other kinds the text is what a plugin makes of them."""
_REVOKED = Presentation(f"This message was {TAKEN_BACK}.", "note")


@dataclasses.dataclass(frozen=True, slots=True)
class Quote:
    """The message that another one answers; without a sender it is not here.

    Attributes:
        rev: moves when what is shown is another.
    """

    seq: int
    rev: object = ""
    sender_id: str = ""
    name: str = ""
    line: str = "An earlier message"

    @classmethod
    def of(cls, row: Row) -> "Quote":
        """A message as a chat or `imnb.live.beside.quoted` has it."""
        line = one_line(row["kind"], row["text"], bool(row["revoked_at"]))
        return cls(row["seq"], row["rev"], row["sender_id"], row["sender_name"], line)

    def shown(self) -> dict[str, Any]:
        """For a view."""
        return {
            "seq": self.seq,
            "name": self.name,
            "text": self.line,
            "hue": hue(self.sender_id),
        }


def details_of(row: Row) -> Content:
    """What a message carries beside its text, as far as it can be read."""
    if row["revoked_at"]:
        return NOTHING
    return content_mapping.details(row["kind"], row["content"] or b"") or NOTHING


class MessageRows:
    """Makes what is shown of messages of one conversation."""

    def __init__(self, me: UserId, presentations: PresentationRegistry) -> None:
        self._me = me
        self._presentations = presentations

    def make(self, row: Row, members: Members, quote: Quote | None) -> dict[str, Any]:
        """One message; `quote` if it answers another one."""
        is_mine = row["sender_id"] == self._me
        details = details_of(row)
        reactions, more = self._reactions(row, members)
        look = _REVOKED if row["revoked_at"] else self._presentations.present(row)
        return {
            "seq": row["seq"] or 0,
            "mine": is_mine,
            "sender": row["sender_id"],
            "name": row["sender_name"],
            "initials": initials(row["sender_name"]),
            "hue": hue(row["sender_id"]),
            "text": look.text,
            "style": look.style,
            "card": None if look.card is None else dict(look.card),
            "at": row["sent_at"],
            "edited": bool(row["edited_at"]) and not row["revoked_at"],
            "forwarded": _name(details.forwarded_from, members),
            "quote": None if quote is None else quote.shown(),
            "mentions": list(_mentioned(details.mentions, members)),
            "to_me": not is_mine and details.mentions_user(self._me),
            "reactions": reactions,
            "more_reactions": more,
            "actions": self._actions(row, look, members),
            "error": row["error"],
            **_state(row, is_mine, members),
        }

    def _reactions(
        self, row: Row, members: Members
    ) -> tuple[list[dict[str, Any]], int]:
        people: dict[str, list[str]] = {}
        for emoji, user_id in sorted(row["reactions"] or ()):
            people.setdefault(emoji, []).append(user_id)
        by_count = sorted(people.items(), key=lambda one: -len(one[1]))
        shown = [
            {
                "emoji": emoji,
                "count": len(users),
                "mine": self._me in users,
                "who": members.names(users),
            }
            for emoji, users in by_count[:MAX_REACTIONS]
        ]
        return shown, len(people) - len(shown)

    def _actions(self, row: Row, look: Presentation, members: Members) -> list[str]:
        """What can be done with it; the server has the last word."""
        if row["state"] == "failed":
            return ["copy", "retry", "discard"]
        copy = ["copy"] if row["text"] else []
        if not row["seq"] or row["revoked_at"] or look.style == "notice":
            return copy
        is_mine = row["sender_id"] == self._me
        actions = ["react", "reply", *copy, "forward"]
        if is_mine and row["kind"] in _EDITED:
            actions.append("edit")
        if is_mine or members.is_owner:
            actions.append("revoke")
        return actions


def _state(row: Row, is_mine: bool, members: Members) -> Mapping[str, str]:
    if not is_mine or not row["seq"] or row["revoked_at"]:
        return {"state": row["state"], "receipt": ""}
    receipt = members.receipt(row["seq"])
    return {"state": receipt.state, "receipt": receipt.label}


def _name(user_id: str, members: Members) -> str:
    return members.name(user_id) if user_id else ""


def _mentioned(user_ids: tuple[UserId, ...], members: Members) -> Iterable[str]:
    """How they may be called in a text."""
    for user_id in user_ids[:MAX_MENTIONS]:
        if user_id == EVERYBODY:
            yield from ("everybody", "all")
        else:
            yield from dict.fromkeys((members.name(user_id), str(user_id)))
