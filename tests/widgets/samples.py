"""Frames with something to see."""

DAY = 86_400_000_000
NOW = 1_795_426_000_000_000


def message(number, text, mine=False, at=None, sender="bob", name="Bob Brown", **more):
    return {
        "key": f"m{number}",
        "rev": 1,
        "mine": mine,
        "sender": "alice" if mine else sender,
        "name": "Alice" if mine else name,
        "initials": name[0],
        "hue": 210 if sender == "bob" else 20,
        "text": text,
        "style": "text",
        "at": at if at is not None else NOW + number * 40_000_000,
        "state": "sent",
        "error": "",
        "seq": number,
        "card": None,
        "edited": False,
        "forwarded": "",
        "quote": None,
        "mentions": [],
        "to_me": False,
        "reactions": [],
        "more_reactions": 0,
        "receipt": "",
        "actions": ["react", "reply", "copy", "forward"]
        + (["edit", "revoke"] if mine else []),
        **more,
    }


TALK = [
    message(1, "Did the new build reach the staging server?", at=NOW - DAY),
    message(2, "Yes, an hour ago.", True, at=NOW - DAY + 60_000_000),
    message(3, "Good morning! Shall we look at the reconnect trace together?"),
    message(4, "I have the capture open in the notebook."),
    message(5, "Morning 👋 Give me five minutes.", True),
    message(
        6,
        "The second frame is odd: its length field says 4 GiB.\nLook:\n  49 01 02",
        True,
    ),
    message(7, "你好，世界。これはテストです。"),
    message(8, "A_very_long_word_" * 14),
    message(9, "On its way", True, state="sending"),
    message(
        10,
        "Too late",
        True,
        state="failed",
        error="you are not in this group",
        actions=["copy", "retry", "discard"],
    ),
]


TARGET = {"seq": 2, "name": "Bob Brown", "text": "Did the new build reach staging?"}
QUOTE = {"seq": 1, "name": "Bob Brown", "text": "Did the new build reach?", "hue": 67}


def card(mark, title, *lines, **more):
    return {"mark": mark, "title": title, "lines": list(lines), **more}


def reaction(emoji, count=1, mine=False, who="Bob"):
    return {"emoji": emoji, "count": count, "mine": mine, "who": who}


# A grey square of 8 by 8 pixels.
THUMBNAIL = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAAAAADhZOFXAAAADklEQVR4nGNo"
    "QAUMQ1MAAGZ8P8FBCnBMAAAAAElFTkSuQmCC"
)
RICH = [
    message(20, "Carol added Dave to the group", style="notice"),
    message(
        21,
        "Ask @Alice, or see https://example.org/a_(b)?q=1.",
        mentions=["Alice", "alice"],
        to_me=True,
        reactions=[reaction("👍", 3, True, "You, Bob and Carol"), reaction("🎉")],
    ),
    message(22, "It did.", True, state="read", receipt="read by all", quote=QUOTE),
    message(23, "", card=card("📄", "release notes.pdf", "1.2 MB"), edited=True),
    message(
        24,
        "From the roof",
        card=card("🖼", "roof.png", "812.4 kB, 640 × 480", thumbnail=THUMBNAIL),
    ),
    message(25, "", True, card=card("📍", "Marienplatz", "48.13715°, 11.57612°")),
    message(
        26,
        "",
        card=card(
            "📨", "Release 2.4", "Bob: it is out", "Carol: at last", "and 7 more"
        ),
        sender="carol",
        name="Carol",
    ),
    message(27, "This message was taken back.", style="note", actions=[]),
    message(28, "Noted", True, state="delivered", forwarded="Carol", edited=True),
    message(29, "One moment", True, seq=0, state="sending", actions=["copy"]),
]


def chat_frame(rows=None, **more):
    rows = TALK if rows is None else rows
    return {
        "order": [row["key"] for row in rows],
        "rows": rows,
        "anew": True,
        "conversation": "1",
        "title": "Bob Brown",
        "subtitle": "Direct chat",
        "initials": "BB",
        "hue": 67,
        "group": False,
        "unread": 0,
        "read_seq": 0,
        "at_start": False,
        "at_end": True,
        "typing": "",
        "target": ["", 0],
        "can_forward": True,
        "busy": False,
        "error": "",
        **more,
    }


def conversation(number, title, preview, unread=0, at=NOW, **more):
    initials = "".join(word[0] for word in title.split()[:2]).upper()
    return {
        "key": str(number),
        "rev": 1,
        "title": title,
        "initials": initials,
        "hue": number * 67 % 360,
        "preview": preview,
        "sender": "bob",
        "at": at,
        "unread": unread,
        "group": False,
        "members": 2,
        "notice": False,
        "draft": "",
        "draft_reply_to": 0,
        "mentions": 0,
        "pinned": False,
        "muted_until": 0,
        **more,
    }


ROOMS = [
    conversation(1, "Bob Brown", "Too late", pinned=True),
    conversation(
        2, "Release 2.4", "The tag is out", 3, mentions=1, group=True, sender="carol"
    ),
    conversation(3, "Carol", "See you", 0, NOW - DAY, draft="Tomorrow at\nsix?"),
    conversation(
        4,
        "日本語グループ",
        "こんにちは",
        1200,
        NOW - 2 * DAY,
        group=True,
        muted_until=1 << 52,
    ),
    conversation(
        5, "A conversation with a really long name", "and a long preview " * 4, 1
    ),
]


def list_frame(rows=None, **more):
    rows = ROOMS if rows is None else rows
    return {
        "order": [row["key"] for row in rows],
        "rows": rows,
        "anew": True,
        "selected": "1",
        "error": "",
        "me": "alice",
        "started": 0,
        **more,
    }


STATUS = {
    "label": "Online",
    "tone": "good",
    "detail": "",
    "retry_in": -1,
    "behind": 0,
    "unwanted": "",
    "unwanted_names": "",
    "name": "Alice Liddell",
    "initials": "AL",
    "hue": 280,
    "error": "",
}
COMPOSER = {
    "conversation": "1",
    "mode": "",
    "target": {},
    "field": ["", 1],
    "error": "",
    "refused": ["", 0],
}


def frame_row(number, command, out, size=120, latency=None, status="OK", ask=0):
    return {
        "key": str(number),
        "rev": 0,
        "out": out,
        "at": NOW + number * 1234,
        "command": command,
        "ask": ask,
        "size": size,
        "latency": latency,
        "status": status,
    }


def call_row(number, command, phases, state="done", **more):
    return {
        "key": f"0-{number}",
        "rev": f"{state} 1",
        "command": command,
        "ask": number,
        "at": NOW + number * 1234,
        "state": state,
        "error": "",
        "tries": 1,
        "total": round(sum(phases), 3),
        "phases": phases,
        **more,
    }


CALLS = [
    call_row(1, "POST /v1/authenticate", [0.4, 3.1, 2.2, 0.3], ask=0),
    call_row(2, "Login", [0.09, 0.11, 0.4, 0.03]),
    call_row(3, "Send", [120.5, 0.2, 4.1, 0.1], tries=3),
    call_row(4, "Send", [0.1, 0.1, 1.1, 0.1], "failed", error="CallRefused"),
    call_row(5, "GetConversations", [0.1, 0.1, 3e4], "timed out", error="CallTimeout"),
    call_row(6, "Pull", [812.0], "cancelled", error="CancelledError", ask=0),
    call_row(7, "a_command_of_a_plugin_with_a_long_name", [0.1, 0.1, 2.5, 1.1]),
    call_row(8, "WatchPresence", [0.1, 0.2], "waiting", total=None),
]  # fmt: skip


def calls_of(*rows):
    return {"order": [row["key"] for row in rows], "rows": list(rows)}


def inspector_frame(count=40, **more):
    rows = [frame_row(1, "handshake", True, 56, status="")]
    for number in range(2, count, 2):
        rows.append(frame_row(number, "Send", True, 150, ask=number))
        bad = "NOT_FOUND" if number == 10 else "OK"
        rows.append(frame_row(number + 1, "Send", False, 98, 1.25, bad, number))
    return {
        "order": [row["key"] for row in rows],
        "rows": rows,
        "anew": True,
        "calls": calls_of(*CALLS),
        "calls_total": [len(CALLS), 1],
        "total": [count, 0],
        "filter": "",
        "selected": 4,
        "selected_call": "",
        "title": "#4 -> Send ask 4 150 B",
        "detail": [
            [0, "conversation_id", "1"],
            [0, "messages[0]", ""],
            [1, "client_id", "'019ab5c2-0000-7000-8000-000000000000'"],
            [1, "kind", "'text'"],
            [1, "text", "'Hello <b>Bob</b>'"],
        ],
        "error": "",
        **more,
    }
