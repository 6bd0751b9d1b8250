"""Taps: hands out chosen tensors of one optimizer step as they are, and leaves the network as it was. Must not know what is
made of them, or when one looks."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import torch
from torch import nn
from torch.utils.hooks import RemovableHandle

from engine.runs.taps import Tap, TapLayer, TapParameter
from engine.training.attention import AttentionCatch, attending

Take = Callable[[Tap, Callable[[], torch.Tensor]], None]


class Taps:
    """Takes tensors of a network: `arm` before a step's first batch, `take_rest` once its gradients are whole, and `disarm`
    however the step ended. `take` is given how a tensor is had, and must not change it, nor keep it.
    """

    def __init__(self, network: nn.Module, take: Take) -> None:
        self._network, self._take = network, take
        self._taps: tuple[Tap, ...] = ()
        self._waiting: set[Tap] = set()
        self._hooks: list[RemovableHandle] = []

    @property
    def is_armed(self) -> bool:
        """Whether a step is looked at."""
        return bool(self._taps)

    def arm(self, taps: Sequence[Tap]) -> None:
        """Look at the next step; names that the network does not have are absent from it."""
        self._taps, self._waiting = tuple(taps), set(taps)
        modules = dict(self._network.named_modules())
        for tap in self._taps:
            if tap.kind == "activation" and tap.name in modules:
                self._hooks.append(modules[tap.name].register_forward_hook(self._hear_of(tap)))
            if tap.kind == "attention" and tap.name in modules:
                self._catch_in(tap, modules[tap.name])

    def take_rest(self) -> tuple[Tap, ...]:
        """Take weights and gradients, and return what the step did not have."""
        parameters = dict(self._network.named_parameters(remove_duplicate=False))
        for tap in self._taps:
            parameter = parameters.get(tap.name)
            if parameter is None or tap.kind not in {"weight", "gradient"}:
                continue
            self._offer(tap, parameter if tap.kind == "weight" else parameter.grad)
        return tuple(tap for tap in self._taps if tap in self._waiting)

    def disarm(self) -> None:
        """Take every hook away."""
        for hook in self._hooks:
            hook.remove()
        self._hooks.clear()
        self._taps, self._waiting = (), set()

    def _hear_of(self, tap: Tap) -> Callable[[nn.Module, Any, Any], None]:
        def heard(_module: nn.Module, _given: Any, made: Any) -> None:
            # Of a layer that is called more than once in a step (another batch, another place) the first call is shown.
            if tap in self._waiting:
                self._offer(tap, first_tensor(made))

        return heard

    def _catch_in(self, tap: Tap, module: nn.Module) -> None:
        """Catch the attention map of a layer's first call."""
        open_: list[AttentionCatch] = []

        def begin(_module: nn.Module, _given: Any) -> None:
            if tap in self._waiting and not open_:
                open_.append(AttentionCatch())
                open_[0].__enter__()

        def end(_module: nn.Module, _given: Any, _made: Any) -> None:
            if not open_:
                return
            catch = open_.pop()
            catch.__exit__(None, None, None)
            if catch.caught:
                self._waiting.discard(tap)
                self._take(tap, catch.found)

        self._hooks.append(module.register_forward_pre_hook(begin))
        self._hooks.append(module.register_forward_hook(end, always_call=True))

    def _offer(self, tap: Tap, tensor: torch.Tensor | None) -> None:
        if tensor is not None and tensor.is_floating_point():
            self._waiting.discard(tap)
            self._take(tap, tensor.detach)


def first_tensor(made: Any) -> torch.Tensor | None:
    """Return the first tensor of numbers in what a layer returned: itself, or in a tuple, list or mapping."""
    if isinstance(made, torch.Tensor):
        return made if made.is_floating_point() else None
    parts: Iterable[Any] = ()
    if isinstance(made, Mapping):
        parts = made.values()
    elif isinstance(made, tuple | list):
        parts = made
    return next((found for part in parts if (found := first_tensor(part)) is not None), None)


def layers_of(network: nn.Module) -> tuple[TapLayer, ...]:
    """Return every layer with the parameters that are its own."""
    modules = list(network.named_modules())
    attend = attending(modules)
    return tuple(
        TapLayer(
            name=name,
            made=type(module).__name__,
            attends=name in attend,
            returns=type(module).forward is not nn.Module.forward,
            parameters=_parameters(name, module),
        )
        for name, module in modules
    )


def _parameters(layer: str, module: nn.Module) -> tuple[TapParameter, ...]:
    return tuple(
        TapParameter(
            name=f"{layer}.{name}" if layer else name,
            shape=tuple(one.shape),
            dtype=str(one.dtype).removeprefix("torch."),
            learns=one.requires_grad,
        )
        for name, one in module.named_parameters(recurse=False)
    )
