import pandas

from imnb.live.snapshot import Changes, Snapshot

SNAPSHOT = Snapshot(("key", "sent_at", "rev"), (("a", 1_000_000, 1), ("b", None, 2)), 7)


def test_keys_are_the_first_column():
    assert SNAPSHOT.keys == ("a", "b")
    assert len(SNAPSHOT) == 2


def test_times_know_their_zone():
    assert SNAPSHOT.df["sent_at"].iloc[0] == pandas.Timestamp(1, unit="s", tz="UTC")
    assert SNAPSHOT.df["sent_at"].isna().iloc[1]


def test_writing_into_a_table_changes_no_other():
    mine = SNAPSHOT.df
    mine.loc[0, "key"] = "changed"
    assert list(SNAPSHOT.df["key"]) == ["a", "b"]


def test_an_empty_snapshot_has_its_columns():
    assert list(Snapshot(("key", "sent_at", "rev")).df.columns) == [
        "key", "sent_at", "rev",
    ]  # fmt: skip


def test_changes_are_true_when_there_are_any():
    assert not Changes()
    assert Changes(moved=("a",))


def test_rows_are_not_shown():
    assert "sent_at" in repr(SNAPSHOT)
    assert "'a'" not in repr(SNAPSHOT)
