"""A file that the server keeps."""

import dataclasses

from imnb.models.ids import FileId


@dataclasses.dataclass(frozen=True, slots=True)
class FileRef:
    """What to download, or to tell others of.

    Every account of the server that knows the id may have the file.

    Attributes:
        name: as the sender calls it; not to be used as a path.
        sha256: of the content, in hex.
    """

    file_id: FileId
    name: str
    size: int
    sha256: str

    @property
    def etag(self) -> str:
        """How HTTP names this content."""
        return f'"{self.sha256}"'
