import pytest

from imnb.errors import ConfigError
from imnb.models.content import Content, FileCard, LocationCard
from imnb.sync.checks import check_card, check_text
from imnb.wire.mapping.content import to_bytes
from tests.sync.events import draft

PLACE = to_bytes(Content(card=LocationCard(1.0, 2.0)))
WAITING = to_bytes(Content(card=FileCard("", "a.pdf", 5, "")))


def test_what_can_be_sent():
    check_text(draft(1, text="x" * (1 << 20), content=to_bytes(Content(reply_to=3))))
    check_card(draft(1, kind="location", text="", content=PLACE))
    check_card(draft(1, kind="file", text="see page 3", content=WAITING))


@pytest.mark.parametrize(
    ("check", "fields", "says"),
    [
        (check_text, {"text": " \n"}, "nothing to send"),
        (check_text, {"text": "x" * (1 << 20) + "x"}, "1,048,577 bytes"),
        (check_text, {"content": b"\xff"}, "no message of kind 'text' can have"),
        (check_card, {"kind": "file", "content": PLACE}, "no message of kind 'file'"),
        (check_card, {"kind": "location", "content": b""}, "kind 'location'"),
        (
            check_card,
            {"kind": "location", "content": PLACE, "text": "x" * 65_537},
            "65,537 bytes.*message of its own",
        ),
        (
            check_card,
            {"kind": "forward", "content": b"x" * 262_145},
            "262,145 bytes.*fewer messages",
        ),
    ],
)
def test_what_is_wrong_is_told(check, fields, says):
    with pytest.raises(ConfigError, match=says):
        check(draft(1, **fields))
