"""How large a model and its training are, without computing them: parameters and bytes.
Builds the network on torch's meta device, where tensors have shapes but no numbers."""

import torch
from torch import nn

from engine.families.findings import Finding
from engine.families.footprint import WORKSPACE_BYTES, Footprint, bytes_a_number, bytes_of_batch, bytes_of_weights
from engine.families.tabular import library, network
from engine.families.tabular.encoding import Encoder
from engine.families.tabular.tracing import training_cost
from engine.families.tracing import Cost
from engine.spec import RunSpec
from engine.training.failures import RunFailed

FEW, MANY = 8, 24


def footprint(
    spec: RunSpec, encoder: Encoder, train_rows: int, valid_rows: int
) -> tuple[Footprint | None, tuple[Finding, ...]]:
    """Return the sizes of a run, or None with the reason as a finding where the model cannot be built."""
    try:
        model = _shapes_only(spec, encoder)
    except RunFailed as failure:
        return None, (Finding(severity="error", field="model.params", text=failure.cause, fix=failure.advice),)
    number = bytes_a_number(spec.trainer)
    parameters = network.parameter_count(model)
    width = number * len(encoder.continuous) + 8 * (len(encoder.categorical) + 1 + len(encoder.targets))
    rows = min(spec.trainer.batch_size, max(2, train_rows))
    first = network.aware_row_bytes(model) * network.aware_rows(model, train_rows)
    cost = _step_cost(model, spec, encoder, rows)
    size = Footprint(
        parameters=parameters,
        model_bytes=bytes_of_weights(parameters, spec.trainer),
        data_bytes=(train_rows + valid_rows) * width,
        batch_bytes=None
        if cost is None
        else max(bytes_of_batch(cost.peak_bytes, spec.trainer), WORKSPACE_BYTES + first),
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
