"""Polls: a kind of message with a table, a view, a look and two commands.

All of it is here; nothing of imnb knows about polls. It would be a package of its
own, found by the entry point group "imnb.plugins", or a cell of a notebook.
"""

import json

from imnb.errors import ConfigError
from imnb.sync.plugins import Plugin
from imnb.viewmodels.presentation import Presentation

POLL_KIND, VOTE_KIND = "poll", "poll.vote"

TABLES = (
    """
    CREATE TABLE poll_option (
        conversation_id BIGINT, seq BIGINT, place INTEGER, label VARCHAR,
        PRIMARY KEY (conversation_id, seq, place)
    );
    CREATE TABLE poll_vote (
        conversation_id BIGINT, seq BIGINT, poll_seq BIGINT, user_id VARCHAR,
        place INTEGER, PRIMARY KEY (conversation_id, seq)
    );
    CREATE VIEW polls AS
    WITH latest AS (  -- who votes again has changed their mind
        SELECT conversation_id, poll_seq, user_id, arg_max(place, seq) AS place
        FROM poll_vote GROUP BY ALL
    )
    SELECT o.conversation_id, o.seq, o.place, o.label, count(v.user_id) AS votes
    FROM poll_option o
    SEMI JOIN message m USING (conversation_id, seq)  -- gone if I left
    LEFT JOIN latest v ON v.conversation_id = o.conversation_id
        AND v.poll_seq = o.seq AND v.place = o.place
    GROUP BY ALL;
    """,
)


def check(draft):
    if draft.kind == POLL_KIND and len(json.loads(draft.content)) < 2:
        raise ConfigError("a poll needs two options at least")


def store(tx, messages):
    for table in ("poll_option", "poll_vote"):
        tx.execute(
            f"DELETE FROM {table} USING (SELECT unnest(?::BIGINT[]) AS a, "
            "unnest(?::BIGINT[]) AS b) v WHERE conversation_id = v.a AND seq = v.b",
            [[m.conversation_id for m in messages], [m.seq for m in messages]],
        )
    for one in messages:
        if one.is_revoked:
            continue
        said = json.loads(one.content)
        if one.kind == POLL_KIND:
            for place, label in enumerate(said):
                tx.execute(
                    "INSERT INTO poll_option VALUES (?, ?, ?, ?)",
                    [one.conversation_id, one.seq, place, label],
                )
        else:
            tx.execute(
                "INSERT INTO poll_vote VALUES (?, ?, ?, ?, ?)",
                [one.conversation_id, one.seq, said["poll"], one.sender_id,
                 said["place"]],
            )  # fmt: skip


def look(row):
    options = json.loads(row["content"] or b"[]")
    return Presentation("\n".join([row["text"], *(f"  ▢ {one}" for one in options)]))


POLL = Plugin(
    "poll",
    frozenset({POLL_KIND, VOTE_KIND}),
    check=check,
    store=store,
    tables=TABLES,
    hidden_kinds=frozenset({VOTE_KIND}),
    look=look,
)


async def ask(client, to, question, *options):
    """Begin a poll; the message that it is."""
    content = json.dumps(options).encode()
    return await client.send(to, question, kind=POLL_KIND, content=content)


async def vote(client, poll, place):
    """Vote for an option, counted from 0; the last vote of each counts."""
    content = json.dumps({"poll": poll.seq, "place": place}).encode()
    return await client.send(poll.conversation_id, kind=VOTE_KIND, content=content)


async def votes(client, poll):
    """How many votes each option has."""
    frame = await client.sql(
        "SELECT label, votes FROM polls WHERE conversation_id = ? AND seq = ? "
        "ORDER BY place",
        [int(poll.conversation_id), poll.seq],
    )
    return dict(zip(frame["label"], frame["votes"], strict=True))
