"""Pages, filters, profiles and roles of a table."""

from pathlib import Path

import pytest

from engine.datasets import (
    Dataset,
    DatasetError,
    import_file,
    import_sample,
    infer_roles,
    profile,
    read_page,
    sample_names,
)

TABLE = "name,age,city\nAda,36,London\nBob,,Paris\nCy,50,\nDee,20,Paris\n"


@pytest.fixture
def people(workspace: Path, tmp_path: Path) -> Dataset:
    path = tmp_path / "people.csv"
    path.write_text(TABLE)
    return import_file(workspace, path)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", ["Ada", "Bob", "Cy", "Dee"]),
        ("par", ["Bob", "Dee"]),
        ("age > 30", ["Ada", "Cy"]),
        ('age >= 20 and city = "Paris"', ["Dee"]),
        ("age = missing or city = missing", ["Bob", "Cy"]),
        ("name ~ d", ["Ada", "Dee"]),
        ('name = "x; DROP TABLE people"', []),
    ],
)
def test_that_a_filter_keeps_the_rows_it_describes(
    workspace: Path, people: Dataset, text: str, names: list[str]
) -> None:
    page = read_page(workspace, people.id, filter=text)
    assert [row[0] for row in page.rows] == names
    assert (page.matched, page.total) == (len(names), 4)


@pytest.mark.parametrize(
    ("text", "words"),
    [("salary > 3", "no column “salary”"), ("age > old", "holds numbers"), ("age >", "no comparison"), ('"', "quote")],
)
def test_that_a_wrong_filter_is_explained(workspace: Path, people: Dataset, text: str, words: str) -> None:
    with pytest.raises(DatasetError, match=words):
        read_page(workspace, people.id, filter=text)


def test_that_rows_are_sorted_with_gaps_at_the_end_and_paged(workspace: Path, people: Dataset) -> None:
    page = read_page(workspace, people.id, 1, 2, sort=[("age", True)])
    assert [row[0] for row in page.rows] == ["Ada", "Dee"]
    assert read_page(workspace, people.id, 3, 5, sort=[("age", True)]).rows[0][0] == "Bob"


def test_that_a_profile_counts_exactly(workspace: Path, people: Dataset) -> None:
    age = profile(workspace, people.id, "age")
    assert (age.count, age.missing, age.distinct, age.min, age.max) == (4, 1, 3, 20.0, 50.0)
    assert age.histogram is not None and sum(age.histogram.counts) == 3
    assert profile(workspace, people.id, "city").top[0] == ("Paris", 2)
    with pytest.raises(DatasetError, match="no column “salary”"):
        profile(workspace, people.id, "salary")


def test_that_every_sample_of_a_table_has_a_target_and_inputs(workspace: Path) -> None:
    for sample in sample_names():
        if sample.task in ("forecasting", "text"):
            continue
        roles = infer_roles(workspace, import_sample(workspace, sample.name).id)
        assert len(roles.target) == 1
        assert len(roles.features) >= 10
