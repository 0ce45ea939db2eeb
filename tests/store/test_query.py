import pandas
import pytest

from imnb.errors import QueryRefused, StoreError
from imnb.store import guard, query
from imnb.store.tables import conversation, message
from tests.store.rows import NOW, commit, group, row


@pytest.fixture
def filled(ledger, cursor):
    commit(ledger, lambda tx: conversation.upsert(tx, [group(1)]))
    commit(ledger, lambda tx: message.insert(tx, [row(1, i) for i in range(1, 4)]))
    return cursor


def run(cursor, text, params=None, limit=1000):
    return query.run(cursor, text, params, limit)


def test_times_are_aware_and_utc(filled):
    frame = run(filled, "SELECT sent_at, edited_at, seq FROM messages ORDER BY seq")
    assert str(frame["sent_at"].dtype).endswith("UTC]")
    assert frame["sent_at"][0] == pandas.Timestamp(NOW + 1, unit="us", tz="UTC")
    assert frame["edited_at"].isna().all()
    assert str(frame["edited_at"].dtype).endswith("UTC]")
    assert list(frame["seq"]) == [1, 2, 3]


PARAMS = [
    ("SELECT count(*) AS n FROM messages WHERE seq > ?", [1], 2),
    ("SELECT count(*) AS n FROM messages WHERE seq > $low", {"low": 2}, 1),
    ("SELECT max(sent_at) AS n FROM messages WHERE seq < ?", [3], NOW + 2),
    ("SELECT max(sent_at) AS n FROM messages WHERE seq < $s", {"s": 2}, NOW + 1),
]


@pytest.mark.parametrize(("text", "params", "value"), PARAMS)
def test_parameters(filled, text, params, value):
    [found] = run(filled, text, params)["n"]
    if isinstance(found, pandas.Timestamp):
        found = found.value // 1000
    assert found == value


def test_columns_of_one_name_survive(filled):
    frame = run(filled, "SELECT 1 AS a, 2 AS b, sent_at AS c FROM messages LIMIT 1; --")
    assert list(frame.columns) == ["a", "b", "c"]
    twice = run(filled, "SELECT a.sent_at, b.sent_at FROM messages a, messages b")
    assert len(twice) == 9
    assert twice.shape[1] == 2


def test_order_is_kept_where_times_are_read(filled):
    frame = run(filled, "SELECT seq, sent_at FROM messages ORDER BY seq DESC")
    assert list(frame["seq"]) == [3, 2, 1]


@pytest.mark.parametrize("rows", [0, 1, 5, 5000])
def test_row_limit(filled, rows):
    text = f"SELECT a FROM range({rows}) t(a)"
    assert len(run(filled, text, limit=max(rows, 1))) == rows
    if rows > 1:
        with pytest.raises(QueryRefused, match=f"more than {rows - 1} rows"):
            run(filled, text, limit=rows - 1)


def test_a_huge_result_is_not_read_whole(filled):
    with pytest.raises(QueryRefused, match="more than 10 rows"):
        run(filled, "SELECT * FROM range(100000000000)", limit=10)
    assert len(run(filled, "SELECT 1")) == 1


def test_no_rows_keep_columns_and_types(filled):
    frame = run(filled, "SELECT seq, sent_at FROM messages WHERE seq > 99")
    assert list(frame.columns) == ["seq", "sent_at"]
    assert str(frame["sent_at"].dtype).endswith("UTC]")


@pytest.mark.parametrize("text", ["EXPLAIN", "EXPLAIN ANALYZE"])
def test_explain(filled, text):
    frame = run(filled, f"{text} SELECT * FROM messages WHERE seq > ?", [1])
    assert "explain_value" in frame.columns


def test_an_error_leaves_the_cursor_usable(filled):
    with pytest.raises(StoreError, match="sedn_at"):
        run(filled, "SELECT sedn_at FROM messages")
    with pytest.raises(QueryRefused):
        run(filled, "DROP TABLE message")
    assert len(run(filled, "SELECT * FROM messages")) == 3


def test_views_are_documented(filled):
    frame = run(
        filled,
        "SELECT v.view_name, c.column_name, v.comment AS of_view, c.comment "
        "FROM duckdb_views() v JOIN duckdb_columns() c ON c.table_name = v.view_name "
        "WHERE NOT v.internal AND v.view_name <> 'chat_row'",
    )
    assert set(frame["view_name"]) == set(guard.VIEWS)
    assert frame["of_view"].notna().all()
    assert frame["comment"].notna().all()


FOREVER = (1 << 63) - 1


def test_settings_of_a_conversation(filled, ledger):
    settings = f"pinned_at = {NOW}, muted_until = {FOREVER}, draft = 'so'"
    commit(ledger, lambda tx: tx.execute(f"UPDATE conversation SET {settings}"))
    found = run(filled, "SELECT * FROM conversations").iloc[0]
    assert found["pinned_at"] == pandas.Timestamp(NOW, unit="us", tz="UTC")
    assert found["muted_until"].year == 9999
    assert found["draft"] == "so"
    assert pandas.isna(found["draft_reply_to"])
    assert pandas.isna(found["draft_at"])
