"""Who is in the open conversation, and what has reached whom."""

import bisect
import dataclasses
from typing import Any

from imnb.live.snapshot import Snapshot
from imnb.models.conversation import Role
from imnb.models.ids import UserId

MAX_NAMED = 3
"""People who are named in one line; beyond, they are counted."""


@dataclasses.dataclass(frozen=True, slots=True)
class Receipt:
    """How far a message of mine has come.

    Attributes:
        received, read: how many of the others.
        others: how many there are.
    """

    received: int
    read: int
    others: int

    @property
    def state(self) -> str:
        """``read`` or ``delivered`` when it is so with all others; else ``sent``."""
        if not self.others:
            return "sent"
        if self.read == self.others:
            return "read"
        return "delivered" if self.received == self.others else "sent"

    @property
    def label(self) -> str:
        """In words."""
        if self.others < 2 or not self.received:
            return self.state
        if self.state == "read":
            return "read by all"
        return f"delivered to {self.received} of {self.others}, read by {self.read}"


class Members:
    """The members as they were told last; immutable."""

    def __init__(self, me: UserId, snapshot: Snapshot | None = None) -> None:
        rows: list[dict[str, Any]] = []
        if snapshot is not None:
            columns = snapshot.columns
            rows = [dict(zip(columns, row, strict=True)) for row in snapshot.rows]
        self._me = me
        self._names = {row["user_id"]: row["name"] for row in rows}
        self.is_owner = any(
            row["user_id"] == me and row["role"] == Role.OWNER for row in rows
        )
        others = [row for row in rows if row["user_id"] != me]
        self._read = sorted(row["read_seq"] for row in others)
        self._received = sorted(
            max(row["read_seq"], row["delivered_seq"]) for row in others
        )

    def __repr__(self) -> str:
        return f"<Members: {len(self._names)}>"

    def name(self, user_id: str) -> str:
        """As it is shown."""
        return str(self._names.get(user_id) or user_id)

    def names(self, user_ids: list[str]) -> str:
        """Some people in one line."""
        named = [
            "You" if one == self._me else self.name(one) for one in user_ids[:MAX_NAMED]
        ]
        more = len(user_ids) - len(named)
        if more:
            return f"{', '.join(named)} and {more} more"
        return " and ".join(filter(None, [", ".join(named[:-1]), *named[-1:]]))

    def receipt(self, seq: int) -> Receipt:
        """Of a message of mine."""
        others = len(self._read)
        return Receipt(
            others - bisect.bisect_left(self._received, seq),
            others - bisect.bisect_left(self._read, seq),
            others,
        )

    def typing(self, user_ids: tuple[str, ...]) -> str:
        """Who is writing, in words; empty for nobody."""
        if not user_ids:
            return ""
        if len(user_ids) > MAX_NAMED:
            return f"{len(user_ids)} people are typing…"
        verb = "is" if len(user_ids) == 1 else "are"
        return f"{self.names(list(user_ids))} {verb} typing…"
