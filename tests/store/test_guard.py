import re

import pytest

from imnb.errors import QueryRefused, StoreError
from imnb.store import guard
from imnb.store import query as guarded

ALLOWED = [
    "SELECT 1",
    "select * from messages;",
    "FROM conversations",
    "TABLE users",
    "VALUES (1), (2)",
    "/* a comment; with a semicolon */ SELECT 1 -- and; another",
    "SELECT ';' AS semicolon;  -- end",
    "EXPLAIN SELECT * FROM messages",
    "-- first\nexplain /* then */ analyze SELECT 1;",
    "DESCRIBE messages",
    "SUMMARIZE members",
    "SHOW TABLES",
    "WITH x AS (SELECT 1 AS a) SELECT * FROM x",
    "WITH RECURSIVE t AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM t WHERE n < 5) "
    "FROM t",
    "SELECT * FROM range(3) r(a) WHERE a IN (SELECT seq FROM messages)",
    "SELECT * FROM main.messages",
    "SELECT * FROM store.main.messages",
    "FROM pg_catalog.pg_class",
    "SELECT column_name, comment FROM duckdb_columns() WHERE table_name = 'messages'",
    "SELECT * FROM information_schema.columns",
    "(SELECT 1) UNION ALL (SELECT 2)",
    "/* größe */ SELECT 'größe 日本 🎉' AS text; -- größe",
]
REFUSED = [
    "",
    "-- nothing\n;",
    "COPY messages TO '/tmp/x.csv'",
    "ATTACH '/tmp/x.duckdb'",
    "PRAGMA version",
    "PRAGMA database_list",
    "SET threads = 1",
    "INSTALL httpfs",
    "LOAD httpfs",
    "CHECKPOINT",
    "CALL force_checkpoint()",
    "EXPORT DATABASE '/tmp/x'",
    "INSERT INTO message SELECT * FROM message",
    "UPDATE message SET text = ''",
    "DELETE FROM message",
    "DROP TABLE message",
    "CREATE TABLE x (a INT)",
    "CREATE TEMP TABLE x AS SELECT 1",
    "BEGIN",
    "COMMIT",
    "commit; insert into hole values (1, 1, 1)",
    "SELECT 1; SELECT 2",
    "SELECT 1; DROP TABLE message",
    "EXPLAIN ANALYZE DELETE FROM message",
    "EXPLAIN ANALYZE COPY messages TO '/tmp/x.csv'",
    "EXPLAIN EXPLAIN SELECT 1",
    "EXPLAIN",
    "WITH x AS (DELETE FROM message RETURNING *) SELECT * FROM x",
    "WITH x AS (INSERT INTO hole VALUES (1, 1, 1) RETURNING *) SELECT * FROM x",
    "PREPARE x AS SELECT 1",
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM read_blob('{path}')",
    "SELECT (SELECT count(*) FROM READ_BLOB('{path}'))",
    "SELECT * FROM messages WHERE text IN (SELECT content FROM read_text('{path}'))",
    "WITH x AS (SELECT * FROM read_blob('{path}')) SELECT * FROM x",
    "SELECT * FROM '{path}'",
    'SELECT * FROM "{path}"',
    'SELECT * FROM "{stem}".duckdb',
    "DESCRIBE '{path}'",
    "SUMMARIZE '{path}'",
    "SELECT * FROM 'x.csv'",
    'SELECT * FROM (WITH "{path}" AS (SELECT 1) SELECT 1), "{path}"',
    "SELECT * FROM glob('/tmp/*')",
    "SELECT * FROM query('SELECT 1')",
    "SELECT * FROM query_table('messages')",
    "SELECT * FROM duckdb_settings()",
    "SELECT * FROM force_checkpoint()",
    "SELECT * FROM json_execute_serialized_sql('x')",
    "SELECT * FROM duckdb_secrets()",
    "SELECT * FROM read_duckdb('{path}')",
    "SELECT * FROM parquet_metadata('{path}')",
    "SELECT * FROM sniff_csv('{path}')",
    "SELECT * FROM histogram(messages, seq)",
    "SELECT * FROM messages, LATERAL (SELECT * FROM read_text('{path}'))",
    "SELECT * FROM 'x.parquet'",
    "SELECT * FROM 's3://bucket/x.parquet'",
    "SELECT * FROM 'https://example.org/x.csv'",
    "SELECT * FROM system.main.duckdb_settings()",
    "WITH glob AS (SELECT 1) SELECT * FROM glob('/tmp/*')",
    "WITH x AS MATERIALIZED (FROM query('DELETE FROM message')) FROM x",
    "FROM duckdb_databases",
    "SELECT * FROM system.main.duckdb_logs",
    "FROM pg_settings",
    "FROM pg_catalog.pg_prepared_statements",
    "SHOW ALL TABLES; SHOW TABLES",
    "CREATE MACRO m() AS TABLE SELECT 1",
    "EXECUTE x",
    "IMPORT DATABASE '/tmp/x'",
    "USE memory",
    "DETACH store",
    "SET VARIABLE x = 1",
    "RESET threads",
    "VACUUM",
    "SELECT * FROM frame",
    "SELECT * FROM no_such_table",
    "SELEC 1",
    "SELECT 1; -- x\n; SELECT 2",
    "SELECT " + "1" * guard.MAX_QUERY,
]


@pytest.mark.parametrize("query", ALLOWED)
def test_allowed(cursor, query):
    statement = guard.inspect(cursor, query)
    assert cursor.fetch(statement.explain + statement.select) is not None


@pytest.mark.parametrize("query", REFUSED, ids=range(len(REFUSED)))
def test_refused(cursor, query, tmp_path):
    path = str(tmp_path / "x.duckdb")
    query = query.replace("{path}", path).replace("{stem}", path[: -len(".duckdb")])
    frame = {"a": [1]}  # a name that a replacement scan would find
    with pytest.raises(QueryRefused):
        guard.inspect(cursor, query)
    assert frame


def test_explain_is_told_apart(cursor):
    statement = guard.inspect(cursor, "explain analyze select 1")
    assert (statement.explain, statement.select) == ("EXPLAIN ANALYZE ", "select 1")
    assert repr(statement) == "<Statement EXPLAIN ANALYZE >"


def test_what_is_allowed_is_named(cursor):
    with pytest.raises(QueryRefused, match="messages, conversations"):
        guard.inspect(cursor, "FROM massages")
    with pytest.raises(QueryRefused, match=r"'read_text'.*range"):
        guard.inspect(cursor, "FROM read_text('x')")


DESCRIBING = {
    f"duckdb_{what}"
    for what in (
        "columns constraints dependencies functions indexes schemas sequences tables "
        "types views"
    ).split()
}


def test_no_view_hides_a_function_that_does_more_than_describe(cursor):
    """Those that come with DuckDB; a new version may bring others."""
    found = cursor.fetch("SELECT view_name, sql FROM duckdb_views() WHERE internal")
    assert found
    for name, sql in found:
        used = set(re.findall(r"\b((?:duckdb|pragma|read)_\w+)\s*\(", sql.lower()))
        assert name in guard.HIDDEN or used <= DESCRIBING, name


def test_no_function_reads_the_environment(cursor):
    with pytest.raises(StoreError, match="getenv does not exist"):
        guarded.run(cursor, "SELECT getenv('HOME')", None, 10)


def test_half_a_character(cursor):
    with pytest.raises(QueryRefused, match="surrogate"):
        guard.inspect(cursor, "SELECT '\ud83d'")
