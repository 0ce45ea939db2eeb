"""Frames of a picker."""

from imnb.viewmodels.letters import folded, letter

NAMES = [
    "Alice Liddell",
    "Álvaro Núñez",
    "Bob Brown",
    "Bärbel Ölschläger-Wintermantel von und zu Hohenfels",
    "Carol",
    "Dave",
    "Élodie Durand",
    "Zoë",
    "山田 花子",
    "42",
]


def choice(number, name, about=None, *, chosen=False, fixed=False, **more):
    words = name.split()[:2]
    return {
        "key": f"str:{number}",
        "rev": f"1 {chosen}",
        "name": name,
        "about": f"user{number}" if about is None else about,
        "initials": "".join(word[0] for word in words).upper() or "?",
        "hue": number * 67 % 360,
        "letter": letter(folded(name)),
        "chosen": chosen,
        "fixed": fixed,
        **more,
    }


ROWS = [choice(number, name) for number, name in enumerate(NAMES)]


def picker_frame(rows=None, **more):
    rows = ROWS if rows is None else rows
    chosen = [row for row in rows if row["chosen"]]
    return {
        "order": [row["key"] for row in rows],
        "rows": rows,
        "anew": True,
        "found": None,
        "title": "People of the group",
        "nothing": "There is nothing to choose from",
        "single": False,
        "search": "",
        "heard": "",
        "chips": chosen,
        "hidden": 0,
        "focus": "",
        "detail": [],
        "summary": f"{len(chosen)} chosen" if chosen else "Choose at least 1",
        "button": "Create group",
        "ready": bool(chosen),
        "asked": True,
        "busy": 0,
        "error": "",
        **more,
    }


def many(count):
    """Rows of so many people, by name."""
    names = (f"{chr(65 + n * 26 // count)}. Person {n:05}" for n in range(count))
    return [choice(number, name) for number, name in enumerate(names)]


SOME = [
    {**row, "chosen": row["key"] in {"str:2", "str:6", "str:3"}, "fixed": n == 4}
    for n, row in enumerate(ROWS)
]
FULL = picker_frame(
    SOME,
    hidden=12,
    focus="str:3",
    detail=[[NAMES[3], "user3"]],
    error="At most 15 can be chosen",
)
STATES = {
    "picker": FULL,
    "picker-empty": picker_frame([], summary=""),
    "picker-one": picker_frame(
        [{**row, "chosen": row["key"] == "str:5"} for row in ROWS],
        title="Forward to",
        single=True,
        button="Forward",
        summary="",
        focus="str:5",
        detail=[["Dave", "user5"]],
    ),
    "picker-long": picker_frame(many(1_000), focus="str:2"),
    "picker-search": picker_frame(
        found=[2, 3], search="b", focus="str:2", detail=[["Bob Brown", "user2"]]
    ),
}
