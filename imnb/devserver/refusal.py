"""Why a request is not carried out, as the server says it to the client."""

from imnb.errors import ImnbError
from imnb.pb.envelope_pb2 import Status


class Refusal(ImnbError):
    """Becomes the status and error text of a reply.

    Attributes:
        status: the number that goes into the envelope.
    """

    def __init__(self, status: Status, message: str) -> None:
        super().__init__(message)
        self.status = status
