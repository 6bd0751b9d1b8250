"""The gradient on every tensor of a chain, against differences; where it stops and why; and how a draw lets it through."""

import pytest
import torch

from engine.tensors.chain import Chain, Edit, evaluate
from engine.tensors.gradients import Gradients, Loss, gradients
from engine.tensors.refusal import Refused

X = torch.tensor([[0.5, -1.0, 2.0], [1.5, 0.25, -0.75]], dtype=torch.float64)
W = torch.tensor([[1.0, 2.0], [-1.0, 0.5], [0.25, 3.0]], dtype=torch.float64)


def of(text: str, loss: Loss | None = None, seed: int = 3) -> tuple[Chain, Gradients]:
    chain = evaluate(text, {"x": X, "w": W}, seed)
    return chain, gradients(chain, loss or "sum")


def by_name(chain: Chain, found: Gradients) -> dict[str, torch.Tensor]:
    return {chain.program.label(number): gradient for number, gradient in found.values.items()}


@pytest.mark.parametrize("loss", [Loss(), Loss("mean"), Loss("mean", squared=True), Loss("cell", (1, 0), squared=True)])
def test_that_a_gradient_is_the_slope_of_the_loss(loss: Loss) -> None:
    text = "h = (x @ w).tanh(); noise = rand(2, 2).double(); y = layer_norm(h + noise, (2,)).cumsum(0)"
    chain, found = of(text, loss)
    for name, given in (("x", X), ("w", W)):
        for cell in range(given.numel()):
            sides = []
            for step in (1e-6, -1e-6):
                moved = given.clone()
                moved.view(-1)[cell] += step
                sides.append(loss.of(evaluate(text, {"x": X, "w": W} | {name: moved}, 3).result))
            assert by_name(chain, found)[name].view(-1)[cell] == pytest.approx(
                float(sides[0] - sides[1]) / 2e-6, abs=1e-6
            )
    assert found.loss == pytest.approx(float(loss.of(chain.result)))
    assert set(by_name(chain, found)) == {"x", "w", "#1", "h", "#3", "noise", "#5", "#6", "y"}
    assert not found.stops


@pytest.mark.parametrize(
    ("text", "label", "said"),
    [
        ("y = x.argmax(1) * 2.0", "#1", "argmax blocks the gradient"),
        ("m = x.max(1).indices; y = m * 2.0", "m", "max blocks the gradient"),
        ("hot = x > 0; y = hot * 2.0", "hot", "> gives True or False"),
        ("k = x.long(); y = k * 2.0", "k", "int64, whole numbers"),
        ("r = x.round(); y = r * 2.0", "r", "flat nearly everywhere"),
        ("q = x // 2; y = q * 2.0", "q", "flat nearly everywhere"),
        ("s = bernoulli(x.sigmoid()); y = s * 2.0", "s", "draws at random"),
        ("k = multinomial(x.softmax(1), 1); y = k * 2.0", "k", "draws at random"),
        ("n = normal(x, 1.0); y = n * 2.0", "n", "draws at random"),
        ("d = x.detach(); y = d * 2.0", "d", "cuts the gradient off"),
        ("n = rand_like(x); y = n * 2.0", "n", "shape alone"),
    ],
)
def test_that_it_is_told_where_and_why_a_gradient_stops(text: str, label: str, said: str) -> None:
    chain, found = of(text)
    (blocked,) = found.stops
    assert (blocked.label, chain.program.label(blocked.number)) == (label, label)
    assert said in blocked.sentence and blocked.sentence.endswith(".")
    assert "x" not in by_name(chain, found)


def test_that_one_way_that_is_blocked_leaves_the_others_open() -> None:
    chain, found = of("y = where(x > 0, x * 3, x)")
    assert [blocked.label for blocked in found.stops] == ["#1"]
    assert torch.equal(by_name(chain, found)["x"], torch.where(X > 0, 3.0, 1.0).double())


def test_that_a_gradient_arrives_where_it_stops() -> None:
    chain, found = of("d = x.detach(); y = d * 2.0")
    assert torch.equal(by_name(chain, found)["d"], torch.full_like(X, 2.0))


def test_that_whole_numbers_at_the_beginning_have_no_gradient() -> None:
    chain = evaluate("y = k * 2.0", {"k": torch.arange(3)})
    found = gradients(chain, cell=(2,))
    assert (found.loss, set(found.values), found.stops[0].label) == (4.0, {1}, "k")
    assert "int64" in found.stops[0].sentence
    assert gradients(chain, number=0).values == {}


@pytest.mark.parametrize(
    ("text", "loss", "said"),
    [
        ("y = x.to(complex64)", Loss(), "complex"),
        ("y = x", Loss("cell", (2, 0)), "no cell"),
        ("y = x", Loss("cell", ()), "no cell"),
    ],
)
def test_that_a_loss_that_is_none_is_refused(text: str, loss: Loss, said: str) -> None:
    with pytest.raises(Refused, match=said):
        of(text, loss)


NORMAL = "mu = tensor([0.5, -1.0]); sigma = tensor([1.0, 2.0]); "
LOGITS = "logits = tensor([[1.0, 0.0, -1.0]]); "
SOFT = f"{LOGITS}z = gumbel_softmax(logits, tau=0.5); "
HARD = f"{SOFT}hard = (z >= z.amax(-1, True)).float(); "
THROUGH = f"{HARD}through = hard - z.detach() + z; y = through @ tensor([0.0, 2.0, 4.0])"
DRAWS = {  # blocked, the same draw written so that gradients pass, and what they reach
    "normal": (
        f"{NORMAL}x = normal(mu, sigma); y = x ** 2",
        f"{NORMAL}eps = randn(2); x = mu + sigma * eps; y = x ** 2",
        ("mu", "sigma"),
    ),
    "gumbel": (
        f"{LOGITS}k = multinomial(logits.softmax(-1), 1); y = k * 2.0",
        f"{SOFT}y = z @ tensor([0.0, 2.0, 4.0])",
        ("logits",),
    ),
    "straight-through": (f"{HARD}y = hard @ tensor([0.0, 2.0, 4.0])", THROUGH, ("logits",)),
}


@pytest.mark.parametrize("key", DRAWS)
def test_that_a_draw_is_blocked_and_the_same_draw_written_otherwise_is_not(key: str) -> None:
    blocked, passing, on = DRAWS[key]
    for text, passes in ((blocked, False), (passing, True)):
        chain, found = of(text)
        reached = {name for name, gradient in by_name(chain, found).items() if gradient.any()}
        assert bool(found.stops) != passes or key == "straight-through"
        assert all((name in reached) == passes for name in on)


def test_that_straight_through_is_what_hard_gumbel_softmax_does() -> None:
    at_once = f"{LOGITS}z = gumbel_softmax(logits, 0.5, True); y = z @ tensor([0.0, 2.0, 4.0])"
    found = [by_name(*of(text, seed=7))["logits"] for text in (THROUGH, at_once)]
    assert torch.allclose(*found)


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
    assert set(found.blocked) == {1} and "int64" in found.blocked[1]
    assert "does not depend" in gradients(evaluate("x = rand(3); z = rand(3); y = x * 2")).blocked[1]
    with pytest.raises(Refused):
        gradients(evaluate("tensor([1j])"))
