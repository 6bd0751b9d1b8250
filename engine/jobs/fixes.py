"""Fixes: from a recognised cause and the specification to what would mend it, each with one line for its button.
Pure functions; nothing is read and nothing is started here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from engine.catalog import CatalogError, model
from engine.runs import Fix
from engine.spec import RunSpec, SpecError, parse
from engine.training.failures import Fault, FaultKind

MOST_ACCUMULATED = 10_000
SMALLEST_BATCH = 2  # normalising layers cannot learn from one row


@dataclass(frozen=True)
class Checkpoint:
    """A checkpoint to go on from: whose it is, its name, and the optimizer step it was written after."""

    run: str
    name: str
    step: int


def fixes(spec: RunSpec, fault: Fault, good: Checkpoint | None = None) -> tuple[Fix, ...]:
    """Return what could mend this, the most promising first; nothing where only the user can help.

    `good` is the last checkpoint from before the failure, if there is one.
    """
    found = _FIXES[fault.kind](spec, fault)
    if good is not None:
        found += _from_checkpoint(spec, good)
    return tuple(fix for fix in found if _is_valid(spec, fix))


def apply_fix(spec: RunSpec, fix: Fix) -> RunSpec:
    """Return the specification with a fix's changes. Raises SpecError where they do not fit it."""
    content = spec.model_dump(mode="json")
    for key, value in fix.changes.items():
        *path, last = key.split(".")
        place = content
        for part in path:
            if not isinstance(place.get(part), dict):
                raise SpecError([f"{key}: there is nothing to set inside “{part}”"])
            place = place[part]
        place[last] = value
    return parse(content)


def _is_valid(spec: RunSpec, fix: Fix) -> bool:
    try:
        return apply_fix(spec, fix) != spec
    except SpecError:
        return False


def _memory(spec: RunSpec, fault: Fault) -> list[Fix]:
    found = []
    size, batches = spec.trainer.batch_size // 2, spec.trainer.accumulate_grad_batches * 2
    if size >= SMALLEST_BATCH and batches <= MOST_ACCUMULATED:
        changes: dict[str, JsonValue] = {"trainer.batch_size": size, "trainer.accumulate_grad_batches": batches}
        found.append(Fix(label=f"Halve the batch to {size:,} and add up {batches:,} of them a step", changes=changes))
    if spec.trainer.precision == "64-true":
        found.append(_set("Compute in 32 bits", "trainer.precision", "32-true"))
    if fault.kind is FaultKind.GPU_MEMORY:
        if spec.trainer.precision == "32-true":
            found.append(_set("Compute in bf16-mixed precision", "trainer.precision", "bf16-mixed"))
        found.append(_set("Train on the CPU", "trainer.device", "cpu"))
    small = _small_preset(spec)
    if small:
        params: dict[str, JsonValue] = {f"model.params.{name}": value for name, value in small.items()}
        found.append(Fix(label="Take the small preset of the model", changes=params))
    return found


def _small_preset(spec: RunSpec) -> Mapping[str, JsonValue]:
    try:
        presets = model(spec.model.name).presets
    except CatalogError:
        return {}
    return presets.get("small", {})


def _diverged(spec: RunSpec, _fault: Fault) -> list[Fix]:
    rate = _tenth(spec)
    lower = "trainer.optimizer.learning_rate"
    found = [_set(f"Lower the learning rate tenfold, to {rate:g}", lower, rate)]
    if not spec.trainer.gradient_clip:
        found.append(_set("Clip the gradients at norm 1", "trainer.gradient_clip", 1.0))
        both: dict[str, JsonValue] = {lower: rate, "trainer.gradient_clip": 1.0}
        found.append(Fix(label=f"Both: a learning rate of {rate:g} and clipped gradients", changes=both))
    if spec.trainer.precision == "16-mixed":
        found.append(_set("Compute in 32 bits, which do not overflow", "trainer.precision", "32-true"))
    return found


def _from_checkpoint(spec: RunSpec, good: Checkpoint) -> list[Fix]:
    rate = _tenth(spec)
    changes: dict[str, JsonValue] = {
        "origin": {"run": good.run, "checkpoint": good.name},
        "trainer.optimizer.learning_rate": rate,
    }
    return [Fix(label=f"Begin with the weights of step {good.step:,}, at a learning rate of {rate:g}", changes=changes)]


def _tenth(spec: RunSpec) -> float:
    return float(f"{spec.trainer.optimizer.learning_rate / 10:.6g}")


def _gaps(spec: RunSpec, fault: Fault) -> list[Fix]:
    if spec.family == "forecasting":
        return _series_gaps(fault)
    key = f"tabular.preprocess.missing_{fault.role}"
    names = _named(fault.columns)
    found = [_set(f"Leave out the rows in which {names} has no value", key, "drop")]
    if fault.role == "continuous":
        found.insert(0, _set("Fill missing numbers with the column's median", key, "median"))
    if fault.role == "categorical":
        found.insert(0, _set("Take missing values as a category of their own", key, "category"))
    return found


def _series_gaps(fault: Fault) -> list[Fix]:
    key = f"forecasting.timeline.missing_{'steps' if fault.role == 'time' else 'target'}"
    return [
        _set("Fill gaps with the last value before them", key, "forward"),
        _set("Fill gaps with a line across them", key, "interpolate"),
    ]


def _text(spec: RunSpec, fault: Fault) -> list[Fix]:
    if spec.family == "forecasting" and fault.role != "continuous":
        return []
    if fault.role == "target":
        return [_set(f"Predict {_named(fault.columns)} as a class", "tabular.task", "classification")]
    roles = spec.data.roles
    changes: dict[str, JsonValue] = {
        "data.roles.continuous": [name for name in roles.continuous if name not in fault.columns],
        "data.roles.categorical": [*roles.categorical, *fault.columns],
    }
    return [Fix(label=f"Take {_named(fault.columns)} as categorical", changes=changes), *_column_gone(spec, fault)]


def _column_gone(spec: RunSpec, fault: Fault) -> list[Fix]:
    roles, gone = spec.data.roles, set(fault.columns)
    if gone - set(roles.features) or not set(roles.features) - gone:
        return []
    kept: dict[str, JsonValue] = {
        f"data.roles.{role}": [name for name in names if name not in gone]
        for role, names in (
            ("continuous", roles.continuous),
            ("categorical", roles.categorical),
            ("date", roles.date),
        )
        if gone & set(names)
    }
    return [Fix(label=f"Train without {_named(fault.columns)}", changes=kept)]


def _batch_of_one(spec: RunSpec, _fault: Fault) -> list[Fix]:
    found = [_set("Leave out the last batch, which has one row", "trainer.drop_last", True)]
    if spec.trainer.batch_size < SMALLEST_BATCH:
        found = [_set("Take batches of 32 rows", "trainer.batch_size", 32)]
    return found


def _device(_spec: RunSpec, _fault: Fault) -> list[Fix]:
    return [_set("Choose the device automatically", "trainer.device", "auto")]


def _precision(_spec: RunSpec, _fault: Fault) -> list[Fix]:
    return [_set("Compute in 32 bits", "trainer.precision", "32-true")]


def _disk_full(spec: RunSpec, _fault: Fault) -> list[Fix]:
    if spec.trainer.checkpoints.top_k <= 1:
        return []
    return [_set("Keep only the best checkpoint and the last", "trainer.checkpoints.top_k", 1)]


def _set(label: str, key: str, value: JsonValue) -> Fix:
    return Fix(label=label, changes={key: value})


def _named(columns: tuple[str, ...]) -> str:
    return ", ".join(f"“{name}”" for name in columns)


_FIXES: dict[FaultKind, Callable[[RunSpec, Fault], list[Fix]]] = {
    FaultKind.GPU_MEMORY: _memory,
    FaultKind.HOST_MEMORY: _memory,
    FaultKind.DIVERGED: _diverged,
    FaultKind.GAPS: _gaps,
    FaultKind.TEXT: _text,
    FaultKind.COLUMN_GONE: _column_gone,
    FaultKind.BATCH_OF_ONE: _batch_of_one,
    FaultKind.DEVICE: _device,
    FaultKind.PRECISION: _precision,
    FaultKind.DISK_FULL: _disk_full,
}
