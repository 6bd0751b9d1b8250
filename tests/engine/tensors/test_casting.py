"""What is told of a tensor: how it lies in memory, and what a cast or a mix of dtypes did."""

import pytest
import torch

from engine.tensors.casting import about_dtypes
from engine.tensors.chain import Step, evaluate

GIVEN = {
    "x": torch.arange(12.0).view(3, 4),
    "u": torch.tensor([200, 100], dtype=torch.uint8),
    "k": torch.arange(3),
    "b": torch.tensor([True, False, True]),
    "h": torch.ones(3, dtype=torch.float16),
    "g": torch.ones(3, dtype=torch.bfloat16),
    "f": torch.tensor([0.1, 1e5, 1e-9, 2.0, float("nan"), -3.7, 300.0]),
    "d": torch.tensor(2.0, dtype=torch.float64),
}


def of(text: str) -> str:
    chain = evaluate(text, GIVEN)
    return about_dtypes(chain, chain.program.result or 0)


def step_of(text: str) -> Step:
    return evaluate(text, GIVEN).steps[-1]


def test_that_a_view_says_whose_cells_it_shows() -> None:
    found = step_of("y = x.T[1:, ::2]")
    assert (found.shape, found.strides, found.offset, found.contiguous) == ((3, 2), (1, 8), 1, False)
    assert (found.verdict, found.shares) == ("viewed", ("x", "#1"))
    assert (found.logical_bytes, found.physical_bytes) == (24, 48)
    assert step_of("y = x.T.contiguous()").shares == ()
    spread = step_of("y = x[0, 0].expand(100)")
    assert (spread.strides, spread.logical_bytes, spread.physical_bytes) == ((0,), 400, 48)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "y = f.to(float16)",
            "2 rounded, 1 too small and became 0, 1 too large and became inf; 0.1 became 0.0999755859375;",
        ),
        ("y = f.bfloat16()", "0.1 became 0.10009765625"),
        ("y = f.to(int8)", "out of range and wrapped round"),
        ("y = f.long()", "NaN or inf, which whole numbers cannot hold"),
        ("y = k.bool()", "0 became False, everything else True."),
        ("y = x.half()", "Every cell is exact in float16."),
        ("y = x[:0].half()", "Every cell is exact in float16."),
        (
            "y = tensor([0.1, 2.0], dtype=bfloat16)",
            "1 rounded; 0.1 became 0.10009765625; the largest change is 9.77e-05.",
        ),
        ("y = rand(2, dtype=bfloat16)", ""),
        ("y = x + 1", ""),
        ("y = u + u", "Of 2 cells in uint8: 1 out of range and wrapped round; 400 became 144."),
        ("y = u * 1", ""),
        ("y = k * 3000000000 * 4000000000", "out of range and wrapped round"),
    ],
)
def test_that_a_cast_says_what_it_did(text: str, said: str) -> None:
    assert said in of(text)
    assert bool(of(text)) == bool(said)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("k + b", "int64 and bool give int64: whole numbers win over True or False"),
        ("h * k", "float16 and int64 give float16: real numbers win over whole numbers, whatever their size"),
        ("h + g", "neither holds all numbers of the other"),
        ("h + x[0, :3]", "float16 and float32 give float32, which holds the numbers of each"),
        ("x * d", "A 0-d tensor of float64 does not widen one with dims of the same kind: float32"),
        ("k * 0.5", "int64 with 0.5 gives float32: a plain number of a higher kind lifts the tensor"),
        ("k / 2", "division gives real numbers"),
        ("x + 1", ""),
        ("x.exp()", ""),
        ("k > 1", ""),
        ("x @ x.T", ""),
        ("where(x > 0, x, 0.0)", ""),
        ("x.masked_fill(x > 0, 0)", ""),
    ],
)
def test_that_a_mix_of_dtypes_is_explained(text: str, said: str) -> None:
    found = of(f"y = {text}")
    assert said in found
    assert bool(found) == bool(said)
