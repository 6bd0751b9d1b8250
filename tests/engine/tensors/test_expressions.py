"""Expressions over tensors: what is worked out, what is refused, and that the code gives the same numbers."""

import pytest
import torch

from engine.tensors.chain import evaluate
from engine.tensors.planning import plan
from engine.tensors.python_code import as_python
from engine.tensors.refusal import Place, Refused

W = torch.arange(12.0).view(3, 4) / 7
GIVEN = {"w": W}


def refusal(text: str) -> Refused:
    with pytest.raises(Refused) as caught:
        evaluate(text, GIVEN)
    return caught.value


def same(one: torch.Tensor, other: torch.Tensor) -> bool:
    return one.dtype == other.dtype and one.shape == other.shape and bool(torch.equal(one, other))


def test_that_a_chain_gives_one_step_an_operation() -> None:
    chain = evaluate("x = rand(2,3); y = (x @ w).softmax(-1).sum(0)", GIVEN, seed=4)
    torch.manual_seed(4)
    assert same(chain["y"], (torch.rand(2, 3) @ W).softmax(-1).sum(0))
    assert [(step.name, step.operation, step.operands, step.shape) for step in chain.steps] == [
        ("x", "rand", (), (2, 3)),
        ("#2", "matmul", ("x", "w"), (2, 4)),
        ("#3", "softmax", ("#2",), (2, 4)),
        ("y", "sum", ("#3",), (4,)),
    ]
    assert [step.verdict for step in chain.steps] == ["made", "computed", "computed", "computed"]


def test_that_a_card_says_what_is_shared_and_what_was_copied() -> None:
    steps = evaluate(
        "a = w.T; b = a.reshape(12); c = w.reshape(12); d = w[0].expand(5, 4); e = d.repeat(2, 1)", GIVEN
    ).steps
    by_name = {step.name: step for step in steps}
    assert (by_name["a"].verdict, by_name["a"].shares, by_name["a"].strides) == ("viewed", ("w",), (1, 4))
    assert (by_name["b"].verdict, by_name["b"].shares) == ("copied", ())
    assert by_name["c"].verdict == "viewed"
    assert (by_name["d"].strides, by_name["d"].logical_bytes, by_name["d"].physical_bytes) == ((0, 1), 80, 48)
    assert (by_name["e"].verdict, by_name["e"].physical_bytes) == ("copied", 160)


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("x = ", Place(1, 5, 6), "column 5"),
        ("rand(2,", Place(1, 5, 6), "never closed"),
        ("w + v", Place(1, 5, 6), "no tensor or number “v”"),
        ("view(w, 2)", Place(1, 1, 5), "is asked of a tensor: x.view(…)"),
        ("w.softmx(0)", Place(1, 1, 9), "did you mean “softmax”"),
        ("w.__class__", Place(1, 1, 12), "__class__"),
        ("w.data", Place(1, 1, 7), "no attribute “data”"),
        ("import os", Place(1, 1, 10), "import is not taken"),
        ("__import__('os')", Place(1, 1, 11), "no operation"),
        ("w\n(lambda: 1)()", Place(2, 2, 11), "Only named operations"),
        ("[x for x in w]", Place(1, 1, 15), "comprehension"),
        ("add(w, w, out=w)", Place(1, 15, 16), "no argument “out”"),
        ("w += 1", Place(1, 1, 7), "in place"),
        ("torch = 3", Place(1, 1, 6), "already means"),
        ("w[::-1]", Place(1, 1, 8), "flip"),
        ("w.max(1) + 1", Place(1, 1, 9), "take .values"),
        ("9 ** 9 ** 9", Place(1, 1, 12), "1,024"),
        ("2 ** 80", Place(1, 1, 8), "64 bits"),
        ("w.to(3)", Place(1, 1, 8), "a dtype"),
        ("w.view(int32)", Place(1, 1, 14), "another dtype"),
        ("max()", Place(1, 1, 6), "does not take these arguments"),
        ("1 / 0", Place(1, 1, 6), "by zero"),
        ("é = 1; w + è", Place(1, 12, 13), "“è”"),
    ],
)
def test_that_a_refusal_is_a_sentence_with_its_place(text: str, place: Place, said: str) -> None:
    error = refusal(text)
    assert said in error.sentence
    assert error.place == place
    assert error.sentence.endswith((".", "?"))


@pytest.mark.parametrize(
    "text", ["-" * 70 + "w", "(" * 300 + "w" + ")" * 300, "w" + "+w" * 100, "x" * 5000, "w\x00", "w;" * 900]
)
def test_that_what_is_deep_or_long_is_refused(text: str) -> None:
    plan_or_refusal = pytest.raises(Refused) if text != "w;" * 900 else None
    if plan_or_refusal is None:
        assert not evaluate(text, GIVEN).steps
        return
    with plan_or_refusal:
        evaluate(text, GIVEN)


def test_that_more_operations_than_can_be_shown_are_refused() -> None:
    assert "operations" in refusal("w=-w;" * 201).sentence


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("a @ b", "37.3 GiB"),
        ("zeros(100000, 100000)", "37.3 GiB"),
        ("rand(10**12, 10**12)", "far too large"),
        ("w[0, 0].expand(100000, 100000) + 1", "37.3 GiB"),
        ("q = ones(1, 1).expand(100000, 1); einsum('ij,kj->ik', q, q).sum()", "37.3 GiB"),
        ("x = zeros(8000, 8000); " + "; ".join(f"x{i} = -x" for i in range(9)), "All steps together"),
    ],
)
def test_that_what_is_too_large_is_refused_before_it_is_allocated(text: str, size: str) -> None:
    given = {
        **GIVEN,
        "a": torch.empty(100_000, 10_000, device="meta"),
        "b": torch.empty(10_000, 100_000, device="meta"),
    }
    with pytest.raises(Refused, match=size):
        plan(text, given)


def test_that_a_view_of_many_cells_costs_nothing() -> None:
    step = evaluate("w[0, 0].expand(100000, 1000)", GIVEN).steps[-1]
    assert (step.logical_bytes, step.physical_bytes) == (400_000_000, 48)


def test_that_chance_repeats_with_its_seed_and_leaves_the_rest_alone() -> None:
    before = torch.random.get_rng_state()
    text = "x = rand(4); y = randint(0, 9, (4,)); z = dropout(x, 0.5); g = gumbel_softmax(x, 0.7)"
    one, other, third = evaluate(text, seed=1), evaluate(text, seed=1), evaluate("manual_seed(1); " + text, seed=5)
    assert all(same(*pair) for pair in zip(one.tensors, other.tensors, strict=True))
    assert all(same(*pair) for pair in zip(one.tensors, third.tensors, strict=True))
    assert not same(one["x"], evaluate(text, seed=2)["x"])
    assert torch.equal(before, torch.random.get_rng_state())


def test_that_batch_norm_leaves_its_running_statistics_as_they_are() -> None:
    given = {"x": W, "m": torch.zeros(4), "v": torch.ones(4)}
    chain = evaluate("batch_norm(x, m, v, training=True)", given)
    assert same(given["m"], torch.zeros(4))
    assert torch.allclose(chain.result.mean(0), torch.zeros(4), atol=1e-6)


@pytest.mark.parametrize(
    "text",
    [
        "x = rand(2,3); y = (x @ w).softmax(-1).sum(0)",
        "x = w; x = x + 1; step2 = x.T; y = step2.reshape(2, 6)[1, ::2] * -x[0, :3]",
        "m = w.max(1); m.values * m.indices; stack([w, 2 - w], 1)[..., None, 0:1]",
        "b = w.to(bfloat16); ~(b > 0.5) & (b < 1); where(b > 0.5, b, inf)",
        "x = randn(2, 4, 5); k = rand(3, 4, 2); conv1d(x, k, stride=2, padding=1).amax((0, 2))",
        "x = randn(4, 3); batch_norm(x, x[0], x[1].abs(), None, None, True); F.layer_norm(x, (3,))",
        "dropout(w, 0.3).cumsum(1); gumbel_softmax(w, 0.5, hard=True); einsum('ij,kj->ik', w, w)",
        "scaled_dot_product_attention(w, w, w, is_causal=True).triu(1); e[:, :]; arange(0, 6, 2) / sqrt(3) + nan",
    ],
)
def test_that_the_code_gives_the_same_numbers(text: str) -> None:
    given = {**GIVEN, "e": torch.empty(0, 3), "q": torch.tensor([float("nan"), float("-inf")], dtype=torch.float16)}
    chain = evaluate(text, given, seed=3)
    space: dict[str, object] = {}
    exec(as_python(chain), space)
    made = [value for value in space.values() if isinstance(value, torch.Tensor)]
    assert len(made) == len(chain.tensors)
    for one, other in zip(made, chain.tensors, strict=True):
        assert one.dtype == other.dtype
        assert torch.equal(one.nan_to_num(), other.nan_to_num())


def test_that_normal_takes_a_size_and_to_takes_the_dtype_of_another_tensor() -> None:
    chain = evaluate("n = normal(3.0, 2.0, (5,)); z = zeros(1, dtype=int16); y = n.to(z)", {})
    torch.manual_seed(chain.program.seed)
    assert torch.equal(chain.tensors[0], torch.normal(3.0, 2.0, (5,)))
    assert chain.result.dtype == torch.int16


def test_that_normal_of_a_size_too_large_is_refused_before_it_is_drawn() -> None:
    assert "too large" in refusal("normal(0.0, 1.0, (100000, 100000))").sentence


def test_that_the_conjugate_of_complex_numbers_is_there_at_once() -> None:
    chain = evaluate("z = tensor([1 + 2j]); y = z.conj()", {})
    assert chain.result.tolist() == [1 - 2j]
    assert not chain.result.is_conj()
