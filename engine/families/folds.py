"""The folds of a run one after the other, whatever its family, and how a resumed run finds its place among them.
Must not know how a fold is trained."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from engine.families.model_files import DESCRIPTION, WEIGHTS
from engine.runs import Outcome
from engine.training.checkpoints import metric_words
from engine.training.failures import RunFailed, Stopped
from engine.training.recorder import Recorder
from engine.training.state_files import FOLDER, fits_of, has_state
from engine.training.state_keeper import StateKeeper
from engine.training.watch import Place

State = Mapping[str, Any]


class Model(Protocol):
    """What a training leaves."""

    def save(self, folder: Path) -> None:
        """Write the model's files."""


class Fold(Protocol):
    """One part of a cross-validation or a backtest; the only one of an ordinary run has no name."""

    @property
    def name(self) -> str:
        """Return the name of the fold's folder."""

    @property
    def prefix(self) -> str:
        """Return what begins the keys of the fold's metrics."""


M = TypeVar("M", bound=Model)
F = TypeVar("F", bound=Fold)


@dataclass(frozen=True)
class Fitted(Generic[M]):
    """A trained model with the best weights, whether the training was stopped on request, and why it ended early."""

    model: M
    best_epoch: float
    best_value: float
    stopped: bool
    ended_early: str = ""


def check(recorder: Recorder) -> None:
    """Raise RunFailed where the catalogue finds fault with the recorder's specification."""
    from engine.catalog import problems

    if found := problems(recorder.spec):
        raise RunFailed(found[0], " ".join(found[1:]))


def fit_folds(
    recorder: Recorder,
    folds: Sequence[F],
    fit: Callable[[F, StateKeeper, Place, State | None], Fitted[M]],
    load: Callable[[Path], M],
) -> list[Fitted[M]]:
    """Train on each fold until one is stopped; a resumed run begins where its state stands. Raises Stopped for a pause.

    `fit` trains on a fold, from a state's content where there is one; `load` reads the model of a fold that is over.
    """
    states = StateKeeper(recorder, recorder.spec.trainer.checkpoints, fits_of(recorder.spec, recorder.run_id))
    resumed = _state(recorder, folds, states)
    fitted: list[Fitted[M]] = []
    for index, fold in enumerate(folds):
        if resumed is not None and index < resumed["fold"]:
            epoch, value, *early = resumed["over"][index]  # states of earlier versions end with the value
            fitted.append(Fitted(load(recorder.folder / fold.name), epoch, float(value), False, *early))
            continue
        over = tuple((one.best_epoch, one.best_value, one.ended_early) for one in fitted)
        place = Place(index, len(folds), fold.prefix, over)
        state = resumed if resumed is not None and index == resumed["fold"] else None
        try:
            fitted.append(fit(fold, states, place, state))
        except Stopped as stopped:
            if stopped.to_rest:
                raise
            break
        if fitted[-1].stopped:
            break
        if len(folds) > 1:
            # A run that is resumed in a later fold takes this one from here.
            fitted[-1].model.save(recorder.folder / fold.name)
    return fitted


def best_of(recorder: Recorder, fitted: Sequence[Fitted[M]]) -> Fitted[M]:
    """Return the training that came out best by what the checkpoints watch; of equal ones the first."""
    return sorted(fitted, key=lambda one: one.best_value, reverse=recorder.spec.trainer.checkpoints.mode == "max")[0]


def kept_words(monitor: str, best: Fitted[M]) -> str:
    """Say which epoch's model is kept, and why."""
    return f"The model of epoch {best.best_epoch} is kept: its {metric_words(monitor)} was {best.best_value:.4g}."


def with_early(fitted: Sequence[Fitted[M]], detail: str) -> str:
    """Say before what became of a run why it ended before its last epoch, or how many of its folds did."""
    early = [one.ended_early for one in fitted if one.ended_early]
    if not early:
        return detail
    many = f"{len(early)} of the {len(fitted)} folds stopped early, as nothing became better any more."
    return f"{early[0] if len(fitted) == 1 else many} {detail}"


def ended(recorder: Recorder, fitted: Sequence[Fitted[M]], folds: int, detail: str = "") -> Outcome:
    """Say how a run of so many folds ended; `detail` says more of one that was trained to its end."""
    if not fitted:
        return Outcome.stopped("The run was stopped before it was first validated; there is no model yet.")
    if fitted[-1].stopped or len(fitted) < folds:
        return Outcome.stopped()
    if len(fitted) > 1:
        kept = f"All {len(fitted)} folds were trained; the model of the best fold is kept."
    else:
        kept = kept_words(recorder.spec.trainer.checkpoints.monitor, fitted[0])
    return Outcome.finished(with_early(fitted, detail or kept))


def save(recorder: Recorder, model: Model) -> None:
    """Write the model's files into the run's folder and record them."""
    recorder.progress(stage="saving the model")
    model.save(recorder.folder)
    for name in (WEIGHTS, DESCRIPTION):
        recorder.artifact(name, "model", recorder.folder / name)


def _state(recorder: Recorder, folds: Sequence[Fold], states: StateKeeper) -> State | None:
    """Return the content of the state that a resumed run goes on from, or None where it begins at its first step."""
    if not recorder.is_resumed:
        return None
    if not has_state(recorder.folder / FOLDER):
        recorder.resume_after(-1)
        recorder.log("There is no checkpoint yet: the run begins again at its first step.")
        return None
    resumed: State = states.load()
    over = tuple(fold.prefix for fold in folds[: resumed["fold"]])
    recorder.resume_after(int(resumed["training"]["step"]), folds[resumed["fold"]].prefix, over)
    return resumed
