"""Training, watching, stopping and using runs from the command line, with real workers."""

import csv
import io
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.runs import RunStatus, RunStore

Call = Callable[..., Any]
ROOT = Path(__file__).resolve().parents[3]
LONG = ("--set", "trainer.epochs=100000", "--set", "trainer.early_stopping.enabled=false")
NEVER = threading.Event()
LOOK_EVERY_S = 0.02  # who looks all the time takes the core from the worker that is waited for


def command(workspace: Path, *arguments: object) -> list[str]:
    return [sys.executable, "-m", "engine.cli", "--workspace", str(workspace), *map(str, arguments)]


@pytest.fixture
def wine(tensorbench: Call, tmp_path: Path) -> Path:
    """A specification for the wine sample."""
    path = tmp_path / "wine.toml"
    assert tensorbench("new", "tabular", "--data", "wine", "-o", path).code == 0
    return path


def test_that_a_machine_without_a_display_trains_in_the_terminal(done: Any) -> None:
    out = done.answer.out
    assert done.answer.code == 0
    with RunStore(done.workspace) as store:
        (run,) = store.runs()
        assert run.status is RunStatus.FINISHED
        assert str(store.run_folder(run.id)) in out
    assert done.drawn == [(done.workspace, run.id)] and "curves.png" in out
    assert "● valid/loss" in out and "test/accuracy" in out and "training" in out


def test_that_a_run_is_shown_by_id_name_and_place(done: Any) -> None:
    shown = json.loads(done.tensorbench("show", "last", "--json").out)
    assert shown["status"] == "finished"
    assert shown["spec"]["model"]["name"] == "category_embedding"
    assert shown["evaluation"] is not None and shown["metrics"]["train/loss"]["points"] > 0
    for text in (shown["id"], shown["id"][:4], "first run"):
        assert shown["id"] in done.tensorbench("show", text).out
    assert done.tensorbench("runs").out.startswith(shown["id"])


def test_that_a_metric_comes_out_exactly_as_it_was_recorded(done: Any) -> None:
    with RunStore(done.workspace) as store:
        series = store.series(store.runs()[0].id, "train/loss")
    rows = list(csv.DictReader(io.StringIO(done.tensorbench("metrics", "last", "train/loss", "--csv").out)))
    assert [float(row["value"]) for row in rows] == series.values.tolist()
    assert [int(row["step"]) for row in rows] == series.steps.tolist()
    as_json = json.loads(done.tensorbench("metrics", "last", "train/loss", "--json").out)
    assert as_json["value"] == series.values.tolist()
    assert "valid/accuracy" in done.tensorbench("metrics", "last").out
    assert done.tensorbench("metrics", "last", "nothing").code == 2


def test_that_a_run_is_exported(done: Any, tmp_path: Path) -> None:
    told = json.loads(done.tensorbench("export", "last", "--tensorboard", tmp_path / "logs", "--json").out)
    assert told["points"] > 0 and len(list(Path(told["path"]).glob("events.out.tfevents.*"))) == 1
    assert done.tensorbench("export", "last", "--csv", tmp_path / "all.csv").code == 0
    assert (tmp_path / "all.csv").read_text().count("\n") == told["points"] + 1
    assert done.tensorbench("export", "last", "--csv", tmp_path / "no" / "all.csv").code == 2


def test_that_the_log_is_printed(done: Any) -> None:
    assert "parameters" in done.tensorbench("log", "last").out


def test_that_a_runs_model_predicts_a_new_file(done: Any, tmp_path: Path) -> None:
    source, out = tmp_path / "new.csv", tmp_path / "out.csv"
    with RunStore(done.workspace) as store:
        features = store.runs()[0].spec.data.roles.features
    with source.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(features)
        writer.writerows([[index + place for place in range(len(features))] for index in range(5)])
    answer = done.tensorbench("predict", "last", source, "-o", out)
    assert answer.code == 0, answer.err
    with out.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 5 and rows[0]["predicted target"] in {"malignant", "benign"}
    told = done.tensorbench("predict", "last", source)
    assert told.code == 0 and len(told.out.splitlines()) == 5
    assert done.tensorbench("predict", "last", tmp_path / "nowhere.csv").code == 2


def test_that_the_doctor_finds_everything_well(done: Any) -> None:
    answer = done.tensorbench("doctor", "--json")
    found = json.loads(answer.out)
    assert found["troubles"] == [] and answer.code == 0
    assert found["store"] == "ok" and found["datasets"] == 1 and "cpu" in found["devices"]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (["trainer.epocs=5"], "did you mean “epochs”?"),
        (["trainer.epochs=0"], "trainer.epochs"),
        (["model.name=gandolf"], "did you mean “gandalf”?"),
        (["model.params.layrs=64"], "did you mean “layers”?"),
        (["schema_version=99"], "newer"),
        (["data.dataset=0123456789abcdef"], "no dataset"),
        (['data.roles.target=["gone"]'], "“gone” is not in the dataset"),
        (["trainer.epochs"], "KEY=VALUE"),
    ],
)
def test_that_a_wrong_specification_is_one_clear_line_and_no_run(
    tensorbench: Call, wine: Path, workspace: Path, changes: list[str], told: str
) -> None:
    answer = tensorbench("train", wine, *(part for change in changes for part in ("--set", change)))
    assert answer.code == 2
    assert told in answer.err and answer.err.count("\n") == 1
    with RunStore(workspace) as store:
        assert store.runs() == []


def test_that_a_specification_can_be_checked_without_training(tensorbench: Call, wine: Path, workspace: Path) -> None:
    told = tensorbench("check", wine, "--set", "split.kind=kfold", "--set", "model.params.layers=64")
    assert told.code == 0, told.err
    assert "parameters" in told.out and "trainings" in told.out
    report = json.loads(tensorbench("check", wine, "--json").out)
    assert report["ready"] and sum(report["rows"].values()) == 178
    with RunStore(workspace) as store:
        assert store.runs() == []


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_that_a_specification_that_would_fail_is_one_line_on_stderr_too(
    tensorbench: Call, wine: Path, form: tuple[str, ...]
) -> None:
    told = tensorbench("check", wine, "--set", "trainer.batch_size=1", *form)
    assert told.code == 2
    assert told.err.startswith("tensorbench: trainer.batch_size: ") and told.err.count("\n") == 1
    assert "batch_size" in told.out


def test_that_a_run_that_fails_gives_exit_code_one_and_says_why(
    tensorbench: Call, workspace: Path, tmp_path: Path
) -> None:
    data, spec = tmp_path / "gaps.csv", tmp_path / "gaps.toml"
    lines = [f"{index},{'' if index == 7 else index % 2}" for index in range(60)]
    data.write_text("\n".join(["size,target", *lines]) + "\n", encoding="utf-8")
    assert tensorbench("new", "tabular", "--data", data, "--task", "classification", "-o", spec).code == 0
    answer = tensorbench("train", spec, "--set", "tabular.preprocess.missing_target=refuse", "--json")
    assert answer.code == 1
    assert answer.err.count("\n") == 1 and "failed" in answer.err and "Traceback" not in answer.err
    described = json.loads(answer.out)
    assert described["status"] == "failed" and described["outcome"]["cause"]
    assert [fix["changes"] for fix in described["outcome"]["fixes"]] == [{"tabular.preprocess.missing_target": "drop"}]


def test_that_control_c_stops_a_run_and_keeps_its_model(wine: Path, workspace: Path) -> None:
    process = subprocess.Popen(
        command(workspace, "train", wine, *LONG, "--name", "endless"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    with process:
        assert process.stdout is not None and process.stderr is not None
        for line in process.stdout:
            if "train/loss" in line:
                process.send_signal(signal.SIGINT)
                break
        out, err = process.communicate(timeout=100)
    assert process.returncode == 0, err
    assert "stopped" in out and "stopping" in err and "Traceback" not in err
    with RunStore(workspace) as store:
        (run,) = store.runs()
        assert run.name == "endless" and run.status is RunStatus.STOPPED
        assert (store.run_folder(run.id) / "model.safetensors").exists()


def test_that_a_detached_run_goes_on_alone_and_can_be_stopped(tensorbench: Call, wine: Path, workspace: Path) -> None:
    started = subprocess.run(
        command(workspace, "train", wine, *LONG, "--detach", "--json"),
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        timeout=100,
    )
    run_id = json.loads(started.stdout)["id"]
    assert run_id in tensorbench("runs").out
    answer = tensorbench("stop", run_id)
    assert answer.code == 0 and run_id in answer.out
    with RunStore(workspace) as store:
        while not store.run(run_id).status.is_over:
            NEVER.wait(LOOK_EVERY_S)
        assert store.run(run_id).status is RunStatus.STOPPED
    assert tensorbench("stop", run_id).code == 2
