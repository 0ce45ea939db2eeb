import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imnb.store.appending import COLUMNAR_ROWS, COLUMNS, Appending
from tests.store.rows import row

TABLE = "CREATE TABLE message ({})".format(
    ", ".join(f'"{name}" {kind}' for name, kind in COLUMNS["message"].items())
)
SELECT = "SELECT {} FROM message ORDER BY rev".format(
    ", ".join(f'"{name}"' for name in COLUMNS["message"])
)


@pytest.fixture
def duck():
    connection = duckdb.connect(":memory:")
    connection.execute(TABLE)
    yield connection
    connection.close()


def ways(duck):
    """Each way a version has, whatever the number of rows."""
    appending = Appending(duck)
    found = [appending._unnest, appending._send_columns]
    return [*found, appending._append] if hasattr(duck, "appender") else found


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
values = st.tuples(
    st.integers(1, 2**63 - 1),
    st.integers(1, 2**40),
    texts,
    texts,
    texts,
    texts,
    st.binary(max_size=20),
    st.integers(0, 2**62),
    st.integers(0, 2**62),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(values, min_size=1, max_size=20))
def test_each_way_stores_the_same(found):
    rows = [(*value, number) for number, value in enumerate(found)]
    with duckdb.connect(":memory:") as connection:
        connection.execute(TABLE)
        for way in ways(connection):
            way("message", rows)
            assert connection.execute(SELECT).fetchall() == rows
            connection.execute("DELETE FROM message")


@pytest.mark.parametrize("count", [0, 1, COLUMNAR_ROWS - 1, COLUMNAR_ROWS, 5_000])
def test_order_of_arrival_is_kept(duck, count):
    rows = [(*row(1, seq), seq) for seq in range(count)]
    Appending(duck).send("message", rows)
    assert duck.execute(SELECT.split(" ORDER")[0]).fetchall() == rows


def test_rows_that_are_all_the_same(duck):
    rows = [(*row(1, 1), 1)] * COLUMNAR_ROWS
    Appending(duck).send("message", rows)
    assert duck.execute(SELECT).fetchall() == rows


@pytest.mark.parametrize("count", [3, COLUMNAR_ROWS])
def test_a_bad_row_leaves_nothing_behind(duck, count):
    appending = Appending(duck)
    good = [(*row(1, seq), seq) for seq in range(count)]
    bad = [*good, (*row(1, 9)[:7], "no number", 9, 9)]
    duck.execute("BEGIN")
    with pytest.raises((duckdb.Error, ValueError)):
        appending.send("message", bad)
    duck.execute("ROLLBACK")
    appending.send("message", good)
    assert duck.execute(SELECT).fetchall() == good


def test_missing_numbers_stay_missing(duck):
    duck.execute(
        'CREATE TABLE "call" ({})'.format(
            ", ".join(f"{name} {kind}" for name, kind in COLUMNS["call"].items())
        )
    )
    rows = [
        (i, 1, "Send", 2**63 + i, "done", 0, 1, 1, 1, i or None, None, 1, 1, None, "")
        for i in range(500)
    ]
    Appending(duck).send("call", rows)
    assert duck.execute("SELECT * FROM call").fetchall() == rows
