"""What the tensors lab answers: expressions worked out, cells traced, tensors of files. torch lives here.

Requests name the whole expression, so that one may be asked again of a new process; the last few chains are kept.
"""

import json
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
import torch

from engine.inspecting.arrays import Readable, Stored
from engine.inspecting.asked import Computed
from engine.inspecting.kinds import KINDS
from engine.jobs import inspector_requests
from engine.jobs.raw import Raw
from engine.jobs.requests import Call, Method, RequestError
from engine.lessons import Exercise
from engine.lessons.judging import judge
from engine.tensors.chain import Chain, Edit, evaluate
from engine.tensors.devices import on_cpu
from engine.tensors.explaining import explain_refusal
from engine.tensors.formula import formula
from engine.tensors.formulas_of_parts import formula_of_part
from engine.tensors.gradients import gradients
from engine.tensors.picturing import picture_of, refusal_of, short_dtype, values_of
from engine.tensors.provenance import Provenance
from engine.tensors.python_code import as_python
from engine.tensors.reach import ByAxes, ByPlace, Nothing, Sifted, Through, to_wire
from engine.tensors.refusal import Refused
from engine.tensors.sizes import physical_bytes

REMEMBERED = "tensors.json"
KEPT, KEPT_BYTES = 6, 1 << 30
NO_TENSOR = "There is no tensor in this yet; rand(2, 3) would make one."

torch.set_num_threads(1)  # for cells that a person can look at, more threads cost more than they give


class _Chains:
    """The last few chains with their provenance. One is worked out at a time, since chance has one source."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, tuple[Chain, Provenance]] = OrderedDict()

    def of(
        self, call: Call | None, text: str, seed: int, edits: Sequence[Mapping[str, Any]]
    ) -> tuple[Chain, Provenance]:
        """Return a chain, worked out where it is not kept. Raises `Refused`."""
        key = json.dumps([text, seed, list(edits)])
        with self._lock:
            if call is not None and call.cancelled():
                raise RequestError("Cancelled.")
            if key not in self._kept:
                given = [Edit(one["name"], tuple(one["cell"]), one["value"]) for one in edits]
                chain = evaluate(text, seed=seed, edits=given)
                self._kept[key] = (chain, Provenance(chain))
            self._kept.move_to_end(key)
            while len(self._kept) > KEPT or (len(self._kept) > 1 and self._size() > KEPT_BYTES):
                self._kept.popitem(last=False)
            return self._kept[key]

    def _size(self) -> int:
        return sum(physical_bytes(tensor) for chain, _ in self._kept.values() for tensor in chain.tensors)


_chains = _Chains()


def _computed(source: Computed) -> Readable:
    """Return a tensor of an expression as the inspector reads it, without a copy."""
    edits = [{"name": name, "cell": list(cell), "value": value} for name, cell, value in source.edits]
    tensor = _chains.of(None, source.text, source.seed, edits)[0].tensors[source.number]
    tensor = on_cpu(tensor.detach()).resolve_conj().resolve_neg()
    kind = KINDS[short_dtype(str(tensor.dtype).removeprefix("torch."))]
    is_odd = tensor.dtype == torch.bfloat16  # numpy does not know it
    return Stored(tensor.view(torch.int16).numpy().view(kind.raw) if is_odd else tensor.numpy(), kind)


inspector_requests.look_into(_computed)


def _show(call: Call, text: str, seed: int = 0, edits: Sequence[Mapping[str, Any]] = ()) -> object:
    """Return {"chain"} or {"refused"}."""
    try:
        chain, _ = _chains.of(call, text, seed, edits)
        if not chain.tensors:
            raise Refused(NO_TENSOR)
    except Refused as error:
        return {"refused": _wire(refusal_of(explain_refusal(error, text, {})))}
    return {"chain": _wire(picture_of(chain))}


def _formula(
    call: Call,
    text: str,
    number: int,
    cell: Sequence[int],
    part: int | None = None,
    seed: int = 0,
    edits: Sequence[Mapping[str, Any]] = (),
) -> object:
    """Return the formula of a cell of a tensor, or of a part of the step that makes it."""
    chain, _ = _chains.of(call, text, seed, edits)
    return formula(chain, number, tuple(cell)) if part is None else formula_of_part(chain, number, part, tuple(cell))


def _trace(
    call: Call,
    text: str,
    number: int,
    cell: Sequence[int],
    part: int | None = None,
    seed: int = 0,
    edits: Sequence[Mapping[str, Any]] = (),
) -> object:
    """Return (tensor, mask) for everything that a cell of a tensor, or of a part of its step, depends on and touches."""
    _, provenance = _chains.of(call, text, seed, edits)
    if part is None:
        before, after = (ask(number, tuple(cell)) for ask in (provenance.sources, provenance.touched))
    else:
        before, after = provenance.of_part(number, part, tuple(cell))
    return [[other, Raw(mask.numpy())] for other, mask in sorted({**before, **after}.items())]


def _gradients(
    call: Call,
    text: str,
    loss: str,
    cell: Sequence[int] | None = None,
    seed: int = 0,
    edits: Sequence[Mapping[str, Any]] = (),
) -> object:
    """Return {"values": [[number, cells]], "blocked": [[number, sentence]]}; of a large tensor the corner that is shown."""
    chain, _ = _chains.of(call, text, seed, edits)
    found = gradients(chain, loss, None if cell is None else tuple(cell))
    values = [[number, Raw(values_of(one))] for number, one in found.values.items()]
    return {"values": values, "blocked": [list(pair) for pair in found.blocked.items()]}


def _code(call: Call, text: str, seed: int = 0, edits: Sequence[Mapping[str, Any]] = ()) -> object:
    return as_python(_chains.of(call, text, seed, edits)[0])


def _judge(_call: Call, text: str, exercise: Mapping[str, Any]) -> object:
    """Return {"right", "sentence"} about an answer to an exercise."""
    return _wire(judge(text, Exercise.model_validate(exercise)))


def _recall(call: Call) -> object:
    """Return what was remembered, empty where there is nothing that can be read."""
    try:
        found = json.loads((call.workspace / REMEMBERED).read_text(encoding="utf-8"))
        return {"text": str(found["text"]), "seed": int(found["seed"]), "edits": list(found["edits"])}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _remember(call: Call, text: str, seed: int = 0, edits: Sequence[Mapping[str, Any]] = ()) -> None:
    """Keep what is shown for the next window on the workspace."""
    file = call.workspace / REMEMBERED
    part = file.with_suffix(".part")
    try:
        part.write_text(json.dumps({"text": text, "seed": seed, "edits": list(edits)}), encoding="utf-8")
        part.replace(file)
    except OSError:
        return  # a workspace that is only read


def _warm_up(call: Call) -> None:
    """Have torch import what it puts off until shapes are first tried: its compiler, for some operations."""
    _chains.of(call, "x = randn(2, 2); y = x.mean(0)", 0, ())


def _wire(value: Any) -> Any:
    """Return pictures as plain values with arrays beside them."""
    if isinstance(value, ByAxes | ByPlace | Nothing | Sifted | Through):
        return _wire(to_wire(value))
    if is_dataclass(value):
        return {one.name: _wire(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, Mapping):
        return {key: _wire(part) for key, part in value.items()}
    if isinstance(value, tuple | list):
        return [_wire(part) for part in value]
    return Raw(value) if isinstance(value, np.ndarray) else value


METHODS: dict[str, Method] = {
    "warm_up": _warm_up,
    "show": _show,
    "formula": _formula,
    "trace": _trace,
    "code": _code,
    "gradients": _gradients,
    "judge": _judge,
    "recall": _recall,
    "remember": _remember,
    **inspector_requests.METHODS,
}
