import base64
import hashlib
import types

import pytest

from imnb.engine.representation import Representation
from imnb.errors import GatewayAnswerError

DIGEST = hashlib.sha256(b"hello").digest()
HEADER = f"sha-256=:{base64.b64encode(DIGEST).decode()}:"


def incoming(status=200, length=None, **headers):
    """What `Representation.of` looks at."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return types.SimpleNamespace(
        status=status,
        header=lambda name: named.get(name, ""),
        answer=types.SimpleNamespace(content_length=length),
        request=types.SimpleNamespace(address="http://host/f"),
    )


def test_what_a_whole_file_says():
    headers = {"ETag": '"v1"', "Repr_Digest": HEADER}
    found = Representation.of(incoming(length=5, **headers))
    assert found == Representation(5, '"v1"', DIGEST.hex(), 0)


def test_what_says_nothing():
    assert Representation.of(incoming()) == Representation()


@pytest.mark.parametrize(
    ("header", "length", "start", "size"),
    [
        ("bytes 2-4/5", 3, 2, 5),
        ("bytes 2-4/5", None, 2, 5),
        ("bytes 2-3/5", 2, -1, 5),
        ("bytes 2-4/5", 4, -1, 5),
        ("bytes 4-2/5", None, -1, 5),
        ("bytes 2-4/*", 3, -1, None),
        ("bytes */5", 3, -1, None),
        ("bytes 2-4/99999999999999999999", 3, -1, None),
        ("", 3, -1, None),
    ],
)
def test_ranges(header, length, start, size):
    found = Representation.of(incoming(206, length, Content_Range=header))
    assert (found.start, found.size) == (start, size)


@pytest.mark.parametrize("etag", ['W/"v1"', "v1", '"a\nb"', '"' + "x" * 300 + '"'])
def test_an_etag_that_names_no_bytes_is_none(etag):
    assert Representation.of(incoming(ETag=etag)).etag == ""


@pytest.mark.parametrize(
    ("header", "digest"),
    [
        (f"sha-512=:AAAA:, {HEADER}", DIGEST.hex()),
        ("sha-256=:A:", ""),
        ("sha-256=AAAA", ""),
        ("md5=:AAAA:", ""),
    ],
)
def test_digests(header, digest):
    assert Representation.of(incoming(Repr_Digest=header)).sha256 == digest


def test_what_is_encoded_is_refused():
    with pytest.raises(GatewayAnswerError, match="'gzip' although no encoding"):
        Representation.of(incoming(Content_Encoding="gzip"))


@pytest.mark.parametrize(
    ("other", "agrees"),
    [
        (Representation(), True),
        (Representation(5, '"a"', "ff"), True),
        (Representation(6), False),
        (Representation(5, '"b"'), False),
        (Representation(5, '"a"', "00"), False),
    ],
)
def test_what_both_know_must_be_the_same(other, agrees):
    assert Representation(5, '"a"', "ff").agrees(other) is agrees
    assert other.agrees(Representation(5, '"a"', "ff")) is agrees


def test_one_completes_the_other():
    found = Representation(None, '"a"', "").completed_by(Representation(5, '"b"', "ff"))
    assert found == Representation(5, '"a"', "ff")
