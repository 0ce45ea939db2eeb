from imnb.wire.codec import Codec
from imnb.wire.noise import Role, generate_private_key
from imnb.wire.session import Session


def test_the_built_in_session_is_a_codec():
    codec: Codec = Session(Role.SERVER, key=generate_private_key(), environment="")
    for member in (
        "start",
        "feed",
        "take_output",
        "encode",
        "encode_close",
        "heartbeat",
    ):
        assert callable(getattr(codec, member))
    assert (codec.established, codec.peer_close, codec.tap) == (False, None, None)
