from imnb.devserver.refusal import Refusal
from imnb.pb import envelope_pb2 as envelope


def test_it_carries_the_status_and_the_text_of_a_reply():
    refusal = Refusal(envelope.NOT_FOUND, "there is no room 7")
    assert (refusal.status, str(refusal)) == (envelope.NOT_FOUND, "there is no room 7")
