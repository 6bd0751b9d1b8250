"""What a cell was made of. That it is what changes with a cell, for every operation: `test_operations`."""

import time
from collections.abc import Callable

import pytest
import torch
from hypothesis import HealthCheck, assume, given, settings

from engine.tensors.by_gradient import ByGradient
from engine.tensors.chain import evaluate
from engine.tensors.provenance import Provenance, provenance
from engine.tensors.refusal import Refused
from engine.tensors.relation import Relation
from tests.engine.tensors.cases import cases
from tests.engine.tensors.drawing import Case
from tests.engine.tensors.proofs import check_refusal, marks, numbers


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


@pytest.mark.parametrize(
    ("text", "cell", "could", "did"),
    [
        ("x.amax(1)", (0,), [[0, 0], [0, 1], [0, 2]], [[0, 1]]),
        ("x.max(1).values", (1,), [[1, 0], [1, 1], [1, 2]], [[1, 2]]),
        ("x.argmin(0)", (2,), [[0, 2], [1, 2]], [[0, 2]]),
        ("x.max()", (), [[row, column] for row in range(2) for column in range(3)], [[1, 2]]),
        ("relu(x)", (0, 0), [[0, 0]], []),
        ("relu(x)", (0, 1), [[0, 1]], [[0, 1]]),
        ("x.clamp(0, 3)", (1, 2), [[1, 2]], []),
        ("maximum(x, x.flip(1))", (0, 0), [[0, 0], [0, 2]], [[0, 2]]),
        ("where(x > 0, x.flip(1), 0.0)", (0, 0), [[0, 0], [0, 2]], [[0, 0]]),
        ("x.masked_fill(x > 2, 0.0)", (0, 0), [[0, 0]], [[0, 0]]),
        ("x.softmax(1)", (0, 0), [[0, 0], [0, 1], [0, 2]], [[0, 0], [0, 1], [0, 2]]),
    ],
)
def test_that_what_was_chosen_is_told_apart_from_what_could_have_been(text, cell, could, did) -> None:
    chain = evaluate(text, {"x": torch.tensor([[-1.0, 2.0, 0.5], [1.0, -3.0, 4.0]])})
    last, none = len(chain.tensors) - 1, torch.zeros(2, 3)
    assert Provenance(chain).sources(last, cell).get(0, none).nonzero().tolist() == could
    assert Provenance(chain, did=True).sources(last, cell).get(0, none).nonzero().tolist() == did


def test_that_dropout_did_let_through_what_it_kept() -> None:
    chain = evaluate("dropout(x, 0.5)", {"x": torch.ones(50)}, seed=1)
    did = Provenance(chain, did=True).sources(1, torch.ones(50, dtype=torch.bool))[0]
    assert torch.equal(did, chain.result != 0) and 0 < did.sum() < 50
    assert Provenance(chain).sources(1, torch.ones(50, dtype=torch.bool))[0].all()


@pytest.mark.parametrize(
    "operation",
    ["matmul", "linear", "softmax", "cumsum", "permute", "layer_norm", "einsum", "logsumexp", "triu", "mul"],
)
def test_that_derivatives_say_the_same_where_no_rule_is_known(operation: str) -> None:
    @settings(max_examples=6, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(cases(operation))
    def proof(case: Case) -> None:
        assume(not check_refusal(case))
        chain = evaluate(case.text, numbers(case, 3, torch.float64))
        for number, one in enumerate(chain.program.instructions, len(chain.program.inputs)):
            known, found = Relation(one, chain.tensors), ByGradient(one, chain.tensors)
            for mark in marks(chain.tensors[number]):
                pair = known.sources(mark), found.sources(mark)
                assert all(torch.equal(pair[0][operand], pair[1][operand]) for operand in known.numbers)
            for operand in known.numbers:
                for mark in marks(chain.tensors[operand]):
                    assert torch.equal(known.touched({operand: mark}), found.touched({operand: mark}))

    proof()


def test_that_what_cannot_be_differentiated_depends_on_everything() -> None:
    chain = evaluate("x.argmax(1)", {"x": torch.rand(2, 3)})
    found = ByGradient(chain.program.instructions[0], chain.tensors)
    assert found.sources(torch.tensor([True, False]))[0].all()
    assert not found.sources(torch.tensor([False, False]))[0].any()
    assert found.touched({0: torch.ones(2, 3, dtype=torch.bool)}).all()


def test_that_a_hover_over_64_by_64_answers_within_a_frame() -> None:
    asked = Provenance(evaluate("(A @ B).softmax(-1)", {"A": torch.rand(64, 64), "B": torch.rand(64, 64)}))
    asked.sources(3, (0, 0)), asked.touched(0, (0, 0))
    assert min(taken(lambda: asked.sources(2, (5, 7))) for _ in range(30)) < 0.016
    assert min(taken(lambda: asked.touched(0, (5, 7))) for _ in range(30)) < 0.016


def taken(work: Callable[[], object]) -> float:
    begin = time.thread_time()
    work()
    return time.thread_time() - begin
