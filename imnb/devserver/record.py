"""One change in a server's data file."""

import dataclasses
import struct

from imnb.errors import StoreCorrupt
from imnb.models.ids import UserId

_HEAD = struct.Struct(">qH")


@dataclasses.dataclass(frozen=True, slots=True)
class Record:
    """Enough to make the change again.

    Attributes:
        kind: the method's name, or one of `imnb.devserver.realm`'s own.
        now: when, in microseconds since 1970, UTC.
        body: the request, serialised.
    """

    kind: str
    now: int
    who: UserId
    body: bytes = dataclasses.field(repr=False)

    def payload(self) -> bytes:
        """Everything but the kind."""
        who = self.who.encode()
        return _HEAD.pack(self.now, len(who)) + who + self.body

    @classmethod
    def parse(cls, kind: str, payload: bytes) -> "Record":
        """What `payload` gave.

        Raises:
            StoreCorrupt: something else wrote it.
        """
        try:
            now, size = _HEAD.unpack_from(payload)
            end = _HEAD.size + size
            if end > len(payload):
                raise StoreCorrupt(f"a {kind} record that ends in its header")
            who = payload[_HEAD.size : end].decode()
        except (struct.error, UnicodeDecodeError):
            raise StoreCorrupt(f"a {kind} record with an unreadable header") from None
        return cls(kind, now, UserId(who), payload[end:])
