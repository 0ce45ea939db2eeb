"""The answer to an HTTP request, read with a limit."""

import dataclasses
import json
from typing import Any

import aiohttp

from imnb.engine.requests import HttpRequest
from imnb.errors import GatewayAnswerError


@dataclasses.dataclass(frozen=True, slots=True)
class HttpReply:
    """Status and body; neither was judged."""

    address: str
    status: int
    body: bytes = dataclasses.field(repr=False)

    def json(self) -> Any:
        """The body as JSON.

        Raises:
            GatewayAnswerError: it is none.
        """
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):  # no JSON, or nested to no end
            raise GatewayAnswerError(
                f"{self.address} answered {self.status} with {len(self.body)} bytes "
                "that are not JSON: is this the gateway's address?"
            ) from None


async def read_body(answer: aiohttp.ClientResponse, request: HttpRequest) -> bytes:
    """The whole body, at most `HttpRequest.max_answer` bytes.

    Raises:
        GatewayAnswerError: it is larger; the rest is not read.
    """
    chunks: list[bytes] = []
    size = 0
    async for chunk in answer.content.iter_any():
        size += len(chunk)
        if size > request.max_answer:
            raise GatewayAnswerError(
                f"{request.address} answered with more than {request.max_answer} "
                "bytes: is this the gateway's address?"
            )
        chunks.append(chunk)
    return b"".join(chunks)
