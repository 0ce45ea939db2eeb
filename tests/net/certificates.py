"""Certificates made for the moment: an authority, and servers that it vouches for."""

import dataclasses
import datetime
import functools
import ipaddress
import pathlib
import tempfile

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from imnb.config import Limits, Tls
from imnb.net.tcp import TcpNetwork
from imnb.net.tls import server_context

DAY = datetime.timedelta(days=1)


@dataclasses.dataclass
class Files:
    """PEM files of one certificate and its key."""

    certificate: pathlib.Path
    key: pathlib.Path


class Authority:
    """Signs; `file` is what clients are given to trust."""

    def __init__(self, folder):
        self._folder = pathlib.Path(folder)
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name("test authority")
        constraints = x509.BasicConstraints(ca=True, path_length=0)
        self._own = (
            self._builder(self._key, self._name, 0)
            .add_extension(constraints, critical=True)
            .sign(self._key, hashes.SHA256())
        )
        self.file = str(self._write("authority.pem", _pem(self._own)))

    def issue(self, *names, age=0):
        """A server's files; valid for two days, ``age`` days ago."""
        key = ec.generate_private_key(ec.SECP256R1())
        kinds = [
            x509.IPAddress(ipaddress.ip_address(name))
            if name[0].isdigit()
            else x509.DNSName(name)
            for name in names
        ]
        signed = (
            self._builder(key, _name(names[0]), age)
            .add_extension(x509.SubjectAlternativeName(kinds), critical=False)
            .sign(self._key, hashes.SHA256())
        )
        stem = f"{names[0]}-{age}"
        return Files(
            self._write(f"{stem}.pem", _pem(signed)),
            self._write(f"{stem}.key", _private(key)),
        )

    def _builder(self, key, subject, age):
        start = datetime.datetime.now(datetime.UTC) - DAY - age * DAY
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(start)
            .not_valid_after(start + 2 * DAY)
            .add_extension(
                x509.SubjectKeyIdentifier.from_public_key(key.public_key()),
                critical=False,
            )
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(
                    self._key.public_key()
                ),
                critical=False,
            )
        )

    def _write(self, name, data):
        path = self._folder / name
        path.write_bytes(data)
        return path


@functools.cache
def _shared():
    folder = tempfile.TemporaryDirectory(prefix="imnb-certificates-")
    authority = Authority(folder.name)
    files = authority.issue("127.0.0.1", "localhost")
    return folder, authority, server_context(files.certificate, files.key)


def tls_network(limits=None, timeouts=None):
    """`TcpNetwork` with TLS on both sides."""
    _, authority, context = _shared()
    tls = Tls(ca_file=authority.file)
    return TcpNetwork(limits or Limits(), timeouts, tls=tls, server_tls=context)


def _name(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _pem(certificate):
    return certificate.public_bytes(serialization.Encoding.PEM)


def _private(key):
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
