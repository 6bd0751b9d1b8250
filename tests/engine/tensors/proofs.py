"""What must be so for every use of every operation: the explainer refuses what torch refuses, its fixes run, and
provenance is what changes in the result when a cell is changed."""

import warnings
from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType

import torch
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from engine.tensors import operations
from engine.tensors.chain import Chain, evaluate, work_out
from engine.tensors.explaining import explain_text
from engine.tensors.provenance import Provenance
from tests.engine.tensors.cases import cases, pairs
from tests.engine.tensors.drawing import Case

NORMS = ("batch_norm", "instance_norm", "layer_norm", "group_norm")
_FUNCTIONAL = vars(torch.nn.functional)
NAMES = {
    **_FUNCTIONAL,
    **vars(torch),
    **{name: _FUNCTIONAL[name] for name in ("dropout", "relu", *NORMS)},
    "F": torch.nn.functional,
}


def names_of_operations() -> set[str]:
    """Every operation that can be reached from a text."""
    tables = (operations.functions(), operations.methods(), operations.INFIX, operations.PREFIX, operations.PROPERTIES)
    paired = (one.name for picks in operations.PAIRS.values() for one in picks.values())
    return {one.name for table in tables for one in table.values()} | {*paired, operations.INDEX.name}


def numbers(case: Case, seed: int, dtype: torch.dtype) -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    found = {}
    for name, shape in case.shapes.items():
        drawn = torch.rand(shape, generator=generator, dtype=dtype) + 0.5
        made = {"zeros": drawn * 0, "ones": drawn * 0 + 1, "whole": (drawn * 2 - 1).round()}.get(case.of, drawn)
        found[name] = torch.complex(made, drawn - 0.25) if case.of == "complex" else made
    return found


def as_dtype(tensor: torch.Tensor, dtype: torch.dtype) -> torch.Tensor:
    """Numbers of another dtype; none is 0, since what that does to a division is not a matter of dtypes."""
    if dtype == torch.bool:
        return tensor.real > -1
    return tensor.real.abs().ceil().clamp(min=1).to(dtype) if not dtype.is_floating_point else tensor.to(dtype)


def check_refusal(
    case: Case,
    dtypes: Mapping[str, torch.dtype] = MappingProxyType({}),
    on: Mapping[str, str] = MappingProxyType({}),
) -> bool:
    """torch itself, with real numbers, is the judge. Returns whether it refuses."""
    inputs = numbers(case, 1, torch.float32)
    inputs = {name: as_dtype(tensor, dtypes.get(name, tensor.dtype)) for name, tensor in inputs.items()}
    inputs = {name: tensor.to(on.get(name, "cpu")) for name, tensor in inputs.items()}
    explanation = explain_text(case.text, {name: tensor.to("meta") for name, tensor in inputs.items()}, on)
    refused = torch_refuses(case, inputs)
    assert (explanation is not None) == bool(refused) or _reads_beyond(case), (
        f"{case}: torch: {refused or 'takes it'}; here: {explanation}"
    )
    if explanation is not None:
        assert explanation.sentence.endswith((".", "!", "?")), explanation
        assert "refuses" not in explanation.sentence, f"{case}: {explanation}"
        for fix in explanation.fixes:
            assert tuple(evaluate(fix.text, inputs).result.shape) == fix.shape, f"{case}: {fix}"
    return bool(refused)


def _reads_beyond(case: Case) -> bool:
    """Fused attention (torch 2.13) does not look whether there are as many values as keys, and reads what lies behind."""
    q, k, v = (case.shapes.get(name, ()) for name in "qkv")
    return "attention" in case.text and len(q) == len(k) == len(v) == 4 and k[-2] > v[-2]


def torch_refuses(case: Case, inputs: dict[str, torch.Tensor]) -> str:
    """Return what torch says, empty where it takes the case."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            result = eval(case.text, NAMES, inputs)
    except (RuntimeError, ValueError, IndexError, TypeError, AssertionError) as error:
        return str(error) or type(error).__name__
    beyond = isinstance(result, torch.Tensor) and min(result.shape, default=0) < 0  # expand(0, -1), torch 2.13
    return "a size below 0" if beyond else ""


def by_changing(chain: Chain, number: int, case: Case) -> torch.Tensor:
    """What changes in the result [cells of the input, cells of the result] when one cell of an input does."""
    inputs, name = list(chain.tensors[: len(chain.program.inputs)]), chain.program.inputs[number]
    before, rows = chain.result, []
    for cell in range(inputs[number].numel()):
        changed = torch.zeros(before.shape, dtype=torch.bool)
        for value in (*case.changes, *case.also.get(name, ())):
            other = inputs[number].clone()
            other.view(-1)[cell] = value
            after = work_out(chain.program, (*inputs[:number], other, *inputs[number + 1 :])).result
            changed |= ~torch.isclose(after, before, rtol=1e-8, atol=1e-8, equal_nan=True)
            if changed.all():
                break
        rows.append(changed.view(-1))
    return torch.stack(rows) if rows else torch.zeros(0, before.numel(), dtype=torch.bool)


def check_provenance(case: Case, seed: int) -> None:
    """Both ways, for each cell."""
    several = [evaluate(case.text, numbers(case, seed + one, torch.float64), seed=one) for one in range(case.draws)]
    chain = several[0]
    asked, last = Provenance(chain), len(chain.tensors) - 1
    for number, tensor in enumerate(chain.tensors[: len(chain.program.inputs)]):
        truth = by_changing(chain, number, case)
        for one in several[1:]:
            truth |= by_changing(one, number, case)
        of_result = [asked.sources(last, mark).get(number) for mark in marks(chain.result)]
        of_input = [asked.touched(number, mark).get(last) for mark in marks(tensor)]
        assert torch.equal(_table(of_result, tensor).mT, truth), (
            f"{case}: sources in {number}: changes say\n{truth.int()}"
        )
        assert torch.equal(_table(of_input, chain.result), truth), (
            f"{case}: touched by {number}: changes say\n{truth.int()}"
        )


def marks(tensor: torch.Tensor) -> torch.Tensor:
    """A mask for each cell."""
    return torch.eye(tensor.numel(), dtype=torch.bool).view(tensor.numel(), *tensor.shape)


def _table(masks: list[torch.Tensor | None], like: torch.Tensor) -> torch.Tensor:
    nothing = torch.zeros(like.numel(), dtype=torch.bool)
    rows = [nothing if mask is None else mask.reshape(-1) for mask in masks]
    return torch.stack(rows) if rows else torch.zeros(0, like.numel(), dtype=torch.bool)


def prove(operation: str, examples: int) -> Counter[str]:
    """Check random uses of an operation, each as it is and with some shapes changed. Returns how many of what kind."""
    counted: Counter[str] = Counter()

    @drawn(examples)
    @given(pairs(operation), st.integers(0, 9999))
    def proof(both: tuple[Case, Case], seed: int) -> None:
        if both[1] != both[0]:
            counted["refused" if check_refusal(both[1]) else "taken"] += 1
        if check_refusal(both[0]):
            counted["refused"] += 1
        else:
            check_provenance(both[0], seed)
            counted["traced"] += 1

    proof()
    return counted


DTYPES = (torch.int64, torch.bool, torch.float32, torch.float16, torch.uint8, torch.complex64)


def prove_dtypes(operation: str, examples: int) -> Counter[str]:
    """Check random uses of an operation with operands of random dtypes: what torch refuses is refused, and only that."""
    counted: Counter[str] = Counter()

    @drawn(examples)
    @given(cases(operation), st.lists(st.sampled_from(DTYPES), min_size=5, max_size=5))
    def proof(case: Case, dtypes: list[torch.dtype]) -> None:
        counted["refused" if check_refusal(case, dict(zip(case.shapes, dtypes, strict=False))) else "taken"] += 1

    proof()
    return counted


def prove_devices(operation: str, examples: int) -> Counter[str]:
    """Check random uses of an operation with operands on the CPU and on meta: what torch refuses is refused, and the
    result is where torch puts it."""
    counted: Counter[str] = Counter()

    @drawn(examples)
    @given(cases(operation), st.lists(st.sampled_from(("cpu", "meta")), min_size=5, max_size=5))
    def proof(case: Case, places: list[str]) -> None:
        on = dict(zip(case.shapes, places, strict=False))
        refused = check_refusal(case, on=on)
        counted["refused" if refused else "taken"] += 1
        if not refused and case.of != "complex":
            inputs = {name: tensor.to(on[name]) for name, tensor in numbers(case, 1, torch.float32).items()}
            chain = evaluate(case.text, inputs)
            for tensor, spot in zip(chain.tensors, chain.program.spots, strict=True):
                assert tensor.device.type == spot.device, case
                assert spot.is_hollow or not tensor.is_meta, case

    proof()
    return counted


def drawn(examples: int) -> settings:
    """How a proof draws its cases: so many, the same ones each time."""
    return settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
