import ssl

import pytest

from imnb.config import Tls
from imnb.errors import ConfigError, ConnectionFailed, ConnectionLost
from imnb.net.tls import TlsEnd, client_context, server_context
from imnb.net.transport import READ_SIZE
from tests.net.certificates import Authority

NAME = "im.example"


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("certificates"))


def server_of(files):
    return TlsEnd(server_context(files.certificate, files.key), is_server=True)


def talk(near, far, step=READ_SIZE):
    """Carry bytes to and fro, ``step`` at a time, until both are silent."""
    received = {near: b"", far: b""}
    while True:
        said = near.seal(b""), far.seal(b"")
        if said == (b"", b""):
            return received[near], received[far]
        for end, data in ((far, said[0]), (near, said[1])):
            for at in range(0, len(data), step):
                received[end] += end.receive(data[at : at + step])


@pytest.fixture
def ends(authority):
    context = client_context(Tls(ca_file=authority.file))
    near, far = TlsEnd(context, NAME), server_of(authority.issue(NAME))
    assert "handshaking" in repr(near)
    talk(near, far)
    assert near.is_open
    assert far.is_open
    return near, far


@pytest.mark.parametrize("step", [1, 1000, READ_SIZE])
def test_bytes_pass_whatever_the_network_makes_of_them(ends, step):
    near, far = ends
    sent = bytes(range(256)) * 400
    sealed, answer = near.seal(sent), far.seal(b"hello")
    assert sent not in sealed
    pieces = [far.receive(sealed[at : at + step]) for at in range(0, len(sealed), step)]
    assert b"".join(pieces) == sent
    assert near.receive(answer) == b"hello"
    assert repr(near) == "<TlsEnd TLSv1.3>"


def test_the_handshake_may_come_byte_by_byte(authority):
    context = client_context(Tls(ca_file=authority.file))
    near, far = TlsEnd(context, NAME), server_of(authority.issue(NAME))
    talk(near, far, step=1)
    assert near.is_open
    assert far.is_open


def test_an_orderly_end_is_told(ends):
    near, far = ends
    data = near.seal(b"last words")
    near.close()
    assert far.receive(data + near.seal(b"")) == b"last words"
    assert far.is_over
    assert not near.is_over
    far.close()
    near.receive(far.seal(b""))
    assert near.is_over


def test_closing_before_the_handshake_does_no_harm(authority):
    TlsEnd(client_context(Tls(ca_file=authority.file)), NAME).close()


def test_an_altered_record_is_noticed(ends):
    near, far = ends
    record = bytearray(near.seal(b"hello"))
    record[-1] ^= 1
    with pytest.raises(ConnectionLost, match=r"TLS failed: .*bad record mac"):
        far.receive(bytes(record))


@pytest.mark.parametrize(
    ("names", "age", "said"),
    [
        ([NAME], 5, "certificate has expired"),
        ([NAME], -5, "not valid yet"),
        (["other.example"], 0, r"not for 'im.example'; .*Tls\(server_name=...\)"),
        (["10.0.0.1"], 0, "not for 'im.example'"),
    ],
)
def test_a_certificate_that_is_not_good_is_named(authority, names, age, said):
    near = TlsEnd(client_context(Tls(ca_file=authority.file)), NAME)
    far = server_of(authority.issue(*names, age=age))
    with pytest.raises(ConnectionFailed, match=said):
        talk(near, far)
    # What waits now is the alert, by which the server hears of it.
    with pytest.raises(ConnectionFailed, match=r"refused the TLS handshake: .*alert"):
        far.receive(near.seal(b""))


def test_an_authority_that_nobody_trusts(authority):
    far = server_of(authority.issue(NAME))
    with pytest.raises(ConnectionFailed, match=r"not trusted: .*Tls\(ca_file=...\)"):
        talk(TlsEnd(client_context(Tls()), NAME), far)


def test_a_servers_own_certificate_may_be_given(authority):
    files = authority.issue(NAME)
    near = TlsEnd(client_context(Tls(ca_file=str(files.certificate))), NAME)
    talk(near, server_of(files))
    assert near.is_open
    far = server_of(authority.issue(NAME, age=0.1))
    with pytest.raises(ConnectionFailed, match="not trusted"):
        talk(TlsEnd(client_context(Tls(ca_file=str(files.certificate))), NAME), far)


def test_by_an_address_too(authority):
    near = TlsEnd(client_context(Tls(ca_file=authority.file)), "10.0.0.1")
    talk(near, server_of(authority.issue("10.0.0.1")))
    assert near.is_open


def test_checking_can_be_switched_off(authority):
    near = TlsEnd(client_context(Tls(verify=False)), "whoever")
    talk(near, server_of(authority.issue(NAME, age=100)))
    assert near.is_open


@pytest.mark.parametrize(
    "said",
    [b"HTTP/1.1 400 Bad Request\r\n", b"SSH-2.0-OpenSSH_9.2\r\n", bytes(range(256))],
    ids=["http", "ssh", "garbage"],
)
def test_somebody_who_speaks_no_tls(authority, said):
    near = TlsEnd(client_context(Tls()), NAME)
    with pytest.raises(ConnectionFailed, match="does not speak TLS at this port"):
        near.receive(said)


@pytest.mark.parametrize("said", [b"\x49\x01\x01" + bytes(50), b"GET / HTTP/1.1\r\n"])
def test_a_client_that_speaks_no_tls(authority, said):
    with pytest.raises(ConnectionFailed, match="does not speak TLS"):
        server_of(authority.issue(NAME)).receive(said)


def test_a_tls_of_another_age(authority):
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    files = authority.issue(NAME)
    old.load_cert_chain(files.certificate, files.key)
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    strict = ssl.create_default_context(cafile=authority.file)
    strict.minimum_version = ssl.TLSVersion.TLSv1_3
    near, far = TlsEnd(strict, NAME), TlsEnd(old, is_server=True)
    with pytest.raises(ConnectionFailed, match="the TLS handshake failed: unsupported"):
        talk(near, far)
    with pytest.raises(ConnectionFailed, match=r"refused .*alert protocol version"):
        near.receive(far.seal(b""))


def test_files_that_cannot_be_used(authority, tmp_path):
    files, other = authority.issue(NAME), authority.issue("other.example")
    no_pem = tmp_path / "no.pem"
    no_pem.write_text("nothing")
    for certificate, key, said in (
        (files.certificate, tmp_path / "none", r"none: no such file"),
        (files.certificate, other.key, "key values mismatch"),
        (no_pem, files.key, "not usable"),
    ):
        with pytest.raises(ConfigError, match=said):
            server_context(certificate, key)
    with pytest.raises(ConfigError, match=r"ca_file 'none.pem': No such file"):
        client_context(Tls(ca_file="none.pem"))
    with pytest.raises(ConfigError, match=r"tls: ca_file .*no.pem': not usable"):
        client_context(Tls(ca_file=str(no_pem)))
    with pytest.raises(ConfigError, match=r"'\.x' is no server name"):
        TlsEnd(client_context(Tls()), ".x")
