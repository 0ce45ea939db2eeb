import pytest
from hypothesis import given
from hypothesis import strategies as st

from imnb.errors import DecryptError, LocalProtocolError
from imnb.wire.cipher import MAX_CHUNK, MAX_NONCE, TransportCipher, rekey, sealed_size
from tests.wire.test_noise import VECTOR, vector_pair

KEY = bytes(range(32))
HEADER = b"8 bytes."


def pair(**settings):
    return TransportCipher(KEY, **settings), TransportCipher(KEY, **settings)


def test_the_published_vector():
    client, server = vector_pair()
    server.read(client.write(bytes.fromhex(VECTOR["messages"][0]["payload"])))
    client.read(server.write(bytes.fromhex(VECTOR["messages"][1]["payload"])))
    to_server, to_client = client.split()
    ciphers = [TransportCipher(to_server), TransportCipher(to_client)]
    for number, message in enumerate(VECTOR["messages"][2:]):
        sealed = ciphers[number % 2].seal(bytes.fromhex(message["payload"]), b"")
        assert sealed.hex() == message["ciphertext"]


@pytest.mark.parametrize(
    ("size", "messages"),
    [(0, 1), (1, 1), (MAX_CHUNK, 1), (MAX_CHUNK + 1, 2), (3 * MAX_CHUNK, 3)],
)
def test_a_long_body_is_cut_into_messages(size, messages):
    sending, receiving = pair()
    plain = bytes(size)
    sealed = sending.seal(plain, HEADER)
    assert len(sealed) == sealed_size(size) == size + 16 * messages
    assert receiving.open(sealed, HEADER) == plain


@pytest.mark.parametrize("interval", [1, 2, 3])
def test_both_ends_change_the_key_together(interval):
    sending, receiving = pair(rekey_interval=interval)
    for number in range(10):
        plain = b"message %d" % number
        assert receiving.open(sending.seal(plain, HEADER), HEADER) == plain


def test_the_counter_goes_on_after_a_rekey():
    rekeying, _ = pair(rekey_interval=1)
    rekeying.seal(b"", HEADER)
    same_key = TransportCipher(rekey(KEY))
    assert rekeying.seal(b"a", HEADER) != same_key.seal(b"a", HEADER)
    assert rekeying.seal(b"a", HEADER) != same_key.seal(b"a", HEADER)


def test_ends_that_rekey_at_other_times_part():
    sending, receiving = TransportCipher(KEY, 1), TransportCipher(KEY, 2)
    receiving.open(sending.seal(b"", HEADER), HEADER)
    with pytest.raises(DecryptError):
        receiving.open(sending.seal(b"", HEADER), HEADER)


def test_the_last_nonce_is_never_used():
    sending, _ = pair()
    sending._nonce, sending._rekey_at = MAX_NONCE - 1, MAX_NONCE
    sending.seal(b"the last one", HEADER)
    for _ in range(2):
        with pytest.raises(LocalProtocolError, match="used up"):
            sending.seal(b"one too many", HEADER)


def altered(data, position):
    changed = bytearray(data)
    changed[position] ^= 1
    return bytes(changed)


@given(st.binary(max_size=50), st.data())
def test_no_bit_can_be_changed(plain, data):
    sending, receiving = pair()
    sealed = sending.seal(plain, HEADER)
    position = data.draw(st.integers(0, len(sealed) - 1))
    with pytest.raises(DecryptError, match="message 0"):
        receiving.open(altered(sealed, position), HEADER)


def test_the_header_is_authenticated():
    sending, receiving = pair()
    with pytest.raises(DecryptError):
        receiving.open(sending.seal(b"a", HEADER), altered(HEADER, 3))


def test_a_repeated_or_reordered_message_is_refused():
    sending, receiving = pair()
    first, second = sending.seal(b"1", HEADER), sending.seal(b"2", HEADER)
    with pytest.raises(DecryptError):
        receiving.open(second, HEADER)
    _, receiving = pair()
    receiving.open(first, HEADER)
    with pytest.raises(DecryptError):
        receiving.open(first, HEADER)


@given(st.binary(max_size=100))
def test_garbage_raises_only_decrypt_errors(data):
    _, receiving = pair()
    with pytest.raises(DecryptError):
        receiving.open(data, HEADER)


def test_the_key_is_not_shown():
    assert KEY.hex() not in repr(TransportCipher(KEY))
