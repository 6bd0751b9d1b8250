"""Which loader reads windows: our own, which gathers from rows on the device, or the library's where ours cannot."""

from collections.abc import Callable
from typing import Any

import torch

from engine.families.forecasting.library import quiet
from engine.families.forecasting.window_loader import WindowBatch, WindowLoader, why_not
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


def rows_of(batch: WindowBatch) -> int:
    """Return how many windows a batch has."""
    x, _ = batch
    return len(x["encoder_lengths"]) if x else 0
