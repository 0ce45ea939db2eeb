"""A file of this disk that goes, or went, with a message of mine."""

import dataclasses
import enum

from imnb.models.ids import NO_FILE, ClientId, FileId


class AttachmentState(enum.StrEnum):
    """How far the upload is."""

    WAITING = "waiting"
    """To be uploaded, or being so; after a restart it begins anew."""
    DONE = "done"
    FAILED = "failed"


@dataclasses.dataclass(frozen=True, slots=True)
class Attachment:
    """Where the file is, and how much of it the server has.

    Attributes:
        client_id: of the message.
        file_id: the server's; empty until all of it is there.
        path: absolute.
        modified_ns: time of the file's last change, in nanoseconds since 1970: one
            that was changed since is not what was meant to be sent.
        done: bytes that were sent.
    """

    client_id: ClientId
    path: str
    name: str
    size: int
    modified_ns: int
    file_id: FileId = NO_FILE
    done: int = 0
    state: AttachmentState = AttachmentState.WAITING
    error: str = ""

    @property
    def fraction(self) -> float:
        """From 0 to 1."""
        if self.state is AttachmentState.DONE or not self.size:
            return 1.0
        return min(self.done / self.size, 1.0)
