"""The line that says how a cell was computed."""

import math
import re

import pytest
import torch

from engine.tensors.chain import evaluate
from engine.tensors.formula import formula

A = torch.tensor([[1.0, 2.0, -3.0], [0.5, 0.25, 4.0]], dtype=torch.float64)
W = torch.tensor([0.5, 2.0, 1.0], dtype=torch.float64)


@pytest.mark.parametrize(
    ("text", "cell", "line"),
    [
        ("y = A @ A.T", (0, 1), "y[0, 1] = 1·0.5 + 2·0.25 + (−3)·4 = −11"),
        ("y = A @ W", (0,), "y[0] = 1·0.5 + 2·2 + (−3)·1 = 1.5"),
        ("y = dot(W, W)", (), "y = 0.5·0.5 + 2·2 + 1·1 = 5.25"),
        ("y = A + W", (0, 2), "y[0, 2] = (−3) + 1 = −2"),
        ("y = 2 * A", (1, 1), "y[1, 1] = 2 · 0.25 = 0.5"),
        ("y = A.exp()", (1, 0), "y[1, 0] = exp(0.5) = 1.649"),
        ("y = A.mean(1)", (0,), "y[0] = (1 + 2 + (−3)) / 3 = 0"),
        ("y = A.sum(0, keepdim=True)", (0, 1), "y[0, 1] = 2 + 0.25 = 2.25"),
        ("y = A.sum()", (), "y = 1 + 2 + (−3) + 0.5 + 0.25 + 4 = 4.75"),
        ("y = A.cumsum(1)", (0, 1), "y[0, 1] = 1 + 2 = 3"),
        ("y = A.softmax(-1)", (0, 1), "y[0, 1] = exp(2) / (exp(1) + exp(2) + exp(−3)) = 0.7275"),
        ("y = linear(A, A, A[:, 0])", (0, 1), "y[0, 1] = 1·0.5 + 2·0.25 + (−3)·4 + 0.5 = −10.5"),
        ("y = A.T", (2, 0), "y[2, 0] = A[0, 2] = −3"),
        ("y = A.max(1).values", (1,), "y[1] = max(0.5, 0.25, 4) = 4"),
        ("y = A.argmin(0)", (2,), "y[2] = place of min(−3, 4) = 0"),
        ("y = A.triu()", (1, 0), "y[1, 0] = filled = 0"),
        (
            "y = conv1d(A[None], A[None, :, :2], W[:1], padding=1)",
            (0, 0, 0),
            "y[0, 0, 0] = 1·2 + 0.5·0.25 + 0.5 = 2.625",
        ),
        ("y = ones(9) @ ones(9)", (), "y = 1·1 + 1·1 + 1·1 + 1·1 + … (1 more) … + 1·1 + 1·1 + 1·1 + 1·1 = 9"),
        ("y = tensor([1+2j]) * 1j", (0,), "y[0] = (1+2j) · (1j) = (-2+1j)"),
        ("y = A[:, :0].sum(1)", (0,), "y[0] = sum of nothing = 0"),
        ("y = einsum('ik,jk->ji', A, A)", (0, 1), "y[0, 1] = 0.5·1 + 0.25·2 + 4·(−3) = −11"),
        ("y = outer(W, W[:2])", (2, 1), "y[2, 1] = 1·2 = 2"),
        ("y = A.to(float16)", (1, 1), "y[1, 1] = to(0.25, float16) = 0.25"),
        ("y = einsum('ij,ij->', A[:0], A[:0])", (), "y = sum of nothing = 0"),
        ("y = einsum('ik->i', A)", (0,), "y[0] = 1 + 2 + (−3) = 0"),
        (
            "y = scaled_dot_product_attention(A, A, A, is_causal=True)",
            (0, 1),
            "y[0, 1] = 1·2 = 2, weights = softmax = [1], scores q[0]·k[0]/√3 = [8.083]",
        ),
        (
            "y = scaled_dot_product_attention(A, A[:1, :].expand(2, 3), A)",
            (1, 2),
            "y[1, 2] = 0.5·(−3) + 0.5·4 = 0.5, weights = softmax = [0.5, 0.5], scores q[1]·k[0 … 1]/√3 = [−6.351, −6.351]",
        ),
    ],
)
def test_that_a_cell_is_written_with_its_numbers(text: str, cell: tuple[int, ...], line: str) -> None:
    chain = evaluate(text, {"A": A, "W": W})
    assert formula(chain, len(chain.tensors) - 1, cell) == line


@pytest.mark.parametrize(
    "text",
    [
        "layer_norm(A, (3,), W, W)",
        "layer_norm(A, (2, 3))",
        "batch_norm(A, None, None, W, W, True)",
        "batch_norm(A, W, W + 1)",
        "group_norm(stack([A, A + 1]), 1, W[:2], W[:2])",
        "group_norm(stack([A, A * A]), 2)",
        "instance_norm(stack([A, A * A]))",
        "stack([A, A]) @ A.T[None]",
        "A.softmax(0)",
        "gumbel_softmax(A, tau=2.0)",
        "gumbel_softmax(rand(2, 3) + A, dim=0)",
        "dropout(A, 0.25)",
    ],
)
def test_that_the_formula_comes_to_its_result(text: str) -> None:
    chain = evaluate(text, {"A": A, "W": W})
    last = len(chain.tensors) - 1
    for cell in torch.ones(chain.result.shape).nonzero().tolist():
        _, computed, value = formula(chain, last, tuple(cell)).split(" = ")
        computed = re.sub(r"√\(", "math.sqrt(", computed.replace("−", "-").replace("·", "*")).replace("exp", "math.exp")
        assert eval(computed, {"math": math}) == pytest.approx(float(value.replace("−", "-")), rel=5e-3, abs=5e-3)


def test_that_a_hard_sample_says_which_place_was_largest() -> None:
    chain = evaluate("y = gumbel_softmax(A * 100, hard=True)", {"A": A})
    assert "is largest at 1" in formula(chain, 2, (0, 1))
    assert formula(chain, 2, (1, 0)).startswith("y[1, 0] = 0, since s = (x + g)/τ = [")
