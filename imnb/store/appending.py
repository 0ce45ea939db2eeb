"""Rows into a table in bulk, by the way that costs least for their number.

Measured for ``message`` with its key, in µs of this thread per row: 300 rows 25 by
DuckDB 2's Appender and 30 as columns; 8,000 rows 7.8 by the Appender (which casts
each small int on its own) and 3 as columns. DuckDB 1 has no Appender: there a few
rows go as lists to unnest.
"""

from collections.abc import Sequence
from typing import Any

import numpy

COLUMNAR_ROWS = 300
"""From here on columns are cheaper than rows."""

_INTEGERS = {
    "BIGINT": "int64",
    "INTEGER": "int64",
    "TINYINT": "int64",
    "UBIGINT": "uint64",
}
_VIEW = "imnb_appended"

COLUMNS = {
    "message": {
        "conversation_id": "BIGINT",
        "seq": "BIGINT",
        "client_id": "VARCHAR",
        "sender_id": "VARCHAR",
        "kind": "VARCHAR",
        "text": "VARCHAR",
        "content": "BLOB",
        "sent_at": "BIGINT",
        "event_seq": "BIGINT",
        "rev": "BIGINT",
    },
    "member": {
        "conversation_id": "BIGINT",
        "user_id": "VARCHAR",
        "name": "VARCHAR",
        "read_seq": "BIGINT",
        "delivered_seq": "BIGINT",
        "role": "TINYINT",
        "rev": "BIGINT",
    },
    "reaction": {
        "conversation_id": "BIGINT",
        "seq": "BIGINT",
        "user_id": "VARCHAR",
        "emoji": "VARCHAR",
        "rev": "BIGINT",
    },
    "mention": {
        "conversation_id": "BIGINT",
        "seq": "BIGINT",
        "user_id": "VARCHAR",
        "rev": "BIGINT",
    },
    "part": {
        "conversation_id": "BIGINT",
        "sender_id": "VARCHAR",
        "whole_id": "VARCHAR",
        "place": "INTEGER",
        "places": "INTEGER",
        "seq": "BIGINT",
        "arrived_at": "BIGINT",
    },
    "waiting_change": {
        "conversation_id": "BIGINT",
        "seq": "BIGINT",
        "change_seq": "BIGINT",
        "event": "BLOB",
    },
    "unprocessed": {
        "conversation_id": "BIGINT",
        "seq": "BIGINT",
        "plugin": "VARCHAR",
        "error": "VARCHAR",
        "failed_at": "BIGINT",
    },
    "outbox": {
        "client_id": "VARCHAR",
        "conversation_id": "BIGINT",
        "kind": "VARCHAR",
        "text": "VARCHAR",
        "content": "BLOB",
        "created_at": "BIGINT",
        "position": "BIGINT",
        "state": "VARCHAR",
        "attempts": "INTEGER",
        "error": "VARCHAR",
        "rev": "BIGINT",
    },
    "tombstone": {
        "table_name": "VARCHAR",
        "key": "VARCHAR",
        "rev": "BIGINT",
        "deleted_at": "BIGINT",
    },
    "call": {
        "number": "BIGINT",
        "started_at": "BIGINT",
        "command": "VARCHAR",
        "ask_id": "UBIGINT",
        "status": "VARCHAR",
        "priority": "INTEGER",
        "attempts": "INTEGER",
        "queued_us": "BIGINT",
        "sending_us": "BIGINT",
        "waiting_us": "BIGINT",
        "receiving_us": "BIGINT",
        "total_us": "BIGINT",
        "request_bytes": "BIGINT",
        "reply_bytes": "BIGINT",
        "error": "VARCHAR",
    },
    "record": {"number": "BIGINT", "kind": "VARCHAR", "payload": "BLOB"},
}
"""Table to the columns (with their types) of a row that is appended."""


class Appending:
    """Sends rows within the open transaction of one connection."""

    def __init__(self, duck: Any) -> None:
        self._duck = duck
        self._appenders: dict[str, Any] = {}
        self._has_appender = hasattr(duck, "appender")

    def send(self, table: str, rows: Sequence[Sequence[object]]) -> None:
        """Hand over rows; after an error nothing of them is left behind."""
        if len(rows) >= COLUMNAR_ROWS:
            self._send_columns(table, rows)
        elif rows and self._has_appender:
            self._append(table, rows)
        elif rows:
            self._unnest(table, rows)

    def _append(self, table: str, rows: Sequence[Sequence[object]]) -> None:
        appender = self._appenders.get(table)
        if appender is None:
            appender = self._duck.appender(table, columns=list(COLUMNS[table]))
            self._appenders[table] = appender
        try:
            appender.append_rows(rows)
            appender.flush()
        except BaseException:
            # a bad value leaves the rows before it buffered: a later flush
            # would commit them under somebody else's transaction
            appender.clear()
            del self._appenders[table]
            raise

    def _send_columns(self, table: str, rows: Sequence[Sequence[object]]) -> None:
        arrays: dict[str, Any] = {}
        constants: dict[str, object] = {}
        for (name, kind), values in zip(
            COLUMNS[table].items(), zip(*rows, strict=True), strict=True
        ):
            first = values[0]
            if first == values[-1] and values.count(first) == len(values):
                constants[name] = first
            else:
                arrays[name] = _array(values, kind)
        if not arrays:  # nothing but the same row again and again
            return self._unnest(table, rows)
        self._duck.register(_VIEW, arrays)
        names = ", ".join(f'"{name}"' for name in [*arrays, *constants])
        given = ", ".join(f"?::{COLUMNS[table][name]}" for name in constants)
        self._duck.execute(
            f'INSERT INTO "{table}" ({names}) '
            f"SELECT *{', ' if given else ''}{given} FROM {_VIEW}",
            list(constants.values()),
        )
        self._duck.unregister(_VIEW)
        return None

    def _unnest(self, table: str, rows: Sequence[Sequence[object]]) -> None:
        columns = COLUMNS[table]
        lists = ", ".join(f"unnest(?::{kind}[])" for kind in columns.values())
        names = ", ".join(f'"{name}"' for name in columns)
        self._duck.execute(
            f'INSERT INTO "{table}" ({names}) SELECT {lists}',
            [list(values) for values in zip(*rows, strict=True)],
        )


def _array(values: Sequence[object], kind: str) -> Any:
    """The values as numpy holds them; integers with gaps stay objects."""
    if kind in _INTEGERS and None not in values:
        return numpy.array(values, dtype=_INTEGERS[kind])
    return numpy.array(values, dtype=object)
