import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imnb.models.content import MAX_PARTS, Content
from imnb.models.message import MAX_LONG_TEXT_BYTES, MAX_TEXT_BYTES
from imnb.sync.splitting import split
from imnb.wire.mapping import content as content_mapping
from tests.sync.events import draft

REPLY = content_mapping.to_bytes(Content(reply_to=3))


@pytest.mark.parametrize(
    "whole",
    [
        draft(1),
        draft(1, text="x" * MAX_TEXT_BYTES),
        draft(1, text="ä" * (MAX_TEXT_BYTES // 2)),
        draft(1, kind="poll", text="x" * (MAX_TEXT_BYTES + 1)),
    ],
)
def test_what_fits_is_sent_as_it_is(whole):
    [piece] = split(whole)
    assert piece.draft is piece.whole is whole
    assert piece.is_last


@settings(max_examples=30, deadline=None)
@given(st.text(min_size=1, max_size=7), st.integers(MAX_TEXT_BYTES, 180_000))
def test_parts_make_up_the_whole(unit, size):
    text = (unit * (size // len(unit) + 1))[:size]
    if len(text.encode("utf-8", "ignore")) <= MAX_TEXT_BYTES:
        text += "x" * MAX_TEXT_BYTES
    whole = draft(1, text=text, content=REPLY)
    pieces = split(whole)
    assert "".join(piece.draft.text for piece in pieces) == whole.text
    assert all(0 < len(p.draft.text.encode()) <= MAX_TEXT_BYTES for p in pieces)
    assert [piece.is_last for piece in pieces] == [False] * (len(pieces) - 1) + [True]
    for index, piece in enumerate(pieces):
        part = content_mapping.from_bytes(piece.draft.content).card
        assert (part.whole_id, part.index, part.count) == (
            whole.client_id, index, len(pieces),
        )  # fmt: skip
        assert (part.kind, part.content) == ("text", REPLY)


def test_the_longest_text_has_few_parts():
    assert len(split(draft(1, text="x" * MAX_LONG_TEXT_BYTES))) == 16
    assert len(split(draft(1, text="€" * (MAX_LONG_TEXT_BYTES // 3)))) <= 17 < MAX_PARTS


def test_the_same_draft_has_the_same_parts():
    one, again, other = (
        [p.draft.client_id for p in split(draft(number, text="x" * 200_000))]
        for number in (1, 1, 2)
    )
    assert one == again
    assert len({*one, *other}) == 8
    assert one[-1] == draft(1).client_id
