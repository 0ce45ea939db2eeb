"""Files that users uploaded: one folder, a content and a description for each.

What blocks is for a `imnb.engine.disk.DiskThread`: all but `find`, `path`,
`begin` and `end`.
"""

import contextlib
import dataclasses
import json
import os
import pathlib
import re
import secrets
import shutil
import tempfile

from imnb.devserver.answers import Problem
from imnb.engine.disk import disk_error
from imnb.engine.part_file import PartFile
from imnb.models.file import FileRef
from imnb.models.ids import FileId, UserId

QUOTA = 4 << 30
"""Bytes of all files of one account."""
MAX_FILES = 100_000
MAX_NAME_CHARACTERS = 255
ID_BYTES = 24
PART = "upload"
DESCRIPTION = ".json"
OURS = re.compile(r"([A-Za-z0-9_-]{32})(?:\.json|\.part|\.upload\.part)?")
"""What else is in the folder is left alone."""


class FileStore:
    """All files of a server.

    Args:
        folder: where they stay; a temporary one if not given.
        limit: bytes of one file.
    """

    def __init__(
        self, folder: pathlib.Path | None, *, limit: int, quota: int = QUOTA
    ) -> None:
        self._folder = folder
        self._is_temporary = folder is None
        self._limit = limit
        self._quota = quota
        self._files: dict[FileId, FileRef] = {}
        self._used: dict[UserId, int] = {}

    def __repr__(self) -> str:
        return f"<FileStore of {len(self._files)} files>"

    def make_folder(self) -> None:
        """When it is first needed.

        Raises:
            OSError: it cannot be made.
        """
        if self._folder is None:
            self._folder = pathlib.Path(tempfile.mkdtemp(prefix="imnb-files-"))
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def path(self, file: FileRef) -> pathlib.Path:
        """Where its content is, or will be."""
        assert self._folder is not None
        return self._folder / file.file_id

    def load(self) -> None:
        """Find what is there, and remove what was not finished."""
        if self._folder is None or not self._folder.is_dir():
            return
        for path in self._folder.glob(f"*{DESCRIPTION}"):
            with contextlib.suppress(OSError, ValueError, TypeError, KeyError):
                fields = json.loads(path.read_bytes())
                owner = UserId(fields.pop("owner"))
                file = FileRef(**fields)
                if (self._folder / file.file_id).stat().st_size == file.size:
                    self._add(file, owner)
        for path in self._folder.iterdir():
            match = OURS.fullmatch(path.name)
            if match and match[1] not in self._files:
                path.unlink(missing_ok=True)

    def remove_temporary(self) -> None:
        """The server has ended."""
        if self._is_temporary and self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def find(self, file_id: str) -> FileRef:
        """One file.

        Raises:
            Problem: there is none.
        """
        file = self._files.get(FileId(file_id))
        if file is None:
            raise Problem(404, "unknown_file", "there is no such file on this server")
        return file

    def begin(self, owner: UserId, name: str, size: int) -> "Reception":
        """Make room for a file of ``size`` bytes; `end` it whatever happens.

        Raises:
            Problem: it is too large, or there are too many.
        """
        left = self._quota - self._used.get(owner, 0)
        if size > self._limit:
            text = f"{size:,} bytes are too many: {self._limit:,} are the limit"
            raise Problem(413, "file_too_large", text)
        if size > left or len(self._files) >= MAX_FILES:
            text = f"your files may have {left:,} bytes more, not {size:,}"
            raise Problem(507, "quota_exceeded", text)
        self._used[owner] = self._used.get(owner, 0) + size
        file_id = FileId(secrets.token_urlsafe(ID_BYTES))
        return Reception(self, owner, FileRef(file_id, _name(name), size, ""))

    def end(self, reception: "Reception") -> None:
        """Keep the file when it is whole; else nothing of it counts."""
        self._used[reception.owner] -= reception.file.size
        if reception.file.sha256:
            self._add(reception.file, reception.owner)

    def _add(self, file: FileRef, owner: UserId) -> None:
        self._files[file.file_id] = file
        self._used[owner] = self._used.get(owner, 0) + file.size


class Reception:
    """A file that is being uploaded."""

    def __init__(self, store: FileStore, owner: UserId, file: FileRef) -> None:
        self.owner = owner
        self.file = file
        self._store = store
        self._part: PartFile | None = None

    @property
    def size(self) -> int:
        """Bytes that have come."""
        return 0 if self._part is None else self._part.size

    def write(self, piece: bytes) -> None:
        """Add what came.

        Raises:
            DiskError: the server's disk refuses it.
        """
        self._opened().write(piece)

    def finish(self) -> FileRef:
        """Everything has come, and survives the server.

        Raises:
            DiskError: the server's disk refuses it.
        """
        part = self._opened()
        file = dataclasses.replace(self.file, sha256=part.sha256)
        part.finish()
        fields = {**dataclasses.asdict(file), "owner": self.owner}
        path = part.target.with_name(file.file_id + DESCRIPTION)
        temporary = path.with_suffix(".part")
        try:
            with temporary.open("wb") as stream:
                stream.write(json.dumps(fields).encode())
                stream.flush()
                os.fsync(stream.fileno())
            temporary.replace(path)
        except OSError as error:
            part.target.unlink(missing_ok=True)
            raise disk_error(path, error) from None
        self.file = file
        return file

    def close(self) -> None:
        """Leave nothing, unless it was finished."""
        if self._part is not None and not self.file.sha256:
            self._part.remove()

    def _opened(self) -> PartFile:
        if self._part is None:
            try:
                self._store.make_folder()
            except OSError as error:
                raise disk_error(pathlib.Path("files"), error) from None
            self._part = PartFile(self._store.path(self.file), PART)
            self._part.open()
        return self._part


def _name(name: str) -> str:
    """What is left of a name without control characters."""
    return "".join(c for c in name if c.isprintable())[:MAX_NAME_CHARACTERS] or "file"
