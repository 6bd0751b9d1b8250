"""What is drawn beside the cells of a tensor: repeats, padding and added dims; and what is worked out on the way."""

import numpy as np
import pytest
import torch

from engine.tensors.chain import evaluate
from engine.tensors.picture import ChainPicture, StepPicture, TensorPicture
from engine.tensors.picturing import picture_of


def last(text: str) -> tuple[ChainPicture, StepPicture]:
    chain = picture_of(evaluate(text))
    return chain, chain.steps[-1]


def parts(text: str) -> tuple[ChainPicture, dict[str, TensorPicture]]:
    chain, step = last(text)
    return chain, {part.tensor.name: part.tensor for part in step.parts}


def drawn(text: str) -> list[tuple[int, ...] | None]:
    return [None if one is None else one.shape for one in last(text)[1].ghosts]


@pytest.mark.parametrize(
    ("text", "shapes"),
    [
        ("rand(3, 4) * rand(4)", [None, (3, 4), None]),
        ("rand(3, 1) + rand(1, 4)", [(3, 4), (3, 4), None]),
        ("rand(3) @ rand(3)", [(1, 3), (3, 1), (1, 1)]),
        ("rand(2, 3) @ rand(3)", [None, (3, 1), (2, 1)]),
        ("rand(3) @ rand(2, 3, 4)", [(2, 1, 3), None, (2, 1, 4)]),
        ("rand(2, 1, 4, 3) @ rand(5, 3, 2)", [(2, 5, 4, 3), (2, 5, 3, 2), None]),
        ("conv2d(rand(1, 1, 4, 5), rand(1, 1, 3, 3), padding=(1, 2))", [(1, 1, 6, 9), None, None]),
        ("conv1d(rand(1, 5), rand(1, 1, 4), padding='same')", [(1, 8), None, None]),
        ("rand(3, 4) * rand(3, 4)", [None, None, None]),
        ("rand(2, 3, 4).sum(-1)", [None, (2, 3, 1)]),
        ("rand(2, 3, 4).amax((0, 2))", [None, (1, 3, 1)]),
        ("rand(3, 4).argmax(0)", [None, (1, 4)]),
        ("rand(3, 4).mean(1, keepdim=True)", [None, None]),
        ("rand(3).sum()", [None, None]),
        ("rand(300, 300) * rand(300)", [None, None, None]),
    ],
)
def test_that_what_is_stretched_padded_or_added_is_drawn(text: str, shapes: list[tuple[int, ...] | None]) -> None:
    assert drawn(text) == shapes


def test_that_padding_is_zero_and_lit_where_the_kernel_lies_on_it() -> None:
    _, step = last("conv1d(ones(1, 1, 4), ones(1, 1, 3), padding=1, stride=2)")
    ghosts = step.ghosts[0]
    assert ghosts is not None
    assert ghosts.drawn(np.ones((1, 1, 4))).tolist() == [[[0, 1, 1, 1, 1, 0]]]
    result = np.array([[[True, False]]])
    own = step.reaches[0].sources(result)
    assert ghosts.lit(own, result, is_source=True).tolist() == [[[True, True, True, False, False, False]]]
    assert not ghosts.lit(own, result, is_source=False)[0, 0, 0]


def test_that_of_repeats_only_the_one_that_is_read_is_lit_with_the_cell_itself() -> None:
    _, step = last("rand(3, 2) * rand(2)")
    ghosts, result = step.ghosts[1], np.zeros((3, 2), dtype=bool)
    result[2, 1] = True
    lit = ghosts.lit(step.reaches[1].sources(result), result, is_source=True)
    assert np.argwhere(lit).tolist() == [[0, 1], [2, 1]]
    assert ghosts.cell((2, 1), (2,)) == (1,)
    assert ghosts.where((1,), (2,)) == (0, 1)


@pytest.mark.parametrize("hard", [False, True])
def test_that_the_noise_of_a_gumbel_sample_is_the_noise_that_made_it(hard: bool) -> None:
    text = f"a = rand(3); x = randn(2, 3); d = dropout(x, 0.5); y = gumbel_softmax(x, tau=0.5, hard={hard})"
    chain, found = parts(text)
    x, y = chain.tensors[1].values, chain.tensors[-1].values
    shifted = torch.from_numpy((x + found["g"].values) / 0.5)
    np.testing.assert_allclose(found["s"].values, shifted, rtol=1e-5)
    soft = shifted.softmax(-1).numpy()
    np.testing.assert_allclose(y, soft == soft.max(-1, keepdims=True) if hard else soft, rtol=1e-5)


def test_that_the_mask_of_a_dropout_is_the_one_that_was_drawn() -> None:
    chain, found = parts("x = rand(20) + 1; y = dropout(x, 0.3)")
    np.testing.assert_allclose(chain.tensors[-2].values * found["mask"].values, chain.tensors[-1].values, rtol=1e-5)


def test_that_the_weights_of_an_attention_mix_the_values() -> None:
    text = "q = randn(2, 3, 4); v = randn(2, 3, 5); y = scaled_dot_product_attention(q, q, v, is_causal=True)"
    chain, found = parts(text)
    assert list(found) == ["scores", "masked", "weights"]
    assert np.isneginf(found["masked"].values[0, 0, 1])
    np.testing.assert_allclose(found["weights"].values @ chain.tensors[1].values, chain.tensors[-1].values, rtol=1e-4)


def test_that_a_batch_norm_shows_its_statistics_and_what_becomes_of_the_running_ones() -> None:
    _, found = parts("x = randn(4, 2); y = batch_norm(x, zeros(2), ones(2), training=True)")
    norm = torch.nn.BatchNorm1d(2)
    torch.manual_seed(0)
    norm(torch.randn(4, 2))
    np.testing.assert_allclose(found["running μ"].values, norm.running_mean, rtol=1e-5)
    np.testing.assert_allclose(found["running σ²"].values, norm.running_var, rtol=1e-5)
    assert not parts("batch_norm(randn(4, 2), zeros(2), ones(2))")[1]


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("conv1d(rand(1, 1, 9), rand(1, 1, 3), stride=2, dilation=2)", "⌊(9 + 2·0 − 2·(3 − 1) − 1) / 2⌋ + 1 = 3"),
        ("conv1d(rand(1, 4, 5), rand(4, 2, 3), groups=2)", "2 groups of channels: output 0–1 reads 0–1"),
        ("gumbel_softmax(rand(3), tau=0)", "τ = 0 divides by zero"),
        ("gumbel_softmax(rand(3), hard=True)", "Straight-through"),
        ("einsum('ij,kj->ki', rand(2, 3), rand(4, 3))", "kept: k, i · summed: j"),
        ("A = rand(2, 3); B = rand(4, 3); einsum('ij,kj->ki', A, B)", "the same as B @ A.mT"),
        ("A = rand(2, 3); einsum('ij->j', A)", "the same as A.sum(0)"),
        ("rand(2, 3).squeeze(0)", "nothing was dropped"),
        ("batch_norm(rand(2, 3), zeros(3), ones(3))", "Not training"),
        ("A = rand(3, 4); b = rand(4); A * b", "From the right: 4 same · 3 stretches b"),
        ("A = rand(3, 1); b = rand(4); A + b", "From the right: 4 stretches A · 3 stretches b"),
        ("A = rand(3, 4); b = rand(4); A @ b", "b stands as a column, 4×1; the dim is taken off again."),
        ("A = rand(2, 3, 4); B = rand(4, 2); A @ B", "Batch, from the right: 2 stretches B"),
        ("w = ones(3); b = ones(3); layer_norm(rand(2, 3), (3,), bias=b, weight=w)", "Then times γ = w, plus β = b."),
    ],
)
def test_that_a_step_says_what_its_numbers_come_to(text: str, note: str) -> None:
    assert any(note in one for one in last(text)[1].notes)


@pytest.mark.parametrize(
    "text", ["rand(3, 4) * rand(3, 4)", "rand(3, 4) @ rand(4, 2)", "rand(2) * 2", "dot(rand(2), rand(2))"]
)
def test_that_shapes_that_agree_need_no_note(text: str) -> None:
    assert not last(text)[1].notes
