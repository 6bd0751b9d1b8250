"""Taps hand out the tensors of one step as they are, and leave the network as it was."""

from typing import Any

import pytest
import torch
from torch import nn

from engine.runs.taps import Tap
from engine.training.taps import Taps, layers_of


class Network(nn.Module):
    """Words in a sparse table, a recurrent layer that returns a tuple, one changed in place, one that is never called."""

    def __init__(self) -> None:
        super().__init__()
        self.words = nn.Embedding(9, 4, sparse=True)
        self.memory = nn.GRU(4, 3, batch_first=True)
        self.bend = nn.Linear(3, 3)
        self.idle = nn.Linear(2, 2)

    def forward(self, ids: torch.Tensor) -> dict[str, Any]:
        made, _ = self.memory(self.words(ids))
        return {"ids": ids, "scores": [self.bend(made).mul_(2)]}


@pytest.fixture
def network() -> Network:
    torch.manual_seed(3)
    return Network()


def seen(network: Network, taps: list[Tap], batches: int = 1) -> tuple[dict[Tap, torch.Tensor], tuple[Tap, ...]]:
    found: dict[Tap, torch.Tensor] = {}
    watcher = Taps(network, lambda tap, find: found.__setitem__(tap, find().clone()))
    watcher.arm(taps)
    for _ in range(batches):
        network(torch.tensor([[1, 2, 2]]))["scores"][0].sum().backward()
    absent = watcher.take_rest()
    watcher.disarm()
    assert not watcher.is_armed
    return found, absent


def test_that_every_kind_of_tensor_is_handed_out_as_it_is_at_the_step(network: Network) -> None:
    weight, gradient = Tap(name="memory.weight_ih_l0", kind="weight"), Tap(name="words.weight", kind="gradient")
    made, bent, whole = (Tap(name=name, kind="activation") for name in ("memory", "bend", ""))
    found, absent = seen(network, [weight, gradient, made, bent, whole], batches=2)
    assert not absent
    assert torch.equal(found[weight], network.memory.weight_ih_l0)
    assert found[gradient].is_sparse and torch.equal(found[gradient].to_dense(), network.words.weight.grad.to_dense())
    assert found[made].shape == (1, 3, 3)  # the first of a tuple
    assert torch.equal(found[bent], network.bend(found[made]))  # before the next layer changed it in its place
    assert torch.equal(found[whole], 2 * found[bent])  # the first tensor of numbers in a mapping


def test_that_what_a_step_does_not_have_is_told(network: Network) -> None:
    idle = Tap(name="idle", kind="activation")
    unused = Tap(name="idle.weight", kind="gradient")
    gone = Tap(name="of.another.network", kind="weight")
    assert seen(network, [idle, unused, gone]) == ({}, (idle, unused, gone))


def test_that_no_hook_is_left_however_the_step_ends(network: Network) -> None:
    watcher = Taps(network, lambda *_: None)
    watcher.arm([Tap(name=layer.name, kind="activation") for layer in layers_of(network)])
    assert any(module._forward_hooks for module in network.modules())
    watcher.disarm()
    assert not any(module._forward_hooks for module in network.modules())


def test_that_layers_are_told_with_the_parameters_that_are_their_own(network: Network) -> None:
    network.idle.bias.requires_grad_(False)
    network.more = nn.ModuleList()
    layers = {layer.name: layer for layer in layers_of(network)}
    assert [*layers] == ["", "words", "memory", "bend", "idle", "more"]
    assert [layer.name for layer in layers.values() if not layer.returns] == ["more"]
    assert layers["memory"].made == "GRU" and layers[""].parameters == ()
    assert [(one.name, one.shape, one.learns) for one in layers["idle"].parameters] == [
        ("idle.weight", (2, 2), True),
        ("idle.bias", (2,), False),
    ]
