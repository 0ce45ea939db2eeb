"""A file that is not whole yet, beside the place where it will be."""

import contextlib
import fcntl
import hashlib
import os
import pathlib

from imnb.engine.disk import PIECE, disk_error
from imnb.errors import DiskError, FileError

MAX_NAME_BYTES = 200
"""Of the target's name in the part's; with its ending it fits file systems."""


class PartFile:
    """Grows by `write`, takes the target's place at `finish`.

    It blocks: give its methods to a `imnb.engine.disk.DiskThread`.

    Args:
        target: replaced, should it exist, when everything has come.
        key: tells parts of different contents from each other.

    Attributes:
        size: bytes that are here.
    """

    def __init__(self, target: pathlib.Path, key: str) -> None:
        self.target = target
        name = target.name.encode()[:MAX_NAME_BYTES].decode(errors="ignore")
        self.path = target.with_name(f"{name}.{key}.part")
        self.size = 0
        self._hash = hashlib.sha256()
        self._descriptor: int | None = None

    def __repr__(self) -> str:
        return f"<PartFile {self.path.name}: {self.size} bytes>"

    @property
    def sha256(self) -> str:
        """Of what is here, in hex."""
        return self._hash.hexdigest()

    def open(self) -> None:
        """Go on with what came earlier, if anything did.

        Raises:
            FileError: it is open already.
            DiskError: it cannot be written here.
        """
        if self.target.is_dir():
            raise DiskError(f"{self.target} is a folder: give the path of a file")
        if self.target.exists() and not self.target.is_file():
            # A device or a pipe: whoever may would put a plain file in its place.
            raise DiskError(f"{self.target} is no plain file: give the path of one")
        try:
            self._descriptor = self._open()
            while piece := os.read(self._descriptor, PIECE):
                self._hash.update(piece)
                self.size += len(piece)
        except OSError as error:
            raise disk_error(self.path, error) from None

    def write(self, piece: bytes) -> None:
        """Add what came.

        Raises:
            DiskError: e.g. the disk is full; what came before is kept.
        """
        try:
            rest = memoryview(piece)
            while rest:
                written = os.pwrite(self._opened, rest, self.size)
                self._hash.update(rest[:written])
                self.size += written
                rest = rest[written:]
        except OSError as error:
            raise disk_error(self.path, error) from None

    def restart(self) -> None:
        """What is here is of no use."""
        self._hash = hashlib.sha256()
        self.size = 0
        try:
            os.ftruncate(self._opened, 0)
        except OSError as error:
            raise disk_error(self.path, error) from None

    def finish(self) -> None:
        """Be the target, in one step.

        Raises:
            DiskError: it cannot be put there; the part is kept.
        """
        try:
            os.fsync(self._opened)
            self.path.replace(self.target)
        except OSError as error:
            raise disk_error(self.target, error) from None
        self.close()

    def remove(self) -> None:
        """Leave nothing; but not of one that another download has open."""
        if self._descriptor is None:
            return
        with contextlib.suppress(OSError):
            self.path.unlink()
        self.close()

    def close(self) -> None:
        """Leave what came for the next time; safe to call twice."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is None:
            return
        with contextlib.suppress(OSError):
            if not self.size and self._is_still(descriptor):
                self.path.unlink()
        os.close(descriptor)

    @property
    def _opened(self) -> int:
        assert self._descriptor is not None
        return self._descriptor

    def _open(self) -> int:
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        while True:
            descriptor = os.open(self.path, flags, 0o666)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(descriptor)
                raise FileError(
                    f"{self.target} is being downloaded already: wait for that"
                ) from None
            except OSError:  # a file system without locks
                return descriptor
            if self._is_still(descriptor):
                return descriptor
            # another download finished between our open and our lock
            os.close(descriptor)

    def _is_still(self, descriptor: int) -> bool:
        try:
            return os.path.samestat(self.path.stat(), os.fstat(descriptor))
        except FileNotFoundError:
            return False
