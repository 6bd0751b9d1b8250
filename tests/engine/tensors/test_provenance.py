"""What a cell was made of. That it is what changes with a cell, for every operation: `test_operations`."""

import time
from collections.abc import Callable

import pytest
import torch

from engine.tensors.chain import evaluate
from engine.tensors.provenance import Provenance, provenance
from engine.tensors.refusal import Refused


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
    assert min(taken(lambda: asked.sources(2, (5, 7))) for _ in range(30)) < 0.016
    assert min(taken(lambda: asked.touched(0, (5, 7))) for _ in range(30)) < 0.016


def taken(work: Callable[[], object]) -> float:
    begin = time.thread_time()
    work()
    return time.thread_time() - begin
