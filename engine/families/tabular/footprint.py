"""How large a model and its training are, without computing them: parameters and bytes.
Builds the network on torch's meta device, where tensors have shapes but no numbers."""

from dataclasses import dataclass

import torch
from torch import nn

from engine.families.findings import Finding
from engine.families.tabular import library, network
from engine.families.tabular.encoding import Encoder
from engine.families.tabular.tracing import Cost, training_cost
from engine.spec import RunSpec
from engine.training.failures import RunFailed

_MOMENTS = {"SGD": 1, "Adagrad": 1, "RMSprop": 2}  # numbers that an optimizer keeps for each parameter; Adam's kin: 2
FEW, MANY = 8, 24
# Measured for six models, a process grows by 8 MB at its first step, and by 1.0 to 2.0 times the bytes in its tensors.
SPARE_TENTHS, WORKSPACE_BYTES = 14, 8_000_000


@dataclass(frozen=True)
class Footprint:
    """Trained parameters, and bytes on the training device: network with gradients and optimizer, the rows that live
    there, and what one batch takes at most, or the first look at the data where that is more. `step_seconds` is roughly
    what a step takes on two cores. None stands for what could not be traced."""

    parameters: int
    model_bytes: int
    data_bytes: int
    batch_bytes: int | None
    step_seconds: float | None = None

    @property
    def total_bytes(self) -> int:
        """All of it."""
        return self.model_bytes + self.data_bytes + (self.batch_bytes or 0)


def footprint(
    spec: RunSpec, encoder: Encoder, train_rows: int, valid_rows: int
) -> tuple[Footprint | None, tuple[Finding, ...]]:
    """Return the sizes of a run, or None with the reason as a finding where the model cannot be built."""
    try:
        model = _shapes_only(spec, encoder)
    except RunFailed as failure:
        return None, (Finding(severity="error", field="model.params", text=failure.cause, fix=failure.advice),)
    number = 8 if spec.trainer.precision == "64-true" else 4
    parameters = network.parameter_count(model)
    width = number * len(encoder.continuous) + 8 * (len(encoder.categorical) + 1 + len(encoder.targets))
    rows = min(spec.trainer.batch_size, max(2, train_rows))
    first = network.aware_row_bytes(model) * network.aware_rows(model, train_rows)
    cost = _step_cost(model, spec, encoder, rows)
    size = Footprint(
        parameters=parameters,
        model_bytes=parameters * number * (2 + _MOMENTS.get(spec.trainer.optimizer.name, 2)),
        data_bytes=(train_rows + valid_rows) * width,
        batch_bytes=None
        if cost is None
        else WORKSPACE_BYTES + max(cost.peak_bytes * SPARE_TENTHS // 10 * number // 4, first),
        step_seconds=None if cost is None else cost.seconds,
    )
    return size, ()


def _shapes_only(spec: RunSpec, encoder: Encoder) -> nn.Module:
    library.import_library()
    try:
        with torch.device("meta"):
            return network.build(spec, encoder)
    except (RunFailed, NotImplementedError):
        # A network that looks at its first weights cannot be made of shapes; a refusal is the same when built really.
        return network.build(spec, encoder)


def _step_cost(model: nn.Module, spec: RunSpec, encoder: Encoder, rows: int) -> Cost | None:
    """Return what one batch's forward and backward pass take, None where the network cannot be traced."""
    try:
        return training_cost(model.to("meta"), _batch(encoder, rows, "meta"))
    except (RuntimeError, NotImplementedError, TypeError, ValueError):
        # Some networks decide by the numbers that they see: two small batches then tell what a row adds.
        pass
    try:
        real = network.build(spec, encoder)
        with library.quiet():
            real.train()(_batch(encoder, FEW, "cpu"))  # the first rows may set thresholds
            few, many = (training_cost(real, _batch(encoder, count, "cpu")) for count in (FEW, MANY))
    except (RunFailed, RuntimeError, TypeError, ValueError):
        return None
    return few.scaled(many, rows, FEW, MANY)


def _batch(encoder: Encoder, rows: int, device: str) -> dict[str, torch.Tensor]:
    return {
        "continuous": torch.zeros(rows, len(encoder.continuous), device=device),
        "categorical": torch.zeros(rows, len(encoder.categorical), dtype=torch.int64, device=device),
        "target": torch.zeros(rows, len(encoder.targets), device=device),
    }
