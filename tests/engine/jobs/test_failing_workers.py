"""Runs that fail in a real worker: each says why in plain words, keeps its traceback, and offers what mends it."""

import json
import resource
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine import datasets
from engine.jobs.fixes import apply_fix
from engine.jobs.supervisor import Supervisor
from engine.runs import Outcome, RunRecord, RunStatus, RunStore
from engine.spec import DataSpec, ModelSpec, RunSpec, TabularSpec, TrainerSpec

ROOT = Path(__file__).resolve().parents[3]
FAST = TrainerSpec(epochs=2, batch_size=64, early_stopping={"enabled": False}, threads=1)
ADDRESSED = 32 << 30  # bytes that a worker may ask for in the test of too little memory


@pytest.fixture(scope="module")
def supervisor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Supervisor]:
    """One workspace for all tests here."""
    watcher = Supervisor(tmp_path_factory.mktemp("failing"), stands_by=False)
    yield watcher
    watcher.close()


def trained(supervisor: Supervisor, spec: RunSpec) -> RunRecord:
    with RunStore(supervisor.workspace) as store:
        run_id = store.create_run(spec).id
        supervisor.start(run_id)
        assert supervisor.wait(run_id, 100)
        return store.run(run_id)


def failed(supervisor: Supervisor, spec: RunSpec) -> Outcome:
    run = trained(supervisor, spec)
    assert run.status is RunStatus.FAILED, run.outcome
    assert run.outcome is not None and run.outcome.traceback and "Traceback" not in run.outcome.cause
    return run.outcome


def of_sample(workspace: Path, name: str, task: str, **rest: Any) -> RunSpec:
    sample = datasets.import_sample(workspace, name)
    data = DataSpec(dataset=sample.id, name=name, roles=datasets.infer_roles(workspace, sample.id))
    return RunSpec(data=data, tabular=TabularSpec(task=task), **{"trainer": FAST, **rest})


@pytest.mark.timeout(240)
def test_that_a_model_beyond_the_machines_memory_fails_with_smaller_ones_on_offer(supervisor: Supervisor) -> None:
    supervisor.warm_up()
    assert supervisor._standby is not None
    resource.prlimit(supervisor._standby.pid, resource.RLIMIT_AS, (ADDRESSED, ADDRESSED))
    model = ModelSpec(name="category_embedding", params={"layers": "999999-999999"})  # 4 TB of weights
    outcome = failed(supervisor, of_sample(supervisor.workspace, "wine", "classification", model=model))
    assert outcome.cause == "The machine ran out of memory."
    assert outcome.fixes[0].changes == {"trainer.batch_size": 32, "trainer.accumulate_grad_batches": 2}
    assert any("small preset" in fix.label for fix in outcome.fixes)


@pytest.mark.timeout(240)
def test_that_a_diverged_run_names_step_and_good_checkpoint_and_goes_on_from_it_by_one_click(
    supervisor: Supervisor,
) -> None:
    rising = {"name": "linear", "warmup": 0.5}
    trainer = FAST.model_copy(update={"epochs": 400})
    sgd = {"optimizer": {"name": "SGD", "learning_rate": 10.0, "momentum": 0.99}, "schedule": rising}
    trainer = TrainerSpec.model_validate({**trainer.model_dump(), **sgd})
    spec = of_sample(supervisor.workspace, "diabetes", "regression", trainer=trainer)
    outcome = failed(supervisor, spec)
    assert "step" in outcome.cause and "The last good checkpoint is “" in outcome.advice
    (begin,) = [fix for fix in outcome.fixes if fix.label.startswith("Begin with the weights of step")]
    short = {"epochs": 2, "optimizer": {**sgd["optimizer"], "learning_rate": 1e-4}}
    mended = apply_fix(spec, begin)
    assert mended.origin is not None and mended.trainer.optimizer.learning_rate == 1.0
    calm = mended.model_copy(update={"trainer": TrainerSpec.model_validate({**trainer.model_dump(), **short})})
    assert trained(supervisor, calm).status is RunStatus.FINISHED


@pytest.mark.timeout(240)
def test_that_a_value_that_is_no_number_is_told_with_its_column_and_mended_by_one_click(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    path = tmp_path / "shop.csv"
    lines = [f"{place % 7},{'cheap' if place % 2 else 'dear'},{place % 2}" for place in range(200)]
    path.write_text("size,price,bought\n" + "\n".join(lines) + "\n")
    shop = datasets.import_file(supervisor.workspace, path)
    roles = datasets.infer_roles(supervisor.workspace, shop.id).model_copy(
        update={"target": ("bought",), "continuous": ("size", "price"), "categorical": (), "ignored": ()}
    )
    spec = RunSpec(
        data=DataSpec(dataset=shop.id, roles=roles), tabular=TabularSpec(task="classification"), trainer=FAST
    )
    outcome = failed(supervisor, spec)
    assert "“price”" in outcome.cause and "“dear”" in outcome.cause
    assert trained(supervisor, apply_fix(spec, outcome.fixes[0])).status is RunStatus.FINISHED


FULL_DISK = """
import os, sys
from pathlib import Path
from engine import cli, datasets
from engine.commands.new_spec import new_spec
from engine.jobs.supervisor import Supervisor
from engine.runs import RunStore
from engine.spec import with_settings
if __name__ == "__main__":
    workspace = Path(sys.argv[1])
    sample = datasets.import_sample(workspace, "wine")
    wanted = {"trainer.epochs": "100000", "trainer.early_stopping.enabled": "false", "trainer.threads": "1",
              "trainer.checkpoints.top_k": "100", "trainer.checkpoints.every_steps": "1",
              "model.params.layers": "'256-128'"}
    supervisor = Supervisor(workspace)
    with RunStore(workspace) as store:
        run_id = store.create_run(with_settings(new_spec(workspace, sample), wanted)).id
    supervisor.start_alone(run_id)
    assert supervisor.wait(run_id, 100)
    print(cli.main(["--workspace", str(workspace), "show", run_id, "--json"]))
"""


def _can_mount() -> bool:
    """Whether a small disk can be made here for one process and its children to see."""
    if shutil.which("unshare") is None:
        return False
    mounted = subprocess.run(["unshare", "-rm", "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True)
    return mounted.returncode == 0


@pytest.mark.timeout(240)
@pytest.mark.skipif(not _can_mount(), reason="no disk of its own can be made here")
def test_that_a_full_disk_is_told_by_the_run_and_what_was_recorded_is_kept(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(FULL_DISK)
    disk = tmp_path / "disk"
    disk.mkdir()
    command = f"mount -t tmpfs -o size=6m none {disk} && PYTHONPATH={ROOT} {sys.executable} {script} {disk}/w"
    done = subprocess.run(["unshare", "-rm", "sh", "-c", command], capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stderr
    shown = json.loads(done.stdout[: done.stdout.rindex("}") + 1])
    assert shown["status"] == "failed", shown["outcome"]
    assert "disk is full" in shown["outcome"]["cause"]
    assert [fix["changes"] for fix in shown["outcome"]["fixes"]] == [{"trainer.checkpoints.top_k": 1}]
    assert shown["metrics"]["train/loss"]["points"] > 0
