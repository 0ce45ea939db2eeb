import random
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imnb.config import Limits
from imnb.errors import (
    DecryptError,
    EnvelopeError,
    FrameError,
    HandshakeError,
    LocalProtocolError,
    RemoteProtocolError,
    ServerKeyError,
)
from imnb.wire.cipher import TransportCipher
from imnb.wire.frame import Flag, Kind, pack_frame, pack_header
from imnb.wire.noise import Role, fingerprint, generate_private_key, public_key
from imnb.wire.session import Session
from tests.wire.feeding import all_ways, whole

PRIVATE = generate_private_key()
PUBLIC = public_key(PRIVATE)


def make_pair(**settings):
    client = Session(Role.CLIENT, key=PUBLIC, environment="test", **settings)
    server = Session(Role.SERVER, key=PRIVATE, environment="test", **settings)
    return client, server


def joined_pair(cut=whole, **settings):
    client, server = make_pair(**settings)
    for piece in cut(client.start()):
        assert server.feed(piece) == []
    for piece in cut(server.take_output()):
        assert client.feed(piece) == []
    assert client.established
    assert server.established
    return client, server


@all_ways
def test_what_one_end_says_the_other_hears(cut):
    client, server = joined_pair(cut)
    for sender, receiver in [(client, server), (server, client)]:
        wire = sender.encode(20, 7, b"body") + sender.encode(
            21, 8, status=4, error="no such", more=True
        )
        heard = [e for piece in cut(wire) for e in receiver.feed(piece)]
        assert [(e.command, e.ask_id, e.body) for e in heard] == [
            (20, 7, b"body"),
            (21, 8, b""),
        ]
        assert (heard[1].status, heard[1].error, heard[1].more) == (4, "no such", True)


def test_frames_right_behind_the_handshake_are_heard():
    client, server = make_pair()
    server.feed(client.start())
    answer = server.take_output() + server.encode(64, 0, b"early")
    assert [e.body for e in client.feed(answer)] == [b"early"]


@pytest.mark.parametrize("size", [0, 1, 70_000, 200_000])
def test_bodies_of_any_size(size):
    client, server = joined_pair()
    body = bytes(range(256)) * (size // 256 + 1)
    [envelope] = server.feed(client.encode(1, 1, body[:size]))
    assert envelope.body == body[:size]


def test_a_compressible_body_is_small_on_the_wire():
    client, server = joined_pair()
    wire = client.encode(1, 1, bytes(100_000))
    assert len(wire) < 2_000
    assert server.feed(wire)[0].body == bytes(100_000)


def test_the_key_changes_while_talking():
    client, server = joined_pair(rekey_interval=2)
    wire = b"".join(client.encode(1, number) for number in range(1, 8))
    assert [e.ask_id for e in server.feed(wire)] == list(range(1, 8))


def test_a_heartbeat_is_a_ping():
    client, server = joined_pair()
    [envelope] = server.feed(client.heartbeat(9))
    assert (envelope.command, envelope.ask_id) == (2, 9)


def test_the_reason_of_a_close_is_heard():
    client, server = joined_pair()
    wire = client.encode(1, 1) + client.encode_close("bye") + client.encode(1, 2)
    assert [e.ask_id for e in server.feed(wire)] == [1]
    assert server.peer_close == "bye"
    with pytest.raises(LocalProtocolError):
        server.feed(b"")


def test_the_tap_sees_both_directions():
    client, server = make_pair()
    seen = []
    client.tap = lambda outbound, wire, plain: seen.append((outbound, wire, plain))
    hello = client.start()
    server.feed(hello)
    answer = server.take_output()
    client.feed(answer)
    asked = client.encode(20, 7, b"body")
    told = server.encode(64, 0, b"push")
    client.feed(told)
    assert [(out, wire) for out, wire, _ in seen] == [
        (True, hello),
        (False, answer),
        (True, asked),
        (False, told),
    ]
    assert [bool(plain) for *_, plain in seen] == [False, False, True, True]


def test_a_server_with_another_key_is_named():
    other = generate_private_key()
    client = Session(Role.CLIENT, key=PUBLIC, environment="test")
    server = Session(Role.SERVER, key=other, environment="test")
    with pytest.raises(HandshakeError, match="does not decrypt"):
        server.feed(client.start())
    with pytest.raises(ServerKeyError) as error:
        client.feed(server.take_output())
    assert fingerprint(PUBLIC) in str(error.value)
    assert fingerprint(public_key(other)) in str(error.value)


def test_another_environment_is_no_matter_of_keys():
    client = Session(Role.CLIENT, key=PUBLIC, environment="staging")
    server = Session(Role.SERVER, key=PRIVATE, environment="test")
    with pytest.raises(HandshakeError):
        server.feed(client.start())
    with pytest.raises(
        HandshakeError, match="another server key, environment"
    ) as error:
        client.feed(server.take_output())
    assert not isinstance(error.value, ServerKeyError)


PLAIN = [
    pack_frame(Kind.DATA, 0, b"hello"),
    pack_frame(Kind.CLOSE, 0, b"bye"),
    pack_frame(Kind.DATA, Flag.COMPRESSED, zlib.compress(b"hello")),
    pack_frame(Kind.HANDSHAKE, 0, bytes(48)),
    pack_frame(Kind.HANDSHAKE, Flag.ENCRYPTED, bytes(48)),
]


@pytest.mark.parametrize("frame", PLAIN)
@pytest.mark.parametrize("end", [0, 1])
def test_there_is_no_way_back_to_plain_text(frame, end):
    session = joined_pair()[end]
    with pytest.raises(FrameError, match="everything is encrypted"):
        session.feed(frame)
    with pytest.raises(LocalProtocolError):
        session.feed(b"")


@pytest.mark.parametrize("frame", [PLAIN[0], PLAIN[2], PLAIN[4]])
def test_nothing_comes_before_the_handshake(frame):
    _, server = make_pair()
    with pytest.raises(HandshakeError, match="before the"):
        server.feed(frame)


def test_a_server_holds_no_more_than_a_handshake_of_a_stranger():
    client, server = make_pair()
    with pytest.raises(FrameError, match="65536 bytes, the limit is 65535"):
        server.feed(pack_header(Kind.HANDSHAKE, 0, 65_536))
    client, server = joined_pair()
    body = random.Random(1).randbytes(500_000)
    assert server.feed(client.encode(1, 1, body))[0].body == body


def test_a_client_may_hang_up_before_the_handshake():
    client, server = make_pair()
    assert server.start() == b""
    assert server.feed(client.encode_close("no time")) == []
    assert (server.peer_close, server.established) == ("no time", False)
    with pytest.raises(LocalProtocolError):
        server.feed(client.start())


def test_a_client_that_is_answered_with_garbage_says_nothing_in_plain_text():
    client, _ = make_pair()
    client.start()
    with pytest.raises(HandshakeError, match="does not decrypt"):
        client.feed(pack_frame(Kind.HANDSHAKE, 0, b"\x09" + bytes(47)))
    assert client.take_output() == b""


def test_nothing_is_sent_before_the_handshake():
    client, _ = make_pair()
    client.start()
    with pytest.raises(LocalProtocolError, match="handshake is not done"):
        client.encode(1, 1)
    with pytest.raises(LocalProtocolError, match="start was called"):
        client.start()


def test_a_flipped_bit_ends_the_connection():
    client, server = joined_pair()
    wire = bytearray(client.encode(1, 1, b"body"))
    wire[-1] ^= 1
    with pytest.raises(DecryptError):
        server.feed(bytes(wire))


def test_the_compression_flag_cannot_be_set_on_the_way():
    client, server = joined_pair()
    wire = bytearray(client.encode(1, 1, b"body"))
    wire[3] |= Flag.COMPRESSED
    with pytest.raises(DecryptError):
        server.feed(bytes(wire))


def sealed_by_hand(session, plain, flags=Flag.ENCRYPTED):
    cipher: TransportCipher = session._sending
    header = pack_header(Kind.DATA, flags, len(plain) + 16)
    return header + cipher.seal(plain, header)


def test_an_envelope_that_does_not_parse_is_an_error():
    client, server = joined_pair()
    with pytest.raises(EnvelopeError, match="no envelope"):
        server.feed(sealed_by_hand(client, b"\xff\xff\xff"))


def test_a_bomb_is_an_error():
    client, server = joined_pair(limits=Limits(max_inflated=1000))
    bomb = zlib.compress(bytes(100_000))
    with pytest.raises(EnvelopeError, match="beyond 1000 bytes"):
        server.feed(sealed_by_hand(client, bomb, Flag.ENCRYPTED | Flag.COMPRESSED))


TOO_MUCH = [
    (random.Random(1).randbytes(2000), "limit of a frame is 1000"),
    # Small on the wire, but the other end would refuse to inflate it.
    (bytes(5001), "limit of an envelope is 5000"),
]


@pytest.mark.parametrize(("body", "problem"), TOO_MUCH)
def test_too_much_to_send_leaves_the_connection_usable(body, problem):
    client, server = joined_pair(limits=Limits(max_body=1000, max_inflated=5000))
    with pytest.raises(LocalProtocolError, match=problem):
        client.encode(1, 1, body)
    assert server.feed(client.encode(1, 2))[0].ask_id == 2


@given(st.binary(max_size=300), st.booleans(), st.sampled_from(Role))
def test_garbage_raises_only_documented_errors(data, established, role):
    pair = joined_pair() if established else make_pair()
    if not established:
        pair[0].start()
    session = pair[0] if role is Role.CLIENT else pair[1]
    try:
        session.feed(data)
    except RemoteProtocolError:
        with pytest.raises(LocalProtocolError):
            session.feed(data)


def test_the_longest_reason_is_cut_and_heard():
    client, server = joined_pair()
    server.feed(client.encode_close("x" * 5000))
    assert server.peer_close == "x" * 1024


def test_no_key_is_shown():
    client, server = joined_pair()
    assert repr(client) == "<Session client open>"
    assert PRIVATE.hex() not in repr(vars(server))
