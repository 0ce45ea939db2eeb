"""Giving the gateway a file, and believing its answer only if the content is right."""

import urllib.parse

from imnb.client.gateway import Gateway, parse
from imnb.engine.progress import Teller
from imnb.engine.requests import HttpRequest
from imnb.engine.upload import Uploadable
from imnb.engine.upload import upload as send
from imnb.errors import EnvelopeError, FileDamaged, GatewayAnswerError
from imnb.models.file import FileRef
from imnb.pb.gateway_pb2 import UploadReply
from imnb.wire.mapping import file as file_mapping

FILES = "/v1/files"


async def upload(
    gateway: Gateway, what: Uploadable, name: str, *, limit: int, teller: Teller
) -> FileRef:
    """Upload a file, or bytes.

    Raises:
        FileTooLarge: for ``limit``, the server or its quota.
        FileDamaged: the server got something else.
        DiskError: it cannot be read.
        GatewayUnreachable: the connection broke off, or stood still.
        GatewayAnswerError: that is no gateway.
    """
    # A name in this file system may hold bytes that are no text.
    query = urllib.parse.urlencode({"name": name}, errors="replace")
    url = f"{gateway.url(FILES)}?{query}"
    request = HttpRequest("POST", url, authorized=True)
    sent = await send(gateway.channel, request, what, limit=limit, teller=teller)
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
