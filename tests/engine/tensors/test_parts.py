"""What is worked out on the way: which cells made it and which it touches are what changes, and its formulas add up."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from torch import Tensor

from engine.tensors.chain import Chain, evaluate, work_out
from engine.tensors.formulas_of_parts import formula_of_part
from engine.tensors.given import Given, Part
from engine.tensors.numerals import bracketed, written
from engine.tensors.parts import parts_of
from engine.tensors.parts_of_attention import masked_scores
from engine.tensors.provenance import Provenance
from engine.tensors.reach import Mask, Reach, from_wire, to_wire
from tests.engine.tensors.cases import cases
from tests.engine.tensors.drawing import Case
from tests.engine.tensors.proofs import check_refusal, drawn, numbers

WITH_PARTS = (
    "gumbel_softmax",
    "dropout",
    "layer_norm",
    "batch_norm",
    "instance_norm",
    "group_norm",
    "scaled_dot_product_attention",
)
FEW = (1.7, -3.1)
VALUES = {"scaled_dot_product_attention": (-1e3, 0.0, 1.7, 1e3), "gumbel_softmax": (-1e3, 0.0, 40.0)}
Parts = dict[str, Tensor]


def worked_out(step: Given, parts: Parts, held: str) -> Tensor:
    """The result of a step from its parts, of which `held` was given by hand."""
    name = step.one.operation.name
    if name == "dropout":
        return step.operands[0] * parts["mask"]
    if name == "gumbel_softmax":
        return _sampled(step, parts, held)
    if name == "scaled_dot_product_attention":
        scores = parts["scores"]
        if held in ("weights", "masked"):
            masked = parts.get("masked", scores)
        else:
            masked = masked_scores(scores, step.given(3, "attn_mask"), step.given(5, "is_causal", False))
        return (parts["weights"] if held == "weights" else masked.softmax(-1)) @ step.given(2, "value")
    return _normed(step, parts)


def _sampled(step: Given, parts: Parts, held: str) -> Tensor:
    dim = step.given(4, "dim", -1)
    summed = parts["s"] if held != "g" else (step.operands[0] + parts["g"]) / step.given(1, "tau", 1.0)
    soft = parts["soft"] if held == "soft" else summed.softmax(dim)
    if not step.given(2, "hard", False):
        return soft
    return torch.zeros_like(soft).scatter_(dim, soft.argmax(dim, keepdim=True), 1.0) if soft.ndim else soft * 0 + 1


def _normed(step: Given, parts: Parts) -> Tensor:
    x, name = step.operands[0], step.one.operation.name
    if name == "layer_norm":
        last = len(step.given(1, "normalized_shape"))
        shape = (*x.shape[: x.ndim - last], *[1] * last)
        places = (2, 3)
    else:
        shape = {"batch_norm": (1, -1), "instance_norm": x.shape[:2], "group_norm": (x.shape[0], -1)}[name]
        shape = (*shape, *[1] * (x.ndim - 2))
        places = (2, 3) if name == "group_norm" else (3, 4)
    mean, variance = (parts[one].reshape(shape) for one in ("μ", "σ²"))
    if name == "group_norm":
        mean, variance = (one.repeat_interleave(x.shape[1] // one.shape[1], 1) for one in (mean, variance))
    found = (x - mean) / (variance + 1e-5).sqrt()
    weight, bias = (step.given(place, one) for place, one in zip(places, ("weight", "bias"), strict=True))
    if name != "layer_norm":
        weight, bias = (None if one is None else one.reshape(1, -1, *[1] * (x.ndim - 2)) for one in (weight, bias))
    found = found if weight is None else found * weight
    return found if bias is None else found + bias


def table(rows: int, columns: int, of_row: Callable[[int], Mask]) -> Mask:
    found = [np.asarray(of_row(row)).reshape(-1) for row in range(rows)]
    return np.stack(found) if found else np.zeros((0, columns), bool)


def mark(shape: tuple[int, ...], place: int) -> Mask:
    found = np.zeros(shape, bool)
    found.reshape(-1)[place] = True
    return found


def both_ways(reach: Reach, operand: tuple[int, ...], result: tuple[int, ...], said: str) -> Mask:
    """The reach as a table [cells of the operand, cells of the result], the same both ways."""
    reach = from_wire(to_wire(reach))
    down, across = int(np.prod(operand)), int(np.prod(result))
    touched = table(down, across, lambda place: reach.touched(mark(operand, place)))
    sources = table(across, down, lambda place: reach.sources(mark(result, place)))
    np.testing.assert_array_equal(touched, sources.T, said)
    return touched


def check_touched(step: Given, part: Part, parts: Parts, said: str) -> None:
    before = worked_out(step, parts, part.name)
    torch.testing.assert_close(before, step.result, equal_nan=True, msg=said)
    rows = []
    for place in range(part.tensor.numel()):
        changed = torch.zeros(before.shape, dtype=torch.bool)
        for value in VALUES.get(step.one.operation.name, FEW):
            other = part.tensor.clone().contiguous()
            other.view(-1)[place] = abs(value) if part.name == "σ²" else value
            after = worked_out(step, {**parts, part.name: other}, part.name)
            changed |= ~torch.isclose(after, before, rtol=1e-8, atol=1e-8, equal_nan=True)
        rows.append(changed.view(-1).numpy())
    found = both_ways(part.reach, tuple(part.tensor.shape), tuple(before.shape), said)
    np.testing.assert_array_equal(found, np.stack(rows), f"{said}: what {part.name} touches")


def check_made(chain: Chain, number: int, case: Case) -> None:
    one, inputs = chain.program.instructions[-1], len(chain.program.inputs)
    before, values = parts_of(chain, number), VALUES.get(one.operation.name, FEW)
    for operand in {ref.number for ref in one.operands() if ref.number < inputs}:
        whole = chain.tensors[operand]
        changed = [np.zeros((whole.numel(), part.tensor.numel()), dtype=bool) for part in before]
        for cell in range(whole.numel()):
            for value in (*values, *case.also.get(chain.program.inputs[operand], ())):
                other = whole.clone()
                other.view(-1)[cell] = value
                tensors = (*chain.tensors[:operand], other, *chain.tensors[operand + 1 : inputs])
                after = parts_of(work_out(chain.program, tensors), number)
                for found, old, new in zip(changed, before, after, strict=True):
                    same = torch.isclose(new.tensor, old.tensor, rtol=1e-8, atol=1e-8, equal_nan=True)
                    found[cell] |= ~same.view(-1).numpy()
        for part, truth in zip(before, changed, strict=True):
            reaches = [reach for ref, reach in zip(one.operands(), part.made, strict=True) if ref.number == operand]
            said = [both_ways(reach, tuple(whole.shape), tuple(part.tensor.shape), case.text) for reach in reaches]
            np.testing.assert_array_equal(np.any(said, axis=0), truth, f"{case}: what {part.name} is made of {operand}")


def prove(operation: str, examples: int) -> int:
    met = [0]

    @drawn(examples)
    @given(cases(operation), st.integers(0, 99))
    def proof(case: Case, seed: int) -> None:
        assume(not check_refusal(case))
        chain = evaluate(case.text, numbers(case, seed, torch.float64))
        number = len(chain.tensors) - 1
        step, parts = Given(chain, number), parts_of(chain, number)
        by_name = {part.name: part.tensor for part in parts}
        check_made(chain, number, case)
        for part in parts:
            met[0] += 1
            if part.name.startswith("running"):
                assert not both_ways(part.reach, tuple(part.tensor.shape), tuple(step.result.shape), case.text).any()
            else:
                check_touched(step, part, by_name, str(case))

    proof()
    return met[0]


@pytest.mark.parametrize("operation", WITH_PARTS)
def test_that_what_made_a_part_and_what_it_touches_is_what_changes(operation: str) -> None:
    assert prove(operation, 5)


@pytest.mark.parametrize(
    ("text", "part", "cell", "told"),
    [
        ("layer_norm(x, (2,))", "μ", (1, 0), "μ[1, 0] = (3 + 7) / 2 = 5"),
        ("layer_norm(x, (2,))", "σ²", (1, 0), "σ²[1, 0] = ((3 − 5)² + (7 − 5)²) / 2 = 4"),
        ("batch_norm(x, m, v, training=True)", "μ", (1,), "μ[1] = (2 + 7) / 2 = 4.5"),
        ("batch_norm(x, m, v, training=True)", "running μ", (0,), "running μ[0] = 0.9·1 + 0.1·2 = 1.1"),
        ("batch_norm(x, m, v, training=True)", "running σ²", (0,), "running σ²[0] = 0.9·2 + 0.1·1·2/1 = 2"),
        ("group_norm(x, 1)", "μ", (0, 0), "μ[0, 0] = (1 + 2) / 2 = 1.5"),
        ("dropout(ones(2, 2), 0.999999)", "mask", (0, 0), "mask[0, 0] = dropped = 0"),
        ("scaled_dot_product_attention(x, x, x, is_causal=True, scale=1.0)", "scores", (0, 1), "(1·3 + 2·7) · 1 = 17"),
        ("scaled_dot_product_attention(x, x, x)", "scores", (0, 1), "(1·3 + 2·7) / √2 = 12.02"),
        (
            "scaled_dot_product_attention(x, x, x, is_causal=True)",
            "masked",
            (0, 1),
            "masked[0, 1] = not seen: query 0 may not look at key 1 = −inf",
        ),
        ("scaled_dot_product_attention(x, x, x, m2)", "masked", (1, 0), "masked[1, 0] = 12.02 + 0.5 = 12.52"),
        ("scaled_dot_product_attention(x, x, x, is_causal=True)", "weights", (0, 0), "exp(3.536) / (exp(3.536)) = 1"),
    ],
)
def test_that_the_formula_of_a_part_has_its_numbers(text: str, part: str, cell: tuple[int, ...], told: str) -> None:
    given_ = {
        "x": torch.tensor([[1.0, 2.0], [3.0, 7.0]]),
        "m": torch.tensor([1.0, 1.0]),
        "v": torch.tensor([2.0, 2.0]),
        "m2": torch.tensor([[0.0, 0.0], [0.5, 0.0]]),
    }
    chain = evaluate(f"y = {text}", given_)
    number = len(chain.tensors) - 1
    place = [one.name for one in parts_of(chain, number)].index(part)
    assert formula_of_part(chain, number, place, cell).endswith(told)


def test_that_the_formulas_of_a_sample_have_its_noise() -> None:
    chain = evaluate("y = gumbel_softmax(x, tau=0.5, hard=True)", {"x": torch.tensor([[1.0, 2.0]])}, seed=3)
    g, s, soft = parts_of(chain, 1)
    told = [formula_of_part(chain, 1, place, (0, 1)) for place in range(3)]
    assert told[0].startswith("g[0, 1] = −log(") and told[0].endswith(written(g.tensor[0, 1]))
    assert told[1] == f"s[0, 1] = (2 + {bracketed(g.tensor[0, 1])}) / 0.5 = {written(s.tensor[0, 1])}"
    first, second = (written(one) for one in s.tensor[0])
    assert told[2] == f"soft[0, 1] = exp({second}) / (exp({first}) + exp({second})) = {written(soft.tensor[0, 1])}"


def test_that_the_lab_follows_a_part_through_the_chain() -> None:
    text = "q = w + 1; y = scaled_dot_product_attention(q, q, q, ones(2, 2).tril() > 0); z = y.sum(0)"
    chain = evaluate(text, {"w": torch.rand(2, 3)})
    number = chain.program.names["y"]
    before, after = Provenance(chain).of_part(number, 0, (1, 0))
    assert before[0].all() and before[chain.program.names["q"]].all()
    assert after[number].tolist() == [[False] * 3, [True] * 3] and after[number + 1].all()
    assert not Provenance(chain).of_part(number, 0, (0, 1))[1], "what is masked touches nothing"


@pytest.mark.soak
@pytest.mark.parametrize("operation", WITH_PARTS)
def test_that_what_made_a_part_and_what_it_touches_is_what_changes_in_many_cases(operation: str) -> None:
    assert prove(operation, 1000)
