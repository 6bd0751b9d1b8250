"""From a file to a specification on the command line; whatever is wrong is one line and exit code 2."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine import cli, datasets
from engine.catalog import batch_size_for, forecasting_models, tabular_models, text_models, with_dataset
from engine.spec import DataSpec, from_toml, read

Call = Callable[..., Any]

CSV = "age,city,spend,kind\n" + "".join(
    f"{20 + index % 40},{'Paris' if index % 3 else 'Rome'},{index * 1.5},{index % 4}\n" for index in range(80)
)


@pytest.fixture
def people(tmp_path: Path) -> Path:
    path = tmp_path / "people.csv"
    path.write_text(CSV, encoding="utf-8")
    return path


def assert_one_clear_line(answer: Any) -> None:
    assert answer.code == 2
    assert answer.err.startswith("tensorbench")
    assert answer.err.count("\n") == 1
    assert "Traceback" not in answer.err
    assert answer.out == ""


@pytest.mark.parametrize("command", cli.COMMANDS)
def test_that_every_command_explains_itself(tensorbench: Call, command: str) -> None:
    answer = tensorbench(command, "--help")
    assert answer.code == 0
    assert "--workspace" in answer.out and "--json" in answer.out


def test_that_a_mistyped_command_gets_a_suggestion(tensorbench: Call) -> None:
    answer = tensorbench("trian")
    assert_one_clear_line(answer)
    assert "did you mean “train”?" in answer.err


def test_that_a_file_is_imported_once_and_listed(tensorbench: Call, people: Path) -> None:
    assert "80 rows × 4 columns" in tensorbench("import", people).out
    first = json.loads(tensorbench("import", people, "--json").out)
    listed = json.loads(tensorbench("datasets", "--json").out)
    assert [item["id"] for item in listed] == [first["id"]]
    assert tensorbench("datasets").out.split("\t")[:3] == [first["id"], "people", "80"]


def test_that_what_was_guessed_can_be_overridden(tensorbench: Call, workspace: Path, tmp_path: Path) -> None:
    path = tmp_path / "odd.txt"
    path.write_text("1,5|none\n2,5|7\n", encoding="utf-8")
    answer = tensorbench(
        "import", path, "--delimiter", "|", "--decimal", ",", "--no-header", "--missing", "none", "--name", "odd one"
    )
    assert answer.code == 0, answer.err
    dataset = datasets.load_dataset(workspace, "odd one")
    assert dataset.rows == 2
    assert [column.type for column in dataset.columns] == ["number", "integer"]


def test_that_rejected_lines_are_told(tensorbench: Call, people: Path) -> None:
    people.write_text(CSV + "1,Paris,2,3,4,5\n", encoding="utf-8")
    answer = tensorbench("import", people)
    assert answer.code == 0
    assert "1 line could not be read" in answer.out and "rejects.parquet" in answer.out


@pytest.mark.parametrize("content", [b"", b"a,b\n", bytes(range(256)) * 20])
def test_that_a_file_that_is_no_table_is_one_clear_line(tensorbench: Call, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(content)
    assert_one_clear_line(tensorbench("import", path))
    assert_one_clear_line(tensorbench("new", "tabular", "--data", path))


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["import", "/nowhere/file.csv"], "file.csv"),
        (["new", "tabular", "--data", "nothing"], "no such file, dataset or sample"),
        (["new", "tabular", "--data", "wine", "--target", "targe"], "did you mean “target”?"),
        (["new", "tabular", "--data", "wine", "--model", "tabnt"], "did you mean “tabnet”?"),
        (["new", "tabular", "--data", "wine", "--model", "mdn", "--task", "classification"], "numbers, not classes"),
        (["new", "tabular", "--data", "wine", "-o", "/nowhere/spec.toml"], "cannot be written"),
        (["new", "pictures", "--data", "wine"], "invalid choice"),
    ],
)
def test_that_bad_input_is_one_clear_line(tensorbench: Call, arguments: list[str], told: str) -> None:
    answer = tensorbench(*arguments)
    assert_one_clear_line(answer)
    assert told in answer.err


def test_that_a_specification_is_made_from_a_file(tensorbench: Call, workspace: Path, people: Path) -> None:
    spec = from_toml(tensorbench("new", "tabular", "--data", people, "--target", "kind").out)
    (dataset,) = datasets.list_datasets(workspace)
    assert spec.data.dataset == dataset.id
    assert spec.data.roles.target == ("kind",)
    assert set(spec.data.roles.features) == {"age", "city", "spend"}
    assert spec.tabular.task == "classification"


def test_that_a_specification_is_the_one_that_the_windows_form_starts_with(tensorbench: Call, workspace: Path) -> None:
    made = from_toml(tensorbench("new", "tabular", "--data", "breast_cancer").out)
    (dataset,) = datasets.list_datasets(workspace)
    data = DataSpec(dataset=dataset.id, name=dataset.name, roles=datasets.infer_roles(workspace, dataset.id))
    types = {column.name: column.type for column in dataset.columns}
    assert made == with_dataset(None, data, types, dataset.rows)
    assert made.trainer.batch_size == batch_size_for(569) == 16


def test_that_the_task_follows_from_the_target(tensorbench: Call, people: Path) -> None:
    spec = from_toml(tensorbench("new", "tabular", "--data", people, "--target", "spend").out)
    assert spec.tabular.task == "regression"
    assert "kind" in spec.data.roles.features


@pytest.mark.parametrize("name", ["spec.toml", "spec.json"])
def test_that_a_specification_is_written_as_its_ending_says(
    tensorbench: Call, people: Path, tmp_path: Path, name: str
) -> None:
    arguments = ("new", "tabular", "--data", people, "--target", "spend", "--model", "gandalf", "--preset", "small")
    assert tensorbench(*arguments, "-o", tmp_path / name).code == 0
    spec = read(tmp_path / name)
    assert spec.model.name == "gandalf" and spec.model.params
    assert spec == from_toml(tensorbench(*arguments).out)


def test_that_models_and_samples_are_listed(tensorbench: Call) -> None:
    assert [line.split("\t")[0] for line in tensorbench("models").out.splitlines()] == [
        info.name for info in (*tabular_models(), *forecasting_models(), *text_models())
    ]
    assert {item["name"] for item in json.loads(tensorbench("samples", "--json").out)} >= {"breast_cancer", "fizzbuzz"}


def test_that_an_unexpected_error_is_one_line_and_a_file(tensorbench: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_workspace: Path) -> None:
        raise ZeroDivisionError("by zero")

    monkeypatch.setattr(datasets, "list_datasets", broken)
    answer = tensorbench("datasets")
    assert answer.code == 1
    assert answer.err.count("\n") == 1 and "Traceback" not in answer.err
    details = Path(answer.err.rsplit(" ", 1)[-1].strip())
    assert "ZeroDivisionError: by zero" in details.read_text(encoding="utf-8")
    details.unlink()


def test_that_a_workspace_that_cannot_be_is_one_clear_line(people: Path, tensorbench: Call) -> None:
    assert_one_clear_line(tensorbench("--workspace", people, "runs"))
    assert_one_clear_line(tensorbench("runs", "--workspace", people))


def test_that_a_file_of_text_is_imported_as_it_is_asked_for(tensorbench: Call, tmp_path: Path) -> None:
    path = tmp_path / "story.txt"
    path.write_text("One day.\nIt rained.\n\nThe end.\n", encoding="utf-8")
    assert "story: 3 rows × 1 columns" in tensorbench("import", path).out
    assert "story: 2 rows × 1 columns" in tensorbench("import", path, "--as", "paragraphs").out
    assert f"{tmp_path.name}: 2 rows × 2 columns" in tensorbench("import", tmp_path).out
    assert f"{tmp_path.name}: 1 rows × 2 columns" in tensorbench("import", tmp_path, "--as", "document").out


def test_that_a_wide_file_becomes_series(tensorbench: Call, tmp_path: Path) -> None:
    file = tmp_path / "wide.csv"
    file.write_text("day,value,series,b\n2024-01-01,1,2,3\n2024-01-02,4,,6\n", encoding="utf-8")
    answer = tensorbench("melt", file, "--time", "day", "--name", "long")
    assert answer.code == 0, answer.err
    assert answer.out.startswith("long: 5 rows of 3 series, made of wide, as ")
    some = ("--time", "day", "--columns", "value", "b")
    made = json.loads(tensorbench("melt", "wide", *some, "--series-name", "shop", "--json").out)
    assert (made["rows"], made["origin"]["melt"]["columns"]) == (4, ["value", "b"])
    for asked, words in (
        (("--time", "date"), "“wide” has no column “date”"),
        (some, "There is a column “series” already, which stays; choose another name for the series."),
    ):
        wrong = tensorbench("melt", "wide", *asked)
        assert_one_clear_line(wrong)
        assert words in wrong.err
