"""A wide table becomes a long one, value by value; what cannot is refused in a sentence, and nothing half-made is left."""

from pathlib import Path

import pytest

from engine.datasets import Dataset, DatasetError, Melt, import_file, infer_roles, list_datasets, melt, melt_preview
from engine.datasets import read_page as page
from engine.datasets.melting import BLOCK

WIDE = """day,north,south,holiday
2024-01-01,1,2.5,yes
2024-01-02,,3.5,no
2024-01-03,5,,no
"""


@pytest.fixture
def wide(workspace: Path, tmp_path: Path) -> Dataset:
    """Two stores beside a holiday."""
    path = tmp_path / "shops.csv"
    path.write_text(WIDE, encoding="utf-8")
    return import_file(workspace, path)


def test_that_each_cell_becomes_a_row_beside_what_stays(workspace: Path, wide: Dataset) -> None:
    told: list[float] = []
    made = melt(workspace, wide.id, Melt(time="day"), progress=lambda share, _stage: told.append(share))
    assert sorted(map(tuple, page(workspace, made.id).rows)) == [
        ("2024-01-01", "north", 1.0, "yes"),
        ("2024-01-01", "south", 2.5, "yes"),
        ("2024-01-02", "south", 3.5, "no"),
        ("2024-01-03", "north", 5.0, "no"),
    ]
    assert made.rows == 4
    assert [(column.name, column.type) for column in made.columns] == [
        ("day", "date"),
        ("series", "text"),
        ("value", "number"),
        ("holiday", "text"),
    ]
    assert made.origin is not None
    assert (made.origin.dataset, made.origin.name, made.origin.melt.columns) == (wide.id, "shops", ("north", "south"))
    assert told[-1] == 1.0
    assert melt(workspace, wide.id, Melt(time="day", columns=("south", "north"))).id == made.id
    roles = infer_roles(workspace, made.id)
    assert (roles.target, roles.group, roles.date) == (("value",), ("series",), ("day",))


def test_that_empty_cells_are_rows_where_that_is_wanted(workspace: Path, wide: Dataset) -> None:
    kept = Melt(time="day", columns=("north", "south"), series_name="shop", value_name="sold", keep_empty=True)
    shown = melt_preview(workspace, wide.id, kept)
    assert [column.name for column in shown.columns] == ["day", "shop", "sold", "holiday"]
    made = melt(workspace, wide.id, kept, name="sales")
    assert (made.name, made.rows) == ("sales", 6)
    assert sorted(map(str, shown.rows)) == sorted(map(str, page(workspace, made.id).rows))


def test_that_whole_numbers_stay_whole_over_many_columns(workspace: Path, tmp_path: Path) -> None:
    path, count = tmp_path / "many.csv", 2 * BLOCK + 3
    header = ["when", *(f'a "{number}", b' for number in range(count))]
    rows = [[step, *(step * 10_000 + number for number in range(count))] for step in range(3)]
    lines = [
        ",".join('"' + name.replace('"', '""') + '"' for name in header),
        *(",".join(map(str, row)) for row in rows),
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    made = melt(workspace, import_file(workspace, path).id, Melt(time="when"))
    assert made.rows == 3 * count
    assert [column.type for column in made.columns] == ["integer", "text", "integer"]
    assert {tuple(row) for row in page(workspace, made.id, 0, made.rows).rows} == {
        (step, header[number + 1], step * 10_000 + number) for step in range(3) for number in range(count)
    }


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"time": "date"}, "“shops” has no column “date”; there are “day”, “north”, “south”, “holiday”."),
        ({"columns": ("north", "east")}, "“shops” has no column “east”"),
        ({"columns": ("day", "north")}, "“day” is the time, and cannot be a series too."),
        ({"columns": ("north",)}, "“shops” has 1 column(s) of numbers beside “day”; two or more become series."),
        ({"columns": ("north", "holiday")}, "Series hold numbers, and “holiday” (text) of “shops” cannot be one"),
        ({"columns": ("north", "north")}, "“north” is named twice."),
        ({"series_name": "Holiday"}, "There is a column “holiday” already, which stays"),
        ({"value_name": "day"}, "There is a column “day” already, which stays; choose another name for the value."),
        ({"value_name": "Series"}, "“Series” cannot name both new columns"),
        ({"series_name": " "}, "Name the new column of the series."),
    ],
)
def test_that_what_cannot_be_turned_is_refused_in_a_sentence(
    workspace: Path, wide: Dataset, change: dict, words: str
) -> None:
    wanted = Melt.model_validate({"time": "day", **change})
    for turn in (melt, melt_preview):
        with pytest.raises(DatasetError) as refused:
            turn(workspace, wide.id, wanted)
        assert words in str(refused.value)
    assert [dataset.id for dataset in list_datasets(workspace)] == [wide.id]


def test_that_a_cancelled_melt_leaves_nothing(workspace: Path, wide: Dataset) -> None:
    with pytest.raises(DatasetError, match="nothing was made"):
        melt(workspace, wide.id, Melt(time="day"), cancelled=lambda: True)
    assert [path.name for path in (workspace / "datasets").iterdir()] == [wide.id]
