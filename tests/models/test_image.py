import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imnb.models.image import image_size

PNG = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 640, 480)
GIF = b"GIF89a" + struct.pack("<HH", 3, 2)
EXIF = b"\xff\xe1" + struct.pack(">H", 10) + b"\0" * 8
FRAME = struct.pack(">HBHH", 11, 8, 480, 640)
JPEG = b"\xff\xd8" + EXIF + b"\xff\xff\xc2" + FRAME
TABLES_FIRST = b"\xff\xd8\xff\xc4" + struct.pack(">H", 4) + b"\0\0\xff\xc0" + FRAME
RIFF = b"RIFF\0\0\0\0WEBP"
LOSSY = RIFF + b"VP8 " + b"\0" * 10 + struct.pack("<HH", 640, 480)
LOSSLESS = RIFF + b"VP8L\0\0\0\0\x2f" + struct.pack("<I", 639 | 479 << 14)
EXTENDED = RIFF + b"VP8X" + b"\0" * 8 + b"\x7f\2\0\xdf\1\0"


@pytest.mark.parametrize(
    ("head", "size"),
    [
        (PNG, (640, 480)),
        (GIF, (3, 2)),
        (JPEG, (640, 480)),
        (TABLES_FIRST, (640, 480)),
        (LOSSY, (640, 480)),
        (LOSSLESS, (640, 480)),
        (EXTENDED, (640, 480)),
        (b"\xff\xd8no marker", (0, 0)),
        (RIFF + b"ALPH", (0, 0)),
        (b"%PDF-1.7", (0, 0)),
        (b"", (0, 0)),
    ],
)
def test_the_size_is_in_the_head(head, size):
    assert image_size(head) == size


@pytest.mark.parametrize("whole", [PNG, GIF, JPEG, LOSSY, LOSSLESS, EXTENDED])
def test_one_that_is_cut_off_has_no_size(whole):
    for length in range(len(whole)):
        assert image_size(whole[:length]) == (0, 0)


@given(st.sampled_from([b"\xff\xd8", RIFF, PNG[:16], GIF[:6]]), st.binary())
def test_no_bytes_are_a_crash(start, rest):
    width, height = image_size(start + rest)
    assert width >= 0
    assert height >= 0
