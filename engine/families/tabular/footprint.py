"""How large a model and its training are, without computing them: parameters and bytes.
Builds the network on torch's meta device, where tensors have shapes but no numbers."""

from dataclasses import dataclass

import torch
from torch import nn

from engine.families.tabular import library, network
from engine.families.tabular.encoding import Encoder
from engine.families.tabular.findings import Finding
from engine.spec import RunSpec
from engine.training.failures import RunFailed

_MOMENTS = {"SGD": 1, "Adagrad": 1, "RMSprop": 2}  # numbers that an optimizer keeps for each parameter; Adam's kin: 2


@dataclass(frozen=True)
class Footprint:
    """Trained parameters, and bytes on the training device: network with gradients and optimizer, the rows that live
    there, and what one batch keeps for its backward pass (None where it could not be traced)."""

    parameters: int
    model_bytes: int
    data_bytes: int
    batch_bytes: int | None

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
    size = Footprint(
        parameters=parameters,
        model_bytes=parameters * number * (2 + _MOMENTS.get(spec.trainer.optimizer.name, 2)),
        data_bytes=(train_rows + valid_rows) * width,
        batch_bytes=_batch_bytes(model, spec, encoder, rows, number),
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


def _batch_bytes(model: nn.Module, spec: RunSpec, encoder: Encoder, rows: int, number: int) -> int | None:
    """Return about the bytes that one batch takes: what is kept for its backward pass, and half of it passing by.

    Measured for ft_transformer, autoint and danet the real peak is 1.2 to 1.8 times what is kept.
    """
    try:
        return 3 * _kept_bytes(model.to("meta"), encoder, rows, "meta") * number // 8
    except (RuntimeError, NotImplementedError, TypeError, ValueError):
        # Some networks decide by the numbers that they see: two small batches then tell what a row adds.
        pass
    try:
        real = network.build(spec, encoder)
        few, more = (_kept_bytes(real, encoder, count, "cpu") for count in (8, 16))
    except (RunFailed, RuntimeError, TypeError, ValueError):
        return None
    return 3 * (few + (more - few) * max(0, rows - 8) // 8) * number // 8


def _kept_bytes(model: nn.Module, encoder: Encoder, rows: int, device: str) -> int:
    """Return the bytes that autograd keeps of a forward pass, the model's own weights aside."""
    weights = {parameter.untyped_storage()._cdata for parameter in model.parameters()}
    kept: dict[int, int] = {}
    alive: list[torch.Tensor] = []  # so that no storage's identity is given to a second one

    def keep(tensor: torch.Tensor) -> torch.Tensor:
        storage = tensor.untyped_storage()
        if storage._cdata not in weights:
            kept[storage._cdata] = storage.nbytes()
            alive.append(tensor)
        return tensor

    batch = {
        "continuous": torch.zeros(rows, len(encoder.continuous), device=device),
        "categorical": torch.zeros(rows, len(encoder.categorical), dtype=torch.int64, device=device),
        "target": torch.zeros(rows, len(encoder.targets), device=device),
    }
    model.train()
    with library.quiet(), torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        model(batch)
    return sum(kept.values())
