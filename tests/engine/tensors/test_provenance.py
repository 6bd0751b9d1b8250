"""What a cell was made of, against changing every cell and looking at what changes."""

import time
from collections.abc import Callable

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.tensors.chain import Chain, evaluate, work_out
from engine.tensors.provenance import Provenance, provenance
from engine.tensors.refusal import Refused
from tests.engine.tensors.cases import GROUPS, Case, cases

FEW = {"norms": 3, "convolutions": 2, "attention": 3}
CHANGES = (-1e3, 0.0, 1.7, 1e3)
SEVERAL = {"dropout(A, 0.1)": 10, "where": 30}


def chains(case: Case, seed: int) -> list[Chain]:
    """The case on random numbers; several times where one value decides whether another one counts."""
    generator = torch.Generator().manual_seed(seed)
    many = next((times for name, times in SEVERAL.items() if name in case.text), 1)
    return [evaluate(case.text, numbers(case, generator), seed=number) for number in range(many)]


def numbers(case: Case, generator: torch.Generator) -> dict[str, torch.Tensor]:
    return {
        name: torch.rand(shape, generator=generator, dtype=torch.float64) + 0.5 for name, shape in case.shapes.items()
    }


def by_changing(chain: Chain, number: int) -> torch.Tensor:
    """What changes in the result [cells of the input, cells of the result] when one cell of an input does."""
    inputs = list(chain.tensors[: len(chain.program.inputs)])
    before, rows = chain.result, []
    for cell in range(inputs[number].numel()):
        changed = torch.zeros(before.shape, dtype=torch.bool)
        for value in CHANGES:
            other = inputs[number].clone()
            other.view(-1)[cell] = value
            after = work_out(chain.program, (*inputs[:number], other, *inputs[number + 1 :])).result
            changed |= ~((after == before) | (after.isnan() & before.isnan()))
        rows.append(changed.view(-1))
    return torch.stack(rows) if rows else torch.zeros(0, before.numel(), dtype=torch.bool)


def check(case: Case, seed: int) -> None:
    several = chains(case, seed)
    chain = several[0]
    asked, last = Provenance(chain), len(chain.tensors) - 1
    for number, tensor in enumerate(chain.tensors[: len(chain.program.inputs)]):
        truth = torch.stack([by_changing(one, number) for one in several]).any(0)
        nothing = torch.zeros(tensor.shape, dtype=torch.bool)
        for cell in range(chain.result.numel()):
            marked = torch.zeros(chain.result.shape, dtype=torch.bool)
            marked.view(-1)[cell] = True
            assert torch.equal(asked.sources(last, marked).get(number, nothing).reshape(-1), truth[:, cell])
        untouched = torch.zeros(chain.result.shape, dtype=torch.bool)
        for cell in range(tensor.numel()):
            marked = torch.zeros(tensor.shape, dtype=torch.bool)
            marked.view(-1)[cell] = True
            assert torch.equal(asked.touched(number, marked).get(last, untouched).reshape(-1), truth[cell])


@pytest.mark.parametrize("group", GROUPS)
def test_that_provenance_is_what_changes(group: str) -> None:
    @settings(
        max_examples=FEW.get(group, 8),
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(cases(group), st.integers(0, 99))
    def proof(case: Case, seed: int) -> None:
        check(case, seed)

    proof()


def test_that_provenance_can_be_asked_of_one_operation() -> None:
    rows, columns = provenance("matmul", (2, 3), (3, 4), cell=(0, 1))
    assert rows.nonzero().tolist() == [[0, 0], [0, 1], [0, 2]]
    assert columns.nonzero().tolist() == [[0, 1], [1, 1], [2, 1]]
    one, other = provenance("cat", (2, 2), (2, 3), cell=(1, 3), dim=1)
    assert (one.sum(), other.nonzero().tolist()) == (0, [[1, 1]])
    (filled,) = provenance("triu", (2, 2), cell=(1, 0))
    assert not filled.any()
    with pytest.raises(Refused):
        provenance("matmul", (2, 3), (4, 4), cell=(0, 0))


def test_that_provenance_runs_through_a_chain_both_ways() -> None:
    chain = evaluate(
        "a = x.T; b = a[1:] @ w; c = stack([b, -b]); c.cumsum(0)", {"x": torch.rand(2, 3), "w": torch.rand(2, 2)}
    )
    asked, last = Provenance(chain), len(chain.tensors) - 1
    found = asked.sources(last, (0, 1, 0))
    assert found[0].tolist() == [[False, False, True], [False, False, True]]
    assert found[1].tolist() == [[True, False], [True, False]]
    assert set(found) == {0, 1, 2, 3, 4, 6}  # not the negative, which the prefix sum has not reached
    assert not asked.touched(0, (0, 0))[2].sum() > 1
    assert asked.touched(0, (0, 2))[last][:, 1].all()


def test_that_a_hover_over_64_by_64_answers_within_a_frame() -> None:
    asked = Provenance(evaluate("(A @ B).softmax(-1)", {"A": torch.rand(64, 64), "B": torch.rand(64, 64)}))
    asked.sources(3, (0, 0)), asked.touched(0, (0, 0))
    assert min(taken(lambda: asked.sources(2, (5, 7))) for _ in range(9)) < 0.016
    assert min(taken(lambda: asked.touched(0, (5, 7))) for _ in range(9)) < 0.016


def taken(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


@pytest.mark.soak
@pytest.mark.parametrize("group", GROUPS)
def test_that_provenance_is_what_changes_in_thousands_of_cases(group: str) -> None:
    @settings(max_examples=8000, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(cases(group), st.integers(0, 10**6))
    def proof(case: Case, seed: int) -> None:
        check(case, seed)

    proof()
