"""Attention maps: what a layer's softmax gave, caught while the layer works; where one fused kernel does all, found once
more from what the kernel was given. Changes no number of the layer, and asks no source of chance."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import nn
from torch.nn import functional
from torch.overrides import TorchFunctionMode

_SOFTMAXES = (functional.softmax, torch.softmax, torch.Tensor.softmax)
_PACKED = inspect.signature(functional.multi_head_attention_forward)
_FUSED = ("query", "key", "value", "attn_mask", "dropout_p", "is_causal")
_Find = Callable[[], torch.Tensor]


class AttentionCatch(TorchFunctionMode):
    """Notes how much each place looked at each other one, of the first example, while it is entered."""

    def __init__(self) -> None:
        super().__init__()
        self._finds: list[_Find] = []

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        made = func(*args, **kwargs)
        if func in _SOFTMAXES and _is_over_last(made, *args[1:2], **kwargs):
            first = made[0].detach()
            self._finds.append(lambda: first)
        elif func is functional.scaled_dot_product_attention:
            self._finds.append(lambda: fused_map(dict(zip(_FUSED, args, strict=False)) | dict(kwargs)))
        elif func is functional.multi_head_attention_forward:
            self._finds.append(lambda: _packed_map(_PACKED.bind(*args, **kwargs).arguments))
        return made

    @property
    def caught(self) -> bool:
        """Whether anything attended."""
        return bool(self._finds)

    @torch.no_grad()
    def found(self) -> torch.Tensor:
        """Return the map [heads, queries, keys]; some layers weigh one query, or one head, at a time."""
        maps = [find() for find in self._finds]
        alike = [one for one in maps if one.shape == maps[0].shape]
        if maps[0].ndim == 1:
            return torch.stack(alike)[None]
        return torch.stack(alike) if maps[0].ndim == 2 else torch.cat(alike)


def fused_map(given: Mapping[str, Any]) -> torch.Tensor:
    """Return the weights [heads, queries, keys] of the first example in what `scaled_dot_product_attention` was given, by
    the names of its arguments; before dropout.
    """
    q, k = (given[name][:1].detach().float() for name in ("query", "key"))
    if given.get("enable_gqa"):
        k = k.repeat_interleave(q.shape[-3] // k.shape[-3], dim=-3)
    scale = given.get("scale")
    with torch.autocast(q.device.type, enabled=False):
        scores = q @ k.transpose(-2, -1) * (q.shape[-1] ** -0.5 if scale is None else scale)
    if (mask := given.get("attn_mask")) is not None:
        mask = mask[:1] if mask.ndim == scores.ndim else mask
        scores = scores.masked_fill(~mask, -torch.inf) if mask.dtype == torch.bool else scores + mask
    if given.get("is_causal"):
        later = torch.ones(scores.shape[-2:], dtype=torch.bool, device=scores.device).triu(1)
        scores = scores.masked_fill(later, -torch.inf)
    sees_nothing = (scores == -torch.inf).all(-1, keepdim=True)
    weights: torch.Tensor = scores.softmax(-1).masked_fill(sees_nothing, 0.0)[0]
    return weights


def _packed_map(given: Mapping[str, Any]) -> torch.Tensor:
    """Return the weights of the first example in what `nn.MultiheadAttention` hands on; [queries, examples, width]."""
    first = dict(given)
    if given["query"].ndim == 3:
        first |= {name: given[name][:, :1] for name in ("query", "key", "value")}
        if (padding := given.get("key_padding_mask")) is not None:
            first["key_padding_mask"] = padding[:1]
        if (mask := given.get("attn_mask")) is not None and mask.ndim == 3:
            first["attn_mask"] = mask[: given["num_heads"]]
    first |= {"training": False, "need_weights": True, "average_attn_weights": False}
    _, weights = functional.multi_head_attention_forward(**first)
    assert weights is not None
    return weights[0] if weights.ndim == 4 else weights


def _is_over_last(made: torch.Tensor, dim: int | None = None, **_others: Any) -> bool:
    return made.ndim in {2, 3, 4} and dim in {-1, made.ndim - 1}


def attending(modules: Sequence[tuple[str, nn.Module]]) -> set[str]:
    """Return the layers that attend, by their classes' names: of one within the other the inner one, unless the outer one
    gathers several heads.
    """
    named = {name: type(one).__name__.lower() for name, one in modules if "attention" in type(one).__name__.lower()}
    many = [name for name, made in named.items() if "multihead" in made]
    inner = {name for name in named if not any(_is_below(other, name) for other in named)}
    return {*many, *inner} - {name for name in named if any(_is_below(name, outer) for outer in many)}


def _is_below(name: str, outer: str) -> bool:
    return name != outer and (not outer or name.startswith(f"{outer}."))
