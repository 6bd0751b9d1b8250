"""What has to hold before a run goes on, or is changed; each refusal is a sentence. Reads files, and changes nothing."""

from pathlib import Path

from pydantic import ValidationError

from engine.runs import Change, RunRecord, RunStatus
from engine.spec import KFoldSplit, RollingOriginSplit
from engine.training.changes import CHANGEABLE, EPOCHS, changed
from engine.training.state_files import FOLDER, LAST, StateError, fits_of, has_state, read_whole, state_step


class NotNow(Exception):
    """What was asked of a run cannot be done; the message says why, and the run stays as it was."""


def check_that_it_can_go_on(run: RunRecord, folder: Path, workspace: Path, finished_too: bool) -> None:
    """Raise NotNow where a run cannot go on from its last state."""
    if not (run.status.can_resume or (finished_too and run.status is RunStatus.FINISHED)):
        raise NotNow(f"“{run.name}” is {run.status}: there is nothing to resume.")
    spec = run.spec_or_none
    if spec is None:
        raise NotNow(f"“{run.name}” was written by another version of Tensorbench; resume it with that one.")
    # Where snapshots lie is known to engine.datasets too, which loads what reads tables: too much for a window.
    if not (workspace / "datasets" / spec.data.dataset / "data.parquet").is_file():
        raise NotNow(
            f"“{run.name}” cannot go on: its dataset “{spec.data.name or spec.data.dataset}” is no longer in the "
            "workspace. Import the same file again; its snapshot will have the same name."
        )
    if has_state(folder / FOLDER):
        try:
            read_whole(folder / FOLDER, LAST, fits_of(spec, run.id))
        except StateError as error:
            raise NotNow(str(error)) from error
    elif run.status is RunStatus.FINISHED:
        raise NotNow(f"“{run.name}” has kept no checkpoint to go on from. Start a new run with more epochs.")


def stands_at(run: RunRecord, folder: Path) -> tuple[int, float]:
    """Return the step, and the epochs that are over, after which a run goes on: of one that rests, those of its state."""
    at = run.progress
    if run.status.is_active or not at.step:
        return at.step, at.epoch
    step = state_step(folder / FOLDER)
    return step, at.epoch * step / at.step


def check_change(run: RunRecord, wanted: Change) -> None:
    """Raise NotNow where a setting of a run cannot be changed, or not to this."""
    if wanted.field not in CHANGEABLE:
        raise NotNow(f"{wanted.field} cannot be changed while a run goes on; these can: {', '.join(CHANGEABLE)}.")
    if run.status in {RunStatus.PAUSING, RunStatus.STOPPING}:
        raise NotNow(f"“{run.name}” is {run.status} just now: change it when it rests.")
    spec = run.spec_or_none
    if spec is not None and isinstance(spec.split, KFoldSplit | RollingOriginSplit):
        raise NotNow(
            "The folds of a cross-validation or a backtest have to be trained alike: their settings cannot be changed."
        )
    if wanted.field == EPOCHS and wanted.value < wanted.epoch:
        raise NotNow(f"“{run.name}” has {wanted.epoch:g} epochs already: it cannot end before that.")
    try:
        if spec is not None:
            changed(spec.trainer, [wanted])
    except ValidationError as error:
        raise NotNow(f"{wanted.field} cannot be {wanted.value:g}: {error.errors()[0]['msg']}.") from error
