"""What a window is given of a chain."""

import numpy as np
import pytest
import torch

from engine.tensors.chain import Edit, evaluate
from engine.tensors.picture import corner
from engine.tensors.picturing import picture_of, statistics
from engine.tensors.python_code import as_python


def axes(text: str) -> dict[str, tuple[int, ...]]:
    return {tensor.name: tensor.axes for tensor in picture_of(evaluate(text)).tensors}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A = rand(3, 4); B = rand(4, 2); C = A @ B", {"A": (0, 1), "B": (1, 2), "C": (0, 2)}),
        ("x = rand(2, 3, 4); y = x.permute(2, 0, 1)", {"x": (0, 1, 2), "y": (2, 0, 1)}),
        ("x = rand(2, 2); y = x * x", {"x": (0, 1), "y": (0, 1)}),
        ("x = rand(2, 3); y = x.sum(0)", {"x": (0, 1), "y": (1,)}),
        ("x = rand(3); y = x.unsqueeze(1).expand(3, 2)", {"x": (0,), "#2": (0, 1), "y": (0, 2)}),
        (
            "q = rand(4, 8); k = rand(4, 8); v = rand(4, 3); y = scaled_dot_product_attention(q, k, v, is_causal=True)",
            {"q": (0, 1), "k": (2, 1), "v": (2, 3), "y": (0, 3)},
        ),
        ("x = rand(6); y = x.view(2, 3)", {"x": (0,), "y": (1, 2)}),
        ("x = rand(4, 6); y = x[:, 1:]", {"x": (0, 1), "y": (0, 2)}),
    ],
)
def test_that_an_axis_keeps_its_number_wherever_it_goes(text: str, expected: dict[str, tuple[int, ...]]) -> None:
    assert axes(text) == expected


def test_that_statistics_are_of_finite_cells_and_count_the_others() -> None:
    found = statistics(torch.tensor([1.0, 3.0, float("nan"), float("inf"), -float("inf")]))
    assert found == {"minimum": 1, "maximum": 3, "mean": 2, "std": 1, "nans": 1, "infinities": 2}
    assert statistics(torch.empty(0))["mean"] is None
    assert statistics(torch.tensor([True, False]))["mean"] == 0.5
    assert statistics(torch.tensor([3 + 4j]))["maximum"] == 5
    assert statistics(torch.tensor(7))["minimum"] == 7


def test_that_of_a_large_tensor_a_corner_is_shown() -> None:
    assert corner((500, 500)) == (500, 500)
    assert corner((3, 3000, 3000)) == (1, 512, 512)
    assert corner((10**6,)) == (1 << 18,)
    assert corner((2, 10**6)) == (2, 512)
    (x,) = picture_of(evaluate("x = rand(1, 1).expand(2000, 2000)")).tensors[1:]
    assert (x.values.shape, x.is_whole, x.physical_bytes) == ((512, 512), False, 4)


def test_that_cells_are_changed_by_hand_where_they_fit_and_the_code_says_so() -> None:
    edits = [Edit("A", (0, 1), 5.0), Edit("A", (7, 7), 1.0), Edit("y", (0,), 1.0), Edit("n", (0,), float("nan"))]
    chain = evaluate("A = zeros(2, 2); n = arange(2); y = A.view(4) * 2", edits=edits)
    np.testing.assert_array_equal(chain["y"].numpy(), [0, 10, 0, 0])
    assert chain.edits == (edits[0],)
    names: dict[str, torch.Tensor] = {}
    exec(as_python(chain), names)
    assert torch.equal(names["y"], chain["y"])
