import pytest

from imnb.models.attachment import Attachment, AttachmentState


@pytest.mark.parametrize(
    ("size", "done", "state", "fraction"),
    [
        (10, 0, "waiting", 0.0),
        (10, 5, "waiting", 0.5),
        (10, 11, "waiting", 1.0),
        (10, 5, "done", 1.0),
        (0, 0, "waiting", 1.0),
    ],
)
def test_how_much_is_sent(size, done, state, fraction):
    it = Attachment("c", "/a", "a", size, 1, done=done, state=AttachmentState(state))
    assert it.fraction == fraction
