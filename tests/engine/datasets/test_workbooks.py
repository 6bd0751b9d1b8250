"""Workbooks: which sheets there are, and which one is read."""

from pathlib import Path

import pytest
from openpyxl import Workbook

from engine.datasets import DatasetError, ReadOptions, import_file, preview, read_page, sheets


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A hidden sheet first, then two with rows, one empty, and one that is only a chart."""
    book = Workbook()
    hidden = book.active
    hidden.title = "Lists"
    hidden.sheet_state = "hidden"
    hidden.append(["x"])
    hidden.append([9])
    for title, rows in (("Wine", [["a", "b"], [1, "-"], [2, "q"]]), ("Tea", [["c"], [3]]), ("Empty", [])):
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.create_chartsheet("Chart")
    book.save(tmp_path / "book.xlsx")
    return tmp_path / "book.xlsx"


def test_that_the_sheets_are_listed_in_order_and_hidden_ones_are_marked(book: Path) -> None:
    assert [(one.name, one.hidden) for one in sheets(book)] == [
        ("Lists", True),
        ("Wine", False),
        ("Tea", False),
        ("Empty", False),
    ]
    (book.parent / "table.csv").write_text("a\n1\n", encoding="utf-8")
    assert sheets(book.parent / "table.csv") == ()


def test_that_the_first_sheet_that_is_not_hidden_is_read_unless_another_is_named(workspace: Path, book: Path) -> None:
    assert [column.name for column in preview(book).columns] == ["a", "b"]
    options = ReadOptions(format="excel", sheet="Lists")
    assert [column.name for column in import_file(workspace, book, options).columns] == ["x"]


def test_that_header_and_missing_marks_of_a_sheet_are_the_users(workspace: Path, book: Path) -> None:
    options = ReadOptions(format="excel", sheet="Wine", header=False, missing=("", "q"))
    dataset = import_file(workspace, book, options)
    assert [column.name for column in dataset.columns] == ["column_1", "column_2"]
    rows = read_page(workspace, dataset.id, 0, 10).rows
    assert [list(row) for row in rows] == [["a", "b"], ["1", "-"], ["2", None]]


def test_that_a_sheet_without_rows_or_of_another_name_is_refused_with_what_there_is(book: Path) -> None:
    with pytest.raises(DatasetError, match=r"no rows below a header\. Choose another sheet: Wine, Tea"):
        preview(book, ReadOptions(format="excel", sheet="Empty"))
    with pytest.raises(DatasetError, match="no sheet “Te”; it has “Lists”, “Wine”"):
        preview(book, ReadOptions(format="excel", sheet="Te"))


def test_that_what_is_no_workbook_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "table.xlsx"
    path.write_bytes(b"a,b\n1,2\n")
    with pytest.raises(DatasetError, match="is not an Excel workbook"):
        sheets(path)
