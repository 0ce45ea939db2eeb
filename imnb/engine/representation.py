"""What the headers of an answer say about the file that it is, or a range of."""

import base64
import binascii
import dataclasses
import re
from typing import Self

from imnb.engine.http_reply import Incoming
from imnb.errors import GatewayAnswerError

RANGE = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18})")
DIGEST = re.compile(r"(?:^|,)\s*sha-256=:([A-Za-z0-9+/=]+):")
STRONG_ETAG = re.compile(r'"[\x21\x23-\x7e]{1,256}"')


@dataclasses.dataclass(frozen=True, slots=True)
class Representation:
    """A file as the server has it.

    Attributes:
        size: of the whole; None while it is unknown.
        etag: a strong one, or empty.
        sha256: of the whole, in hex, or empty.
        start: of the range that comes; -1 when what is said of it does not fit.
    """

    size: int | None = None
    etag: str = ""
    sha256: str = ""
    start: int = 0

    @classmethod
    def of(cls, incoming: Incoming) -> Self:
        """What an answer says.

        Raises:
            GatewayAnswerError: it is encoded, although that was not asked for.
        """
        encoding = incoming.header("Content-Encoding")
        if encoding not in {"", "identity"}:
            raise GatewayAnswerError(
                f"{incoming.request.address} sends {encoding[:20]!r} although no "
                "encoding was asked for"
            )
        etag = incoming.header("ETag")
        start, size = 0, incoming.answer.content_length
        if incoming.status == 206:
            start, size = _range(incoming)
        return cls(
            size,
            etag if STRONG_ETAG.fullmatch(etag) else "",
            _digest(incoming.header("Repr-Digest")),
            start,
        )

    def agrees(self, other: "Representation") -> bool:
        """Nothing that both know differs."""
        return (
            (None in {self.size, other.size} or self.size == other.size)
            and ("" in {self.etag, other.etag} or self.etag == other.etag)
            and ("" in {self.sha256, other.sha256} or self.sha256 == other.sha256)
        )

    def completed_by(self, other: "Representation") -> "Representation":
        """With what only the other knows."""
        return dataclasses.replace(
            self,
            size=other.size if self.size is None else self.size,
            etag=self.etag or other.etag,
            sha256=self.sha256 or other.sha256,
        )


def _range(incoming: Incoming) -> tuple[int, int | None]:
    """Where it starts and how large the whole is; it must go to the end."""
    match = RANGE.fullmatch(incoming.header("Content-Range"))
    if match is None:
        return -1, None
    start, last, size = map(int, match.groups())
    length = incoming.answer.content_length
    fits = start <= last == size - 1 and length in {None, size - start}
    return (start if fits else -1), size


def _digest(header: str) -> str:
    """RFC 9530: of the whole file, whatever range of it comes."""
    match = DIGEST.search(header)
    try:
        return base64.b64decode(match[1], validate=True).hex() if match else ""
    except binascii.Error:
        return ""
