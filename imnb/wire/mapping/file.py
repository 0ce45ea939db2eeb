"""File: protobuf and model."""

import re

from imnb.errors import EnvelopeError
from imnb.models.file import FileRef
from imnb.models.ids import FileId
from imnb.pb import gateway_pb2
from imnb.wire.mapping.checks import not_negative

FILE_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""Goes into URLs as it is."""
SHA256 = re.compile(r"[0-9a-f]{64}")


def from_pb(file: gateway_pb2.File) -> FileRef:
    """The model of a received reference.

    Raises:
        EnvelopeError: a value that cannot be.
    """
    if not FILE_ID.fullmatch(file.file_id):
        raise EnvelopeError(f"file_id {file.file_id[:64]!r} cannot be one")
    if not SHA256.fullmatch(file.sha256):
        raise EnvelopeError(f"sha256 {file.sha256[:64]!r} is no checksum in hex")
    size = not_negative(file.size, "size")
    return FileRef(FileId(file.file_id), file.name, size, file.sha256)


def to_pb(file: FileRef) -> gateway_pb2.File:
    """What is sent of a file."""
    return gateway_pb2.File(
        file_id=file.file_id, name=file.name, size=file.size, sha256=file.sha256
    )
