"""Which loader reads windows: our own, which gathers from rows on the device, or the library's where ours cannot; and how
many at once."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import torch

from engine.families.forecasting.library import quiet
from engine.families.forecasting.series import forecasting_of
from engine.families.forecasting.together import Groups, TogetherLoader
from engine.families.forecasting.window_loader import WindowBatch, WindowLoader, why_not
from engine.spec import JOINT, RunSpec, TrainerSpec
from engine.training.loader import BatchPlan, EpochLoader

Loader = EpochLoader[WindowBatch]


class LibraryLoader(EpochLoader[WindowBatch]):
    """Windows as TimeSeriesDataSet cuts them, one by one: slow, and able to do all that the library can."""

    def __init__(self, dataset: Any, plan: BatchPlan, seed: int | None, device: torch.device) -> None:
        super().__init__(len(dataset), plan, seed)
        self._dataset, self._device = dataset, device

    def nothing(self) -> WindowBatch:
        """Return a batch without inputs."""
        return {}, (torch.empty(0), None)

    def take(self, positions: slice | torch.Tensor) -> WindowBatch:
        """Return the windows at these positions of the data set's index."""
        places = range(len(self._dataset))[positions] if isinstance(positions, slice) else positions.tolist()
        with quiet():
            x, (target, weight) = self._dataset._collate_fn([self._dataset[place] for place in places])
        return {name: self._here(one) for name, one in x.items()}, (self._here(target), weight)

    def _here(self, value: Any) -> Any:
        """Return a tensor, or a list of one a target, on the device."""
        return [one.to(self._device) for one in value] if isinstance(value, list | tuple) else value.to(self._device)


def loader_of(
    dataset: Any, plan: BatchPlan, seed: int | None, device: torch.device, tell: Callable[[str], None] = lambda _: None
) -> Loader:
    """Return a loader of a data set's windows, and tell where it is the slow one, and why."""
    reason = why_not(dataset)
    if not reason:
        return WindowLoader(dataset, plan, seed, device)
    tell(f"Windows are read with the library's own loader, which is slower: {reason}")
    return LibraryLoader(dataset, plan, seed, device)


def training_loader(
    dataset: Any,
    spec: RunSpec,
    trainer: TrainerSpec,
    device: torch.device,
    tell: Callable[[str], None] = lambda _: None,
) -> Loader:
    """Return a loader of windows to learn from, in another order each epoch; those of the same steps come together where
    the loss looks at series together."""
    plan, groups = training_plan(dataset, spec, trainer)
    windows = loader_of(dataset, plan, trainer.seed, device, tell)
    return windows if groups is None else TogetherLoader(windows, groups, plan, trainer.seed)


def training_plan(dataset: Any, spec: RunSpec, trainer: TrainerSpec) -> tuple[BatchPlan, Groups | None]:
    """Return how many windows each batch has to learn from; or how many groups, and these."""
    size, drop_last = trainer.batch_size, trainer.drop_last
    if forecasting_of(spec).loss not in JOINT:
        plan = BatchPlan.of(len(dataset), size, drop_last)
        return replace(plan, note=plan.note.replace("row", "window")), None
    groups = Groups.of(dataset, size, trainer.seed)
    plan = groups.plan(size, drop_last)
    return replace(plan, note=plan.note.replace("rows", "groups of windows of the same steps")), groups


def judging_loader(dataset: Any, spec: RunSpec, at_once: int, device: torch.device) -> Loader:
    """Return a loader of windows to be judged, in their own order, so many at once. Where the loss looks at series
    together that order must be of time."""
    plan = BatchPlan.of(len(dataset), at_once, merge_single=False)
    windows = loader_of(dataset, plan, None, device)
    if forecasting_of(spec).loss not in JOINT:
        return windows
    groups = Groups.of(dataset, at_once)
    return TogetherLoader(windows, groups, groups.plan_in_order(at_once), None)


def rows_of(batch: WindowBatch) -> int:
    """Return how many windows a batch has."""
    x, _ = batch
    return len(x["encoder_lengths"]) if x else 0
