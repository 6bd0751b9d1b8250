"""Runs of every family that are left and gone on with in this process, so that each test of resuming is a test of both."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import torch
from safetensors.torch import load_file

from engine import families
from engine.runs import RunRecord, RunStatus, RunStore
from engine.spec import KFoldSplit, ModelSpec, RollingOriginSplit, RunSpec, TrainerSpec, to_json
from engine.training.failures import Stopped
from engine.training.recorder import Recorder
from engine.training.watch import Watch

BY_THE_CLOCK = ("_per_second", "device/memory")
STEPS = 6  # an epoch of every family: 168 rows or texts in batches of 32, 75 windows in batches of 13
Wish = Callable[[Recorder], None]


@dataclass(frozen=True)
class Family:
    """A family's small run: `spec` makes its specification, whose parts may be replaced."""

    name: str
    base: RunSpec
    numbers: RunSpec
    """A run that predicts numbers, whose loss grows without limit under `too_high` a learning rate."""
    batch: int
    folds: Any
    other: ModelSpec
    """The same model with weights of other shapes."""
    too_high: float

    def trainer(self, **parts: Any) -> TrainerSpec:
        """Return how it is trained: three epochs of six steps."""
        return TrainerSpec(**{"epochs": 3, "batch_size": self.batch, "device": "cpu", "threads": 1, **parts})

    def spec(self, **parts: Any) -> RunSpec:
        """Return the specification with parts replaced."""
        return RunSpec(**{**dict(self.base), "trainer": self.trainer(), **parts})

    def spec_of_numbers(self, **parts: Any) -> RunSpec:
        """Return the specification of a run that predicts numbers."""
        return RunSpec(**{**dict(self.numbers), "trainer": self.trainer(), **parts})


@pytest.fixture
def tabular(workspace: Path, small_frame: pd.DataFrame, snapshot: Callable[..., str], make_spec: Any) -> Family:
    """A network of one layer on rows."""
    snapshot(small_frame)
    other = ModelSpec(params={"layers": "8"})
    return Family("tabular", make_spec(), make_spec("regression"), 32, KFoldSplit(folds=3), other, 10.0)


@pytest.fixture
def forecasting(workspace: Path, shops: pd.DataFrame, snapshot: Callable[..., str], make_shop_spec: Any) -> Family:
    """A narrow N-HiTS on series."""
    snapshot(shops)
    small = make_shop_spec(model__params={"hidden_size": 16})
    squares = make_shop_spec(model__params={"hidden_size": 16}, forecasting__loss="rmse")
    other = ModelSpec(name="nhits", params={"hidden_size": 8})
    return Family("forecasting", small, squares, 13, RollingOriginSplit(folds=3, test_steps=4), other, 10.0)


@pytest.fixture
def text(workspace: Path, reviews: pd.DataFrame, snapshot: Callable[..., str], make_review_spec: Any) -> Family:
    """A mean of word vectors."""
    snapshot(reviews)
    scored = {"text__labels": "number", "text__columns": {"labels": ["score"]}, "split": {"kind": "random"}}
    numbers = make_review_spec(**scored)
    other = ModelSpec(name="word_average", params={"embedding_dim": 8})
    return Family("text", make_review_spec(), numbers, 32, KFoldSplit(folds=3), other, 10.0)


@pytest.fixture(params=["tabular", "forecasting", "text"])
def family(request: pytest.FixtureRequest) -> Any:
    """Each family in turn."""
    return request.getfixturevalue(request.param)


@dataclass(frozen=True)
class Trained:
    """What came of a run: its curves as Runs.curves has them, its weights and its evaluation's text."""

    curves: dict[str, list[tuple[int, str]]]
    weights: dict[str, torch.Tensor]
    evaluation: str


class Runs:
    """Trains runs in one workspace, and leaves them where a test says."""

    def __init__(self, workspace: Path, references: dict[str, Trained], monkeypatch: pytest.MonkeyPatch) -> None:
        self.workspace = workspace
        self._references = references
        self._wishes: dict[int, Wish] = {}
        boundary = Watch.boundary

        def asked(watch: Watch, step: int) -> None:
            wish = self._wishes.pop(step, None) if watch.place.prefix in ("", self.fold) else None
            if wish is not None:
                wish(watch.recorder)
                watch.recorder.has_wish = True
            boundary(watch, step)

        self.fold = ""
        monkeypatch.setattr(Watch, "boundary", asked)

    def begin(self, spec: RunSpec) -> str:
        """Record a run."""
        with RunStore(self.workspace) as store:
            return store.create_run(spec).id

    def train(self, run_id: str, at: int = 0, wish: Wish | None = None) -> bool:
        """Train a run, which gets a wish after a step; returns whether it went to its end."""
        self._wishes = {at: wish} if wish else {}
        with Recorder(self.workspace, run_id) as recorder:
            try:
                families.run(recorder)
            except Stopped as stopped:
                assert stopped.to_rest
                return False
        return True

    def resume(self, run_id: str, **more: Any) -> bool:
        """Go on with a run that was left, as `train` does."""
        with RunStore(self.workspace) as store:
            store.set_status(run_id, RunStatus.PAUSED)
            assert store.reopen(run_id)
        return self.train(run_id, **more)

    def whole(self, spec: RunSpec) -> str:
        """Train a run to its end."""
        run_id = self.begin(spec)
        assert self.train(run_id)
        return run_id

    def reference(self, spec: RunSpec) -> Trained:
        """Return what comes of a run that nobody leaves; the same for every test that asks, in whatever workspace."""
        key = to_json(spec)
        if key not in self._references:
            self._references[key] = self.trained(self.whole(spec))
        return self._references[key]

    def trained(self, run_id: str) -> Trained:
        """Return what came of a run."""
        folder = self.folder(run_id)
        evaluation = (folder / "evaluation.json").read_text()
        return Trained(self.curves(run_id), load_file(folder / "model.safetensors"), evaluation)

    def curves(self, run_id: str) -> dict[str, list[tuple[int, str]]]:
        """Return every point but those that tell of time and memory, values as text that tells bits apart."""
        with RunStore(self.workspace) as store:
            every = [store.series(run_id, info.key) for info in store.series_keys(run_id)]
        return {
            one.key: list(zip(one.steps.tolist(), map(repr, one.values.tolist()), strict=True))
            for one in every
            if not one.key.endswith(BY_THE_CLOCK)
        }

    def record(self, run_id: str) -> RunRecord:
        """Return the run as the store has it."""
        with RunStore(self.workspace) as store:
            return store.run(run_id)

    def folder(self, run_id: str) -> Path:
        """Return the run's folder."""
        return self.workspace / "runs" / run_id

    def assert_equal(self, run_id: str, other: str | Trained) -> None:
        """Compare curves, weights and evaluations, to the bit."""
        mine, theirs = self.trained(run_id), self.trained(other) if isinstance(other, str) else other
        assert mine.curves == theirs.curves
        assert all(torch.equal(mine.weights[name], theirs.weights[name]) for name in theirs.weights)
        assert mine.evaluation == theirs.evaluation


@pytest.fixture(scope="package")
def references() -> dict[str, Trained]:
    """What comes of runs that nobody leaves, by their specification."""
    return {}


@pytest.fixture
def runs(workspace: Path, references: dict[str, Trained], monkeypatch: pytest.MonkeyPatch) -> Runs:
    """Runs in the test's workspace."""
    torch.set_num_threads(1)
    return Runs(workspace, references, monkeypatch)


@pytest.fixture
def pause() -> Wish:
    """Wish that the run rests."""

    def wish(recorder: Recorder) -> None:
        recorder.pause_requested = True

    return wish


@pytest.fixture
def change() -> Callable[[str, float], Wish]:
    """Wish that a setting changes: (field, value)."""

    def make(field: str, value: float) -> Wish:
        def wish(recorder: Recorder) -> None:
            recorder._wanted_changes.append((field, value))

        return wish

    return make
