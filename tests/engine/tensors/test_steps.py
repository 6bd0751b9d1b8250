"""Operations played moment by moment: the last moment is the result, and each reads what its cells are made of."""

import pytest
import torch

from engine.tensors.chain import Chain, evaluate
from engine.tensors.moments import Steps
from engine.tensors.refusal import Refused
from engine.tensors.steps import steps

GIVEN = {
    "A": torch.arange(6.0).view(2, 3),
    "B": torch.arange(12.0).view(3, 4) - 5,
    "v": torch.tensor([1.0, -2.0, 3.0]),
    "x": torch.randn(2, 4, 3, generator=torch.Generator().manual_seed(1)),
    "c": torch.tensor([1.0, 2.0, 0.5, -1.0]),
    "k": torch.ones(2, 4, 2),
}


def played(text: str, view: str = "") -> tuple[Chain, Steps]:
    chain = evaluate(text, GIVEN)
    found = steps(chain, chain.program.result or 0, view)
    assert found is not None
    return chain, found


@pytest.mark.parametrize(
    ("text", "view", "count"),
    [
        ("A @ B", "dot", 8), ("A @ B", "row", 2), ("A @ B", "column", 4), ("A @ B", "outer", 3),
        ("A @ v", "dot", 2), ("v @ B", "outer", 3), ("dot(v, v)", "dot", 1), ("dot(v, v)", "outer", 3),
        ("stack([A, A + 1]) @ B", "row", 4), ("stack([A, A + 1]) @ B", "column", 8), ("stack([A, A]) @ B", "outer", 3),
        ("linear(A, A, A[:, 0])", "outer", 3), ("linear(A, A)", "dot", 4),
        ("conv1d(x, k)", "cell", 8), ("conv1d(x, k, padding=1)", "cell", 16), ("einsum('ij,jk->ki', A, B)", "cell", 8),
        ("x.cumsum(1)", "prefix", 4), ("x.cumprod(-1)", "prefix", 3),
        ("x.softmax(-1)", "stages", 5), ("x.log_softmax(1)", "stages", 6),
        ("layer_norm(x, (4, 3))", "stages", 3), ("layer_norm(x, (3,), v, v)", "stages", 4),
        ("group_norm(x, 2, c, c)", "stages", 4), ("instance_norm(x)", "stages", 3),
        ("batch_norm(x, None, None, c, c, True)", "stages", 4), ("batch_norm(x, c, c.abs(), bias=c)", "stages", 4),
        ("scaled_dot_product_attention(x, x, x)", "stages", 3),
        ("scaled_dot_product_attention(x, x, x, is_causal=True)", "stages", 4),
    ],
)  # fmt: skip
def test_that_the_last_moment_is_the_result(text: str, view: str, count: int) -> None:
    chain, found = played(text, view)
    assert (found.view, found.count) == (view, count)
    last = found.at(count - 1).partial
    assert last.shape == tuple(chain.result.shape)
    assert torch.allclose(torch.tensor(last.values), chain.result.reshape(-1), atol=1e-5)
    for index in range(count):
        moment = found.at(index)
        assert moment.writes and moment.text
        assert all(len(cell) == len(moment.partial.shape) for cell in moment.writes)


def test_that_a_dot_product_reads_a_row_and_a_column() -> None:
    _, found = played("A @ B")
    assert found.views == ("dot", "row", "column", "outer")
    moment = found.at(5)
    assert moment.writes == ((1, 1),)
    assert moment.reads == {0: ((1, 0), (1, 1), (1, 2)), 1: ((0, 1), (1, 1), (2, 1))}
    assert [value is None for value in moment.partial.values] == [False] * 6 + [True] * 2


def test_that_outer_products_are_added_up() -> None:
    _, found = played("A @ B", "outer")
    moment = found.at(1)
    assert moment.reads == {0: ((0, 1), (1, 1)), 1: ((1, 0), (1, 1), (1, 2), (1, 3))}
    expected = GIVEN["A"][:, :2] @ GIVEN["B"][:2]
    assert torch.allclose(torch.tensor(moment.partial.values), expected.reshape(-1))


def test_that_a_kernel_slides_over_its_cells() -> None:
    _, found = played("conv1d(x, k)")
    moment = found.at(1)
    assert moment.writes == ((0, 0, 1),)
    assert moment.reads[3] == tuple((0, channel, place) for channel in range(4) for place in (1, 2))
    assert len(moment.reads[5]) == 8


def test_that_what_has_no_inner_loop_is_not_played_and_what_is_huge_is_refused() -> None:
    chain = evaluate("y = A + 1; z = A[:, :0].cumsum(1); w = zeros(200, 200) @ zeros(200, 200)", GIVEN)
    names = {chain.program.label(number): number for number in range(len(chain.tensors))}
    assert steps(chain, 0) is None
    assert steps(chain, names["y"]) is None
    assert steps(chain, names["z"]) is None
    with pytest.raises(Refused, match="too many to be played"):
        steps(chain, names["w"])
    with pytest.raises(IndexError):
        played("A @ B")[1].at(8)
