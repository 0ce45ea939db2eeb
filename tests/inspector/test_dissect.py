import pytest
from google.protobuf.struct_pb2 import ListValue, Struct, Value

from imnb.inspector.dissect import HIDDEN, MAX_DEPTH, MAX_FIELDS, shown, walk
from imnb.pb import model_pb2, session_pb2, sync_pb2
from imnb.wire.frame import Kind, pack_frame
from tests.inspector.frames import LOGIN, SEND, event_push, feed, make_capture


def decoded(outbound, message, **envelope):
    capture, _ = make_capture()
    feed(capture, outbound, message, **envelope)
    return capture.decode(capture[1])


def test_a_request_is_shown_with_its_fields():
    frame = decoded(True, SEND, ask_id=7)
    assert str(frame).splitlines() == [
        f"#1 -> Send ask 7 {frame.record.size} B",
        "  conversation_id: 1",
    ]


def test_a_reply_is_read_as_the_reply_of_its_command():
    frame = decoded(False, session_pb2.LoginReply(user_id="alice"), ask_id=1, command=1)
    assert frame.command == "Login"
    assert isinstance(frame.message, session_pb2.LoginReply)


def test_nested_and_repeated_fields_have_places():
    labels = [(f.depth, f.label) for f in decoded(False, event_push("a", "b")).fields]
    assert labels[:3] == [(0, "events[0]"), (1, "event_seq"), (1, "message")]
    assert (0, "events[1]") in labels


def test_enums_are_shown_by_name():
    push = sync_pb2.EventPush(
        events=[sync_pb2.Event(conversation=model_pb2.Conversation(kind="GROUP"))]
    )
    assert list(decoded(False, push).lookup("kind")) == ["GROUP"]


def test_secrets_are_hidden():
    frame = decoded(True, LOGIN, ask_id=1)
    assert "s3cret" not in str(frame)
    assert list(frame.lookup("token")) == [HIDDEN]
    assert list(frame.lookup("device")) == ["test"]


def test_secrets_in_a_map_are_hidden_by_their_key():
    fields = list(walk(Struct(fields={"token": Value(string_value="s3cret")})))
    assert [(f.depth, f.label, f.value) for f in fields] == [(0, "fields[0]", HIDDEN)]


def test_a_map_is_shown_as_keys_and_values():
    fields = list(walk(Struct(fields={"colour": Value(string_value="red")})))
    assert [(f.depth, f.label, f.value) for f in fields] == [
        (0, "fields[0]", None),
        (1, "key", "colour"),
        (1, "value", None),
        (2, "string_value", "red"),
    ]


def test_there_is_a_limit_to_the_depth():
    value = Value(bool_value=True)
    for _ in range(MAX_DEPTH // 2 + 1):  # two levels each
        value = Value(list_value=ListValue(values=[value]))
    deepest = list(walk(value))[-1]
    assert (deepest.depth, deepest.value) == (MAX_DEPTH, "more than 64 levels")


def test_a_reply_shows_what_it_took():
    capture, clock = make_capture()
    feed(capture, True, SEND, ask_id=3)
    clock.now += 0.0125
    feed(capture, False, SEND, ask_id=3, command=20)
    size = capture[2].size
    assert capture.decode(capture[2]).summary == f"#2 <- Send ask 3 {size} B 12.5 ms"


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("text", ["a", "b"]),
        ("message.text", ["a", "b"]),
        ("events.message.text", ["a", "b"]),
        ("ext", []),
        ("command", ["EventPush"]),
        ("direction", ["in"]),
        ("ask_id", [0]),
        ("status", ["OK"]),
        ("latency", [0.0]),
    ],
)
def test_names_in_filters(name, values):
    assert list(decoded(False, event_push("a", "b")).lookup(name)) == values


def test_an_unknown_command_is_not_lost():
    frame = decoded(False, SEND, command=999)
    assert (frame.command, frame.message) == ("command 999", None)
    assert "2 bytes of an unknown command" in str(frame)


def test_a_body_that_does_not_parse_is_named():
    capture, _ = make_capture()
    feed(capture, False, session_pb2.Kicked(reason="x"), command=64)
    capture.tap(False, b"", b"\x08\x40\x2a\x01\xff")
    assert "1 bytes that are no EventPush" in str(capture.decode(capture[2]))


def test_an_error_status_is_in_the_summary():
    frame = decoded(False, SEND, ask_id=2, status=4, error="no such")
    assert frame.summary.endswith("NOT_FOUND: no such")
    assert decoded(False, SEND, ask_id=2, status=99).status == "STATUS_99"


def test_a_handshake_has_no_message():
    capture, _ = make_capture()
    capture.tap(True, pack_frame(Kind.HANDSHAKE, 0, bytes(48)), b"")
    assert capture.decode(capture[1]).summary == "#1 -> handshake 56 B"


def test_there_is_a_limit_to_what_is_looked_at():
    frame = decoded(False, event_push(*["x"] * MAX_FIELDS))
    assert len(frame.fields) == MAX_FIELDS
    assert f"only {MAX_FIELDS} fields" in frame.problem


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a\nb", r"'a\nb'"),
        (7, "7"),
        (b"\0\1", "2 bytes 00 01"),
        ("x" * 5000, "'" + "x" * 1999 + "… (5002 characters)"),
    ],
)
def test_values_are_shown_in_one_line(value, text):
    assert shown(value) == text
