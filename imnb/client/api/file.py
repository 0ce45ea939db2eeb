"""Files that go to the server and come from it."""

import os
import pathlib
import urllib.parse
from typing import TYPE_CHECKING

from imnb.client.gateway import refusal
from imnb.client.uploading import FILES
from imnb.client.uploading import upload as upload_to
from imnb.engine.download import Download, Wanted
from imnb.engine.progress import OnProgress, Teller
from imnb.engine.requests import HttpRequest
from imnb.engine.upload import Content, Uploadable
from imnb.errors import ConfigError
from imnb.models.content import FileCard
from imnb.models.file import FileRef
from imnb.models.message import Message

if TYPE_CHECKING:
    from imnb.client.client import Client

UNNAMED = "file"
Downloadable = FileRef | FileCard | Message
"""A file of the server, or a message that brings one."""


async def upload(
    client: "Client", what: Uploadable, name: str | None, progress: OnProgress | None
) -> FileRef:
    """See `Client.upload`."""
    if name is None:
        name = UNNAMED if isinstance(what, Content) else pathlib.Path(what).name
    _require_listener(progress)
    return await upload_to(
        client.gateway,
        what,
        name,
        limit=client.environment.limits.max_file,
        teller=Teller(progress, client.engine.scope.report),
    )


async def download(
    client: "Client",
    what: Downloadable,
    path: str | os.PathLike[str],
    progress: OnProgress | None,
) -> pathlib.Path:
    """See `Client.download`."""
    _require_listener(progress)
    file = _file_of(what)
    gateway = client.gateway
    target = pathlib.Path(path)
    if not target.name:
        raise ConfigError(f"path {os.fspath(path)!r}: give the path of a file")
    url = gateway.url(f"{FILES}/{urllib.parse.quote(file.file_id, safe='')}")
    # Who knows the id may have the file, and calls are kept.
    request = HttpRequest("GET", url, authorized=True, route=f"{FILES}/{{file_id}}")
    await Download(
        gateway.channel,
        Wanted(request, file.size, file.sha256, file.etag),
        target,
        limit=client.environment.limits.max_file,
        teller=Teller(progress, client.engine.scope.report),
        refuse=refusal,
        backoff=client.environment.backoff,
    ).run()
    return target


def _require_listener(progress: OnProgress | None) -> None:
    if progress is not None and not callable(progress):
        raise ConfigError(f"progress {progress!r} cannot be called: give a function")


def _file_of(what: Downloadable) -> FileRef:
    card = what.card if isinstance(what, Message) else what
    if isinstance(card, FileCard) and card.is_uploaded:
        return card.ref
    if isinstance(card, FileRef):
        return card
    raise ConfigError(
        f"{what!r} is no file: give what upload() returned, or a message with a file"
    )
