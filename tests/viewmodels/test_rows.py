import pytest

from imnb.viewmodels.rows import RowsViewModel
from tests.viewmodels.fakes import FakeSource, heard


class Counting(RowsViewModel):
    def __init__(self):
        super().__init__()
        self.made = []

    def present(self, row):
        self.made.append(row["key"])
        return {"text": row["text"]}


@pytest.fixture
async def source():
    return FakeSource(("key", "text", "rev"), (1, "a", 1), (2, "b", 1))


@pytest.fixture
def model(source):
    made = Counting()
    made.follow(source)
    return made


async def test_the_rows_of_a_source_with_keys_as_text(model):
    assert model.rows == (
        {"key": "1", "rev": 1, "text": "a"},
        {"key": "2", "rev": 1, "text": "b"},
    )


async def test_only_what_changed_is_made_anew(source, model):
    before = model.rows
    source.put((2, "b", 1), (1, "A", 2), (3, "c", 2))
    assert [row["text"] for row in model.rows] == ["b", "A", "c"]
    assert model.rows[0] is before[1]
    assert model.made == [1, 2, 1, 3]
    assert [row["text"] for row in before] == ["a", "b"]


async def test_a_row_that_left_and_came_back_is_right(source, model):
    source.put((2, "b", 1))
    source.put((1, "a", 1), (2, "b", 1))
    assert [row["text"] for row in model.rows] == ["a", "b"]


async def test_by_itself_a_list_shows_columns_as_they_are(source):
    model = RowsViewModel()
    model.follow(source)
    assert model.rows[0] == {"key": "1", "text": "a", "rev": 1}


async def test_following_another_source_leaves_the_first(source, model):
    other = FakeSource(("key", "text", "rev"), (1, "other", 1))
    model.follow(other)
    assert [row["text"] for row in model.rows] == ["other"]
    source.put((9, "late", 9))
    assert [row["text"] for row in model.rows] == ["other"]
    assert (source.watchers, other.watchers) == (0, 1)


async def test_leaving_gives_the_source_to_be_closed(source, model):
    assert model.leave() is source
    assert model.leave() is None
    assert (model.rows, source.watchers) == ((), 0)


async def test_close_undoes_every_observer(source, model):
    changes = heard(model, "rows")
    model.close()
    source.put((9, "late", 9))
    assert model.rows == ()
    assert changes == [("rows", ())]
    assert source.watchers == 0
