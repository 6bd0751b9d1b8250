"""Whatever the bytes are, there is a table or a clear sentence; every line is imported or among the rejects."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.datasets import (
    DatasetError,
    ReadOptions,
    export_rejects,
    import_file,
    list_datasets,
    preview,
    read_page,
    rejects,
    sniff,
)


def write(folder: Path, content: bytes | str, name: str = "table.csv", encoding: str = "utf-8") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


def cells(workspace: Path, path: Path, options: ReadOptions | None = None) -> list[list[object]]:
    dataset = import_file(workspace, path, options)
    return [list(row) for row in read_page(workspace, dataset.id, 0, 1000).rows]


CHINESE = "城市,人口\n北京市朝阳区,3\n上海市浦东新区,5\n"


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-8", CHINESE),
        ("utf-8-sig", CHINESE),
        ("utf-16", CHINESE),
        ("utf-16-le", "city,people\nOslo,3\nBergen,5\n"),
        ("utf-16-be", "city,people\nOslo,3\nBergen,5\n"),
        ("gbk", CHINESE),
        ("latin-1", "Straße,Zahl\nMünchen Königsplatz,3\nKöln,5\n"),
    ],
)
def test_that_the_encoding_is_guessed(workspace: Path, tmp_path: Path, encoding: str, text: str) -> None:
    path = write(tmp_path, text, encoding=encoding)
    expected = [[first, int(second)] for first, second in list(csv.reader(io.StringIO(text)))[1:]]
    assert cells(workspace, path) == expected


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_that_line_endings_leave_no_trace_in_names_or_values(workspace: Path, tmp_path: Path, ending: str) -> None:
    path = write(tmp_path, ending.join(["a,output", "1,x", "2,y", ""]))
    assert [column.name for column in preview(path).columns] == ["a", "output"]
    assert cells(workspace, path) == [[1, "x"], [2, "y"]]


def test_that_delimiter_and_decimal_comma_are_guessed(workspace: Path, tmp_path: Path) -> None:
    path = write(tmp_path, "name;price\nscrew;1,5\nnut;0,25\n")
    assert (sniff(path).delimiter, sniff(path).decimal) == (";", ",")
    assert cells(workspace, path) == [["screw", 1.5], ["nut", 0.25]]


def test_that_ragged_lines_are_rejected_with_number_text_and_reason(workspace: Path, tmp_path: Path) -> None:
    path = write(tmp_path, "a,b\n1,2\n3\n4,5,6\n7,8\n")
    dataset = import_file(workspace, path)
    assert (dataset.rows, dataset.rejected) == (2, 2)
    kept = rejects(workspace, dataset.id)
    assert [(reject.line, reject.text) for reject in kept] == [(3, "3"), (4, "4,5,6")]
    assert all(reject.reason for reject in kept)
    export_rejects(workspace, dataset.id, tmp_path / "rejects.csv")
    assert len((tmp_path / "rejects.csv").read_text().splitlines()) == 3


def test_that_a_late_word_widens_a_column_of_numbers_and_rejects_nothing(workspace: Path, tmp_path: Path) -> None:
    lines = ["n,x", *(f"{number},{number}.5" for number in range(30_000)), "unknown,none"]
    dataset = import_file(workspace, write(tmp_path, "\n".join(lines)))
    assert (dataset.rows, dataset.rejected) == (30_001, 0)
    assert [column.type for column in dataset.columns] == ["text", "text"]


def test_that_quoted_newlines_and_delimiters_belong_to_the_value(workspace: Path, tmp_path: Path) -> None:
    path = write(tmp_path, 'a,b\n"one, two","first\nsecond"\nx,"say ""hi"""\n')
    assert cells(workspace, path) == [["one, two", "first\nsecond"], ["x", 'say "hi"']]


def test_that_duplicate_and_empty_names_become_usable_and_are_noted(tmp_path: Path) -> None:
    seen = preview(write(tmp_path, "a,,a,A\n1,2,3,4\n5,6,7,8\n"), ReadOptions())
    assert len({column.name.lower() for column in seen.columns}) == 4
    assert len(seen.notes) == 2


def test_that_ten_thousand_columns_are_read(workspace: Path, tmp_path: Path) -> None:
    names = ",".join(f"c{number}" for number in range(10_000))
    path = write(tmp_path, f"{names}\n" + ",".join(["1"] * 10_000) + "\n")
    dataset = import_file(workspace, path)
    assert (dataset.rows, len(dataset.columns)) == (1, 10_000)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"   \n\n", "is empty"),
        (b"a,b,c\n", "has a header and no rows"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8, "a PNG picture"),
        (b"PK\x03\x04" + bytes(200), "a ZIP archive"),
        (bytes(range(256)) * 40, "binary file"),
    ],
)
def test_that_what_is_no_table_is_refused_in_words(workspace: Path, tmp_path: Path, content: bytes, words: str) -> None:
    path = write(tmp_path, content)
    with pytest.raises(DatasetError, match=words) as refused:
        import_file(workspace, path)
    assert "table.csv" in str(refused.value)
    assert list_datasets(workspace) == []


def test_that_the_same_file_read_the_same_way_is_one_dataset(workspace: Path, tmp_path: Path) -> None:
    path = write(tmp_path, "a,b\n1,2\n")
    first, second = import_file(workspace, path), import_file(workspace, path, name="again")
    other = import_file(workspace, path, ReadOptions(header=False))
    assert first.id == second.id != other.id
    assert len(list_datasets(workspace)) == 2


def test_that_a_cancelled_import_leaves_nothing_behind(workspace: Path, tmp_path: Path) -> None:
    path = write(tmp_path, "a,b\n" + "1,2\n" * 200_000)
    with pytest.raises(DatasetError, match="cancelled"):
        import_file(workspace, path, cancelled=lambda: True)
    assert list((workspace / "datasets").iterdir()) == []


@pytest.mark.parametrize("document", ['[{"a": 1}, {"a": 2}]', '{\n "a": [1, 2]\n}\n', '{"data": [1,'])
def test_that_a_single_json_document_is_refused_in_words(document: str, tmp_path: Path) -> None:
    path = write(tmp_path, document, name="table.json")
    with pytest.raises(DatasetError, match=r"one JSON document.*JSON Lines"):
        sniff(path)


def test_that_json_lines_are_known_whatever_they_are_called(tmp_path: Path) -> None:
    assert sniff(write(tmp_path, '{"a": 1}\n{"a": 2}\n', name="table.json")).format == "jsonl"


def test_that_json_lines_keep_what_is_no_object_among_the_rejects(workspace: Path, tmp_path: Path) -> None:
    path = write(tmp_path, '{"a": 1, "b": "x"}\nnot json\n{"a": 2, "b": "y"}\n', name="table.jsonl")
    dataset = import_file(workspace, path)
    assert (dataset.rows, dataset.rejected) == (2, 1)
    assert rejects(workspace, dataset.id)[0].line == 2


def test_that_excel_and_parquet_are_read(workspace: Path, tmp_path: Path) -> None:
    import duckdb
    from openpyxl import Workbook

    book = Workbook()
    for row in (["n", "word"], [1, "a"], [2, "b"]):
        book.active.append(row)
    book.save(tmp_path / "book.xlsx")
    assert cells(workspace, tmp_path / "book.xlsx") == [[1, "a"], [2, "b"]]
    with duckdb.connect() as db:
        db.execute(f"COPY (SELECT 1 AS n, 'a' AS word) TO '{tmp_path / 'table.parquet'}' (FORMAT parquet)")
    assert cells(workspace, tmp_path / "table.parquet") == [[1, "a"]]


@settings(max_examples=60, deadline=None)
@given(content=st.binary(max_size=400) | st.text(alphabet='a1,;\t"\n\r é\0', max_size=200).map(str.encode))
def test_that_any_bytes_give_a_table_or_a_clear_sentence(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    folder = tmp_path_factory.mktemp("any")
    path = write(folder / "in", content)
    try:
        dataset = import_file(folder / "w", path)
    except DatasetError as error:
        assert str(error)
        return
    assert dataset.rows > 0


fields = st.text(alphabet=st.characters(codec="utf-8", exclude_categories=("C",), exclude_characters='"'), max_size=6)


@settings(max_examples=40, deadline=None)
@given(rows=st.lists(st.lists(fields, min_size=2, max_size=4), min_size=1, max_size=20))
def test_that_every_line_is_imported_or_among_the_rejects(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]
) -> None:
    folder = tmp_path_factory.mktemp("lines")
    lines = [",".join(field.replace(",", " ").replace("\u2028", " ") for field in row) for row in rows]
    path = write(folder / "in", "\n".join(["left,right", *lines]) + "\n")
    try:
        dataset = import_file(folder / "w", path, ReadOptions())
    except DatasetError as error:
        assert "No row" in str(error)
        return
    assert dataset.rows + dataset.rejected == len(lines)
