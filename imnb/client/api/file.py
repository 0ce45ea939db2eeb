"""Files that go to the server and come from it."""

import os
import pathlib
import urllib.parse
from typing import TYPE_CHECKING

from imnb.client.gateway import parse, refusal
from imnb.engine.download import Download, Wanted
from imnb.engine.progress import OnProgress, Teller
from imnb.engine.requests import HttpRequest
from imnb.engine.upload import Content, Uploadable
from imnb.engine.upload import upload as send
from imnb.errors import EnvelopeError, FileDamaged, GatewayAnswerError
from imnb.models.file import FileRef
from imnb.pb.gateway_pb2 import UploadReply
from imnb.wire.mapping import file as file_mapping

if TYPE_CHECKING:
    from imnb.client.client import Client

FILES = "/v1/files"
UNNAMED = "file"


async def upload(
    client: "Client", what: Uploadable, name: str | None, progress: OnProgress | None
) -> FileRef:
    """See `Client.upload`."""
    if name is None:
        name = UNNAMED if isinstance(what, Content) else pathlib.Path(what).name
    gateway = client.gateway
    query = urllib.parse.urlencode({"name": name})
    url = f"{gateway.url(FILES)}?{query}"
    sent = await send(
        gateway.channel,
        HttpRequest("POST", url, authorized=True),
        what,
        limit=client.environment.limits.max_file,
        teller=Teller(progress, client.engine.scope.report),
    )
    try:
        file = file_mapping.from_pb(parse(sent.reply, UploadReply()).file)
    except EnvelopeError as error:
        raise GatewayAnswerError(f"{sent.reply.address}: {error}") from None
    if (file.size, file.sha256) != (sent.size, sent.sha256):
        raise FileDamaged(
            f"{sent.reply.address}: the server got another content than the one "
            f"that was sent ({file.size:,} instead of {sent.size:,} bytes): try again"
        )
    return file


async def download(
    client: "Client",
    file: FileRef,
    path: str | os.PathLike[str],
    progress: OnProgress | None,
) -> pathlib.Path:
    """See `Client.download`."""
    gateway = client.gateway
    target = pathlib.Path(path)
    url = gateway.url(f"{FILES}/{urllib.parse.quote(file.file_id, safe='')}")
    request = HttpRequest("GET", url, authorized=True)
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
