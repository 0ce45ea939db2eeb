"""From a reply's envelope to its message, or to the error that it carries."""

from google.protobuf.message import DecodeError, Message

from imnb.errors import CallRefused, EnvelopeError
from imnb.pb.envelope_pb2 import OK, Envelope, Status
from imnb.wire.commands import Method


def read_reply(method: Method, envelope: Envelope) -> Message:
    """The typed message of a reply.

    Raises:
        CallRefused: the server's status is not OK.
        EnvelopeError: it answers another command, or does not parse.
    """
    if envelope.status != OK:
        raise refusal(method, envelope)
    if envelope.command != method.command:
        raise EnvelopeError(
            f"{method.name} (command {method.command}) was answered with "
            f"command {envelope.command}"
        )
    try:
        return method.response.FromString(envelope.body)
    except DecodeError:
        raise EnvelopeError(
            f"the {len(envelope.body)} bytes that answer {method.name} are no "
            f"{method.response.__name__}: do both sides use the same .proto files?"
        ) from None


def refusal(method: Method, envelope: Envelope) -> CallRefused:
    """What a reply says whose status is not OK."""
    return CallRefused(method.name, status_name(envelope.status), envelope.error)


def status_name(status: int) -> str:
    """``"NOT_FOUND"``; a number that this side does not know keeps its digits."""
    known = Status.DESCRIPTOR.values_by_number.get(status)
    return known.name if known is not None else f"STATUS_{status}"
