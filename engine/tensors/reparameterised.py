"""Draws that let no gradient through, each beside the same draw written so that it does: ready to be typed."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Reparameterised:
    """`blocked` and `passing` are expressions that name no input; the gradient is asked on the tensors in `on`."""

    key: str
    blocked: str
    passing: str
    on: tuple[str, ...]
    sentence: str


REPARAMETERISED = (
    Reparameterised(
        "normal",
        "mu = tensor([0.5, -1.0]); sigma = tensor([1.0, 2.0]); x = normal(mu, sigma); y = x ** 2",
        "mu = tensor([0.5, -1.0]); sigma = tensor([1.0, 2.0]); eps = randn(2); x = mu + sigma * eps; y = x ** 2",
        ("mu", "sigma"),
        "The noise is drawn beside the chain, and the draw is a sum and a product that have gradients.",
    ),
    Reparameterised(
        "gumbel",
        "logits = tensor([[1.0, 0.0, -1.0]]); k = multinomial(logits.softmax(-1), 1); y = k * 2.0",
        "logits = tensor([[1.0, 0.0, -1.0]]); z = gumbel_softmax(logits, tau=0.5); y = z @ tensor([0.0, 2.0, 4.0])",
        ("logits",),
        "Softmax of logits and noise is nearly a choice, and moves a little with the logits.",
    ),
    Reparameterised(
        "straight-through",
        "logits = tensor([[1.0, 0.0, -1.0]]); z = gumbel_softmax(logits, tau=0.5); hard = (z >= z.amax(-1, True)).float(); "
        "y = hard @ tensor([0.0, 2.0, 4.0])",
        "logits = tensor([[1.0, 0.0, -1.0]]); z = gumbel_softmax(logits, tau=0.5); hard = (z >= z.amax(-1, True)).float(); "
        "through = hard - z.detach() + z; y = through @ tensor([0.0, 2.0, 4.0])",
        ("logits",),
        "Forward it is the hard choice, backward the gradient of the soft one: what gumbel_softmax(…, hard=True) does.",
    ),
)
