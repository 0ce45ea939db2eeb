import json
import pathlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imnb.errors import ConfigError, HandshakeError, LocalProtocolError
from imnb.wire.noise import (
    Handshake,
    Role,
    fingerprint,
    generate_private_key,
    public_key,
)

FILE = pathlib.Path(__file__).parent / "vectors" / "noise_25519_aesgcm_sha256.json"
VECTOR = next(
    vector
    for vector in json.loads(FILE.read_text())["vectors"]
    if vector["protocol_name"] == "Noise_NK_25519_AESGCM_SHA256"
)


def vector_bytes(name):
    return bytes.fromhex(VECTOR[name])


def vector_pair():
    client = Handshake(
        Role.CLIENT,
        vector_bytes("init_remote_static"),
        vector_bytes("init_prologue"),
        vector_bytes("init_ephemeral"),
    )
    server = Handshake(
        Role.SERVER,
        vector_bytes("resp_static"),
        vector_bytes("resp_prologue"),
        vector_bytes("resp_ephemeral"),
    )
    return client, server


def test_the_published_vector():
    client, server = vector_pair()
    for (writer, reader), message in zip(
        [(client, server), (server, client)], VECTOR["messages"][:2], strict=True
    ):
        payload = bytes.fromhex(message["payload"])
        wire = writer.write(payload)
        assert wire.hex() == message["ciphertext"]
        assert reader.read(wire) == payload
    assert client.hash.hex() == server.hash.hex() == VECTOR["handshake_hash"]
    assert client.split() == server.split()[::-1]


def test_public_keys_belong_to_private_keys():
    assert public_key(vector_bytes("resp_static")) == vector_bytes("init_remote_static")


def fresh_pair(client_prologue=b"p", server_prologue=b"p", other_key=False):
    private = generate_private_key()
    expected = public_key(generate_private_key() if other_key else private)
    client = Handshake(Role.CLIENT, expected, client_prologue)
    return client, Handshake(Role.SERVER, private, server_prologue)


@pytest.mark.parametrize(
    "difference",
    [{"client_prologue": b"q"}, {"server_prologue": b""}, {"other_key": True}],
)
def test_ends_that_differ_do_not_understand_each_other(difference):
    client, server = fresh_pair(**difference)
    with pytest.raises(HandshakeError, match="does not decrypt"):
        server.read(client.write())


@given(st.integers(0, 47), st.integers(1, 255))
def test_an_altered_byte_is_noticed(position, change):
    client, server = fresh_pair()
    message = bytearray(client.write())
    message[position] ^= change
    # X25519 ignores the highest bit, but it is part of the hash.
    with pytest.raises(HandshakeError):
        server.read(bytes(message))


@given(st.binary(max_size=120))
def test_garbage_raises_only_handshake_errors(data):
    _, server = fresh_pair()
    with pytest.raises(HandshakeError):
        server.read(data)


@pytest.mark.parametrize("size", [0, 47, 65_536])
def test_a_handshake_message_has_a_size(size):
    _, server = fresh_pair()
    with pytest.raises(HandshakeError, match=f"message of {size} bytes"):
        server.read(bytes(size))


def test_a_point_of_low_order_is_refused():
    _, server = fresh_pair()
    with pytest.raises(HandshakeError, match="not a usable one"):
        server.read(bytes(48))


def test_the_server_does_not_begin():
    _, server = fresh_pair()
    with pytest.raises(LocalProtocolError):
        server.write()


@pytest.mark.parametrize("role", Role)
def test_keys_have_32_bytes(role):
    with pytest.raises(ConfigError, match="32"):
        Handshake(role, bytes(31), b"")


def test_fingerprints_tell_keys_apart():
    assert len(fingerprint(bytes(32))) == 16
    assert fingerprint(bytes(32)) != fingerprint(b"\1" * 32)
