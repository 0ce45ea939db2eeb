from imnb.models import kinds


def test_what_can_be_read_here():
    assert kinds.WITH_FILE < kinds.WITH_CONTENT
    assert kinds.ENCRYPTED not in kinds.WITH_CONTENT
