"""What ``sql()`` lets through: one SELECT or EXPLAIN, of the store's own tables.

DuckDB's parser decides what a query is; its tree, not the text, is searched. The
instance's settings keep other files out, but not the store's own file, which
``read_blob`` and a path in place of a table can read: so tables must be in the
catalogue, and table functions in a list of harmless ones.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

import duckdb

from imnb.errors import QueryRefused
from imnb.store.connection import Cursor

VIEWS = (
    "messages",
    "conversations",
    "members",
    "users",
    "contacts",
    "reactions",
    "mentions",
    "attachments",
    "unsent",
    "calls",
)
"""What is documented, and stays as it is from version to version."""

TABLE_FUNCTIONS = frozenset(
    {
        "duckdb_columns",
        "duckdb_functions",
        "duckdb_keywords",
        "duckdb_tables",
        "duckdb_types",
        "duckdb_views",
        "generate_series",
        "json_each",
        "json_tree",
        "pragma_table_info",
        "range",
        "repeat",
        "unnest",
    }
)
"""They make rows or describe the catalogue; none reads a file or runs SQL."""

HIDDEN = frozenset(
    {
        "duckdb_databases",
        "duckdb_logs",
        "pg_database",
        "pg_prepared_statements",
        "pg_settings",
        "pragma_database_list",
    }
)
"""DuckDB's own views of more than the catalogue, by a table function within."""

_COMMENT = "--"
_KEYWORD = re.compile(r"\w+")

MAX_QUERY = 100_000
"""Characters; the parser is recursive."""


class Statement:
    """A query that was looked at.

    Attributes:
        select: the text of its one SELECT, without a semicolon.
        explain: ``"EXPLAIN "``, ``"EXPLAIN ANALYZE "``, or nothing.
    """

    __slots__ = ("explain", "select")

    def __init__(self, select: str, explain: str) -> None:
        self.select = select
        self.explain = explain

    def __repr__(self) -> str:
        return f"<Statement {self.explain or 'SELECT'}>"


def inspect(cursor: Cursor, query: str) -> Statement:
    """Judge a query.

    Raises:
        QueryRefused: says what is in the way.
    """
    if len(query) > MAX_QUERY:
        raise QueryRefused(
            f"the query has {len(query)} characters, {MAX_QUERY} at most"
        )
    select, explain = _split(query)
    tree = _parse(cursor, select)
    known = _catalogue(cursor)
    plain = {name.lower() for name in _cte_names(tree) if name.isidentifier()}
    for node in _nodes(tree):
        if node.get("type") == "TABLE_FUNCTION":
            _check_function(node)
        elif node.get("type") == "BASE_TABLE":
            _check_table(node, known, plain)
    return Statement(select, explain)


def _split(query: str) -> tuple[str, str]:
    """Take EXPLAIN and a closing semicolon off, by DuckDB's own tokens."""
    try:
        data = query.encode()  # the offsets count bytes
    except UnicodeEncodeError:
        raise QueryRefused("the query has half a character (a surrogate)") from None
    starts = [offset for offset, _ in duckdb.tokenize(query)]
    ends = [*starts[1:], len(data)] if starts else []
    words = [
        _word(data[start:end].decode()) for start, end in zip(starts, ends, strict=True)
    ]
    first = _after_comments(words, 0)
    explain, begin = "", first
    if words[first : first + 1] == ["EXPLAIN"]:
        explain, begin = "EXPLAIN ", _after_comments(words, first + 1)
        if words[begin : begin + 1] == ["ANALYZE"]:
            explain, begin = "EXPLAIN ANALYZE ", _after_comments(words, begin + 1)
    end = len(words)
    while end > begin and words[end - 1] in {";", _COMMENT}:
        end -= 1
    if begin >= end:
        raise QueryRefused("the query is empty: give one SELECT or EXPLAIN")
    stop = starts[end] if end < len(starts) else len(data)
    return data[starts[begin] : stop].decode(), explain


def _word(piece: str) -> str:
    """A token; DuckDB 2 gives comments as tokens, 1 as the end of the one before."""
    if piece.startswith(("--", "/*")):
        return _COMMENT
    if piece.startswith(";"):
        return ";"
    match = _KEYWORD.match(piece)
    return match[0].upper() if match else ""


def _after_comments(words: list[str], index: int) -> int:
    while index < len(words) and words[index] == _COMMENT:
        index += 1
    return index


def _parse(cursor: Cursor, select: str) -> Any:
    [(text,)] = cursor.fetch("SELECT json_serialize_sql(?::VARCHAR)", [select])
    answer = json.loads(text)
    if answer["error"]:
        message = str(answer.get("error_message", "")).splitlines()[0]
        if answer.get("error_type") == "parser":
            raise QueryRefused(f"the query does not parse: {message}")
        raise QueryRefused(f"only one SELECT or EXPLAIN is allowed here ({message})")
    if len(answer["statements"]) != 1:
        count = len(answer["statements"])
        raise QueryRefused(f"{count} statements: give exactly one SELECT or EXPLAIN")
    return answer


def _catalogue(cursor: Cursor) -> tuple[set[str], set[str], set[str]]:
    """Databases, schemas, and tables with views, in lower case."""
    parts: list[set[str]] = [set(), set(), set()]
    for part, name in cursor.fetch(
        "SELECT 0, database_name FROM duckdb_databases() "
        "UNION ALL SELECT 1, schema_name FROM duckdb_schemas() "
        "UNION ALL SELECT 2, table_name FROM duckdb_tables() "
        "UNION ALL SELECT 2, view_name FROM duckdb_views()"
    ):
        parts[part].add(name.lower())
    return parts[0], parts[1], parts[2] - HIDDEN


def _nodes(tree: object) -> Iterator[dict[str, Any]]:
    waiting = [tree]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            yield item
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)


def _cte_names(tree: object) -> Iterator[str]:
    for node in _nodes(tree):
        table = node.get("cte_map")
        if isinstance(table, dict):
            for entry in table.get("map", ()):
                yield str(entry["key"])


def _check_function(node: dict[str, Any]) -> None:
    function = node.get("function") or {}
    name = str(function.get("function_name", "")).lower()
    if name not in TABLE_FUNCTIONS:
        raise QueryRefused(
            f"the table function {name!r} is not allowed here; allowed are "
            f"{', '.join(sorted(TABLE_FUNCTIONS))}"
        )


def _check_table(
    node: dict[str, Any],
    known: tuple[set[str], set[str], set[str]],
    cte_names: set[str],
) -> None:
    catalog, schema, table = (
        str(node.get(f"{part}_name") or "").lower()
        for part in ("catalog", "schema", "table")
    )
    databases, schemas, tables = known
    # `FROM "/some/path".duckdb` is a schema and a table to the parser and a file
    # to the binder, hence every part
    if catalog and catalog not in databases | schemas:
        raise QueryRefused(f"there is no database {catalog!r} here")
    if schema and schema not in schemas | databases:
        raise QueryRefused(f"there is no schema {schema!r} here")
    if table not in tables and not (table in cte_names and not schema):
        raise QueryRefused(
            f"there is no table {table!r} here; the documented ones are "
            f"{', '.join(VIEWS)}"
        )
