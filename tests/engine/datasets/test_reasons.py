"""A rejected line says in plain words what is wrong with it."""

from pathlib import Path

import pytest

from engine.datasets import DatasetError, ReadOptions, import_file, preview, rejects

GOOD = "".join(f"{number},{number}.5,x\n" for number in range(20))


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("1", "It has 1 column, expected 3."),
        ("1,2", "It has 2 columns, expected 3."),
        ("1,2,x,y,z", "It has 5 columns, expected 3."),
        ('1,2,"x"y', "In column “c” text follows a closing quote; a quote inside a value is written twice."),
        ('1,2,"never', "A quote opened in line 22, column “c”, is never closed."),
        (b"1,2,caf\xe9", "In column “c” there are bytes that are not UTF-8 text; another encoding may fit."),
    ],
)
def test_that_the_reason_names_what_is_wrong(workspace: Path, tmp_path: Path, line: str | bytes, reason: str) -> None:
    tmp_path.mkdir(exist_ok=True)
    path = tmp_path / "table.csv"
    bad = line if isinstance(line, bytes) else line.encode()
    path.write_bytes(("a,b,c\n" + GOOD).encode() + bad + b"\n" + GOOD.encode())
    dataset = import_file(workspace, path, ReadOptions())
    (kept,) = rejects(workspace, dataset.id)
    assert (kept.line, kept.reason) == (22, reason)
    if isinstance(line, str):
        assert [one.reason for one in preview(path).rejects] == [reason]


def test_that_a_preview_widens_as_the_import_does(workspace: Path, tmp_path: Path) -> None:
    path = tmp_path / "nul.csv"
    path.write_bytes(("a,b,c\n" + GOOD + "1,2\0,x\n").encode())
    shown, dataset = preview(path), import_file(workspace, path)
    assert shown.rejects == ()
    assert shown.columns == dataset.columns


def test_that_lines_may_end_now_in_cr_and_now_in_lf(workspace: Path, tmp_path: Path) -> None:
    path = tmp_path / "mixed.csv"
    path.write_bytes(b'a,b\r\n1,"x"\n3,y\r5,z\n')
    assert preview(path).rows == [[1, "x"], [3, "y"], [5, "z"]]
    dataset = import_file(workspace, path)
    assert (dataset.rows, dataset.rejected) == (3, 0)


def test_that_a_header_longer_than_the_first_look_is_read(workspace: Path, tmp_path: Path) -> None:
    names = [f"a_rather_long_name_of_a_column_{number}" for number in range(9_000)]
    path = tmp_path / "wide.csv"
    path.write_text(",".join(names) + "\n" + ",".join("1" * len(names)) + "\n", encoding="utf-8")
    assert [column.name for column in import_file(workspace, path).columns] == names


def test_that_a_file_without_line_ends_is_refused_in_words(workspace: Path, tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    path.write_text("a,b\n1," + "x" * 9_000_000, encoding="utf-8")
    with pytest.raises(DatasetError, match="lines of more than 8 MB"):
        import_file(workspace, path)


def test_that_what_is_no_parquet_is_refused_in_words(workspace: Path, tmp_path: Path) -> None:
    path = tmp_path / "table.parquet"
    path.write_bytes(b"abc" * 100)
    with pytest.raises(DatasetError, match="is not a Parquet file"):
        import_file(workspace, path)
