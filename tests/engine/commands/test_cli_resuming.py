"""`tensorbench resume` on what cannot be resumed: one sentence, exit code 2, and the run stays exactly as it was."""

import hashlib
import json
import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine import datasets
from engine.jobs.supervisor import Supervisor
from engine.runs import Outcome, RunRecord, RunStatus, RunStore
from engine.spec import DataSpec, ModelSpec, RunSpec, TrainerSpec
from engine.training.state_files import FOLDER, LAST, SUFFIX, fits_of

Call = Callable[..., Any]
ROOT = Path(__file__).resolve().parents[3]


class Danger:
    """What a pickle could do, were it loaded."""

    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (Path("unpickled"),))


def paused_run(workspace: Path, model: str = "category_embedding") -> tuple[RunRecord, Path]:
    """Return a run that rests, and the folder of its state."""
    import torch

    from engine.training.state import save_state

    sample = datasets.import_sample(workspace, "wine")
    spec = RunSpec(name=model, data=DataSpec(dataset=sample.id, name="wine"), model=ModelSpec(name=model))
    with RunStore(workspace) as store:
        run = store.create_run(spec)
        store.claim(run.id, 1, 1.0)
        store.rest(run.id, 1)
        folder = store.run_folder(run.id) / FOLDER
        save_state(folder, LAST, fits_of(spec, run.id), {"weight": torch.ones(3)}, step=7)
        return store.run(run.id), folder


def truncate(folder: Path) -> str:
    tensors = tensors_of(folder)
    tensors.write_bytes(tensors.read_bytes()[:-5])
    return "damaged or was exchanged"


def truncate_description(folder: Path) -> str:
    path = folder / f"{LAST}{SUFFIX}"
    path.write_bytes(path.read_bytes()[:-5])
    return "no checkpoint of Tensorbench"


def swap_with_another_models(folder: Path) -> str:
    swap(folder, paused_run(folder.parents[2], "ft_transformer")[1])
    return "belongs to another model (ft_transformer instead of category_embedding)"


def swap_with_another_runs(folder: Path) -> str:
    swap(folder, paused_run(folder.parents[2])[1])
    return "belongs to another run"


def swap_the_weights_only(folder: Path) -> str:
    import torch
    from safetensors.torch import save_file

    save_file({"0": torch.zeros(3)}, tensors_of(folder))
    return "damaged or was exchanged"


def disguise_a_pickle(folder: Path) -> str:
    (folder / f"{LAST}{SUFFIX}").write_bytes(pickle.dumps(Danger()))
    return "no checkpoint of Tensorbench"


def disguise_a_pickle_as_weights(folder: Path) -> str:
    tensors, path = tensors_of(folder), folder / f"{LAST}{SUFFIX}"
    tensors.write_bytes(pickle.dumps(Danger()))
    described = json.loads(path.read_text())
    described["sha256"] = hashlib.sha256(tensors.read_bytes()).hexdigest()
    path.write_text(json.dumps(described))
    return "no safetensors file"


def lead_out_of_the_folder(folder: Path) -> str:
    path = folder / f"{LAST}{SUFFIX}"
    described = json.loads(path.read_text())
    path.write_text(json.dumps({**described, "tensors": "../../elsewhere.safetensors"}))
    return "this part of the checkpoint is gone"


def write_by_a_newer_program(folder: Path) -> str:
    path = folder / f"{LAST}{SUFFIX}"
    path.write_text(json.dumps({**json.loads(path.read_text()), "version": 99}))
    return "written by a newer Tensorbench"


def remove_the_dataset(folder: Path) -> str:
    for snapshot in (folder.parents[2] / "datasets").glob("*/data.parquet"):
        snapshot.unlink()
    return "its dataset “wine” is no longer in the workspace. Import the same file again"


HARMS = [
    truncate,
    truncate_description,
    swap_with_another_models,
    swap_with_another_runs,
    swap_the_weights_only,
    disguise_a_pickle,
    disguise_a_pickle_as_weights,
    lead_out_of_the_folder,
    write_by_a_newer_program,
    remove_the_dataset,
]


@pytest.mark.parametrize("harm", HARMS)
def test_that_a_run_whose_checkpoint_or_data_was_harmed_stays_as_it_was(
    tensorbench: Call, workspace: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, harm: Callable[[Path], str]
) -> None:
    monkeypatch.chdir(tmp_path)
    run, folder = paused_run(workspace)
    words = harm(folder)
    before = {path: path.read_bytes() for path in folder.iterdir()}
    answer = tensorbench("resume", run.id)
    assert answer.code == 2 and answer.out == ""
    assert words in answer.err and len(answer.err.splitlines()) == 1, answer.err
    assert {path: path.read_bytes() for path in folder.iterdir()} == before
    with RunStore(workspace) as store:
        after = store.run(run.id)
    assert (after.status, after.attempt, after.outcome) == (RunStatus.PAUSED, 1, None)
    assert tensorbench("show", run.id).code == 0  # it still opens
    assert not Path("unpickled").exists()


def test_that_of_two_who_resume_a_run_at_once_one_wins_and_the_other_is_told(workspace: Path) -> None:
    sample = datasets.import_sample(workspace, "wine")
    spec = RunSpec(
        name="night",
        data=DataSpec(dataset=sample.id, name="wine", roles=datasets.infer_roles(workspace, sample.id)),
        trainer=TrainerSpec(epochs=100_000, early_stopping={"enabled": False}, threads=1),
    )
    with RunStore(workspace) as store:
        run = store.create_run(spec)
        store.claim(run.id, 1, 1.0)
        store.finish(run.id, Outcome.crashed(-9))
    command = [sys.executable, "-m", "engine.cli", "--workspace", workspace, "resume", run.id, "--detach"]
    both = [subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    said = sorted((one.communicate(timeout=100)[1], one.returncode) for one in both)
    try:
        assert said[0] == ("", 0)
        assert said[1][1] == 2 and "“night”" in said[1][0] and len(said[1][0].splitlines()) == 1
        assert "nothing to resume" in said[1][0] or "resumed or changed by somebody else" in said[1][0]
        with RunStore(workspace) as store:
            assert store.run(run.id).attempt == 2 and not store.run(run.id).status.is_over
    finally:
        Supervisor(workspace).kill(run.id)


def tensors_of(folder: Path) -> Path:
    (found,) = folder.glob(f"{LAST}.*.safetensors")
    return found


def swap(folder: Path, other: Path) -> None:
    for path in folder.iterdir():
        path.unlink()
    for path in other.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
