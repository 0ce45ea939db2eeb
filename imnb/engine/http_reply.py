"""The answer to an HTTP request, read with a limit."""

import dataclasses
import json
from typing import Any

import aiohttp

from imnb.engine.call import Call
from imnb.engine.patience import Patience
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


@dataclasses.dataclass(frozen=True, slots=True)
class Incoming:
    """An answer whose head is here and whose body is still to be read."""

    answer: aiohttp.ClientResponse = dataclasses.field(repr=False)
    call: Call[HttpRequest]
    patience: Patience

    @property
    def request(self) -> HttpRequest:
        """What is answered."""
        return self.call.request

    @property
    def status(self) -> int:
        """As HTTP numbers it."""
        return self.answer.status

    def header(self, name: str) -> str:
        """A header's value, empty when there is none."""
        return self.answer.headers.get(name, "")

    async def piece(self) -> bytes:
        """What has come of the body; nothing at its end."""
        piece = await self.answer.content.readany()
        self.patience.moved(len(piece))
        self.call.replied(len(piece))
        return piece

    async def reply(self) -> HttpReply:
        """The whole body, at most `HttpRequest.max_answer` bytes.

        Raises:
            GatewayAnswerError: it is larger; the rest is not read.
        """
        pieces: list[bytes] = []
        size = 0
        while piece := await self.piece():
            size += len(piece)
            if size > self.request.max_answer:
                raise GatewayAnswerError(
                    f"{self.request.address} answered with more than "
                    f"{self.request.max_answer} bytes: is this the gateway's address?"
                )
            pieces.append(piece)
        return HttpReply(self.request.address, self.status, b"".join(pieces))
