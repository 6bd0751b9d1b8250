"""How large the training of a forecaster is: weights, windows' rows, and what a batch takes, seen from small real ones.
Must not train."""

from collections.abc import Iterator, Sequence
from typing import Any

import torch

from engine.families.footprint import Footprint, bytes_of_batch, bytes_of_weights
from engine.families.forecasting.fitting import Material
from engine.families.forecasting.forecaster import Forecaster, build, parameter_count
from engine.families.forecasting.library import quiet
from engine.families.forecasting.loading import loader_of
from engine.families.forecasting.trained import windows_at_once
from engine.families.forecasting.window_loader import WindowBatch
from engine.families.tracing import Cost, cost_of
from engine.training.loader import BatchPlan

FEW, MANY = 2, 6
"""Windows of two small batches, which tell what a window adds."""


def footprint(material: Material, valid: int, valid_rows: int) -> Footprint:
    """Return the sizes of a run with so many windows to validate, of so many rows. The network is built and goes twice
    through a few windows. Raises RunFailed.
    """
    trainer, train = material.spec.trainer, material.train
    forecaster = build(material.spec, material.recipe)
    loader = loader_of(train, BatchPlan.of(len(train), MANY), None, torch.device("cpu"))
    batches = [loader.take(torch.arange(count) % len(train)) for count in (FEW, MANY)]
    step = _scaled(forecaster, batches, min(trainer.batch_size, len(train)), learns=True)
    at_once = min(windows_at_once(material.spec, trainer.batch_size), valid)
    look = _scaled(forecaster, batches, at_once, learns=False)
    parameters = parameter_count(forecaster.network)
    return Footprint(
        parameters=parameters,
        model_bytes=bytes_of_weights(parameters, trainer),
        data_bytes=sum(one.nbytes + one[:1].nbytes * valid_rows for one in _tensors(train.data)),
        batch_bytes=bytes_of_batch(max(step.peak_bytes, look.peak_bytes), trainer),
        step_seconds=step.seconds,
    )


def _scaled(forecaster: Forecaster, batches: Sequence[WindowBatch], windows: int, learns: bool) -> Cost:
    """Return what a batch of so many windows takes, to learn from it or to be validated on it."""
    forecaster.network.train(learns)
    with quiet():
        few, many = (_cost(forecaster, batch, learns) for batch in batches)
    return few.scaled(many, windows, FEW, MANY)


def _cost(forecaster: Forecaster, batch: WindowBatch, learns: bool) -> Cost:
    network = forecaster.network

    def passes() -> None:
        if learns:
            forecaster.loss(batch).backward()
            return
        with torch.no_grad():
            forecaster.judged(batch)

    try:
        return cost_of(passes, (*network.parameters(), *network.buffers(), *_tensors(batch)))
    finally:
        network.zero_grad(set_to_none=True)


def _tensors(of: Any) -> Iterator[torch.Tensor]:
    """Yield every tensor in a nest of dictionaries, lists and tuples."""
    if isinstance(of, torch.Tensor):
        yield of
    elif isinstance(of, dict | list | tuple):
        for one in of.values() if isinstance(of, dict) else of:
            yield from _tensors(one)
