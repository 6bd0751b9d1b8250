"""Gradients on every tensor of a chain, and why there are none."""

import pytest
import torch

from engine.tensors.chain import Edit, evaluate
from engine.tensors.gradients import gradients
from engine.tensors.refusal import Refused


def test_that_every_tensor_has_the_gradient_of_the_loss() -> None:
    chain = evaluate("A = rand(2, 3); B = rand(3, 4); C = A @ B; y = C * 2")
    found = gradients(chain)
    assert torch.allclose(found.values[0], 2 * chain["B"].sum(1).expand(2, 3))
    assert torch.equal(found.values[2], torch.full((2, 4), 2.0))
    assert not found.blocked
    one = gradients(chain, cell=(1, 0)).values[1]
    assert torch.allclose(one[:, 0], 2 * chain["A"][1])
    assert not one[:, 1:].any()
    assert torch.allclose(gradients(chain, "mean").values[0] * 8, found.values[0])


def test_that_chance_and_cells_changed_by_hand_are_the_same_as_shown() -> None:
    chain = evaluate("x = ones(6); y = dropout(x, 0.5)", seed=3, edits=[Edit("x", (0,), 9.0)])
    assert torch.equal(gradients(chain).values[0], (chain["y"] != 0) * 2.0)
    squared = evaluate("x = ones(2); y = x * x", edits=[Edit("x", (0,), 9.0)])
    assert gradients(squared).values[0].tolist() == [18, 2]


def test_that_what_blocks_a_gradient_is_told() -> None:
    assert "argmax blocks" in gradients(evaluate("x = rand(3, 4); y = x.argmax(1)")).blocked[0]
    found = gradients(evaluate("x = rand(3); n = arange(3); y = x * n"))
    assert found.blocked == {1: "Whole numbers and truth have no gradient."}
    assert "does not depend" in gradients(evaluate("x = rand(3); z = rand(3); y = x * 2")).blocked[1]
    with pytest.raises(Refused):
        gradients(evaluate("tensor([1j])"))
