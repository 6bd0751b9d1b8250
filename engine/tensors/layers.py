"""Operations of layers as pure functions: none changes an operand, and none takes an argument that would.
Signatures are torch.nn.functional's, without `inplace`."""

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional


def dropout(x: Tensor, p: float = 0.5, training: bool = True) -> Tensor:
    """Set cells to 0 with probability p and divide the others by 1 − p."""
    return functional.dropout(x, p, training)


def batch_norm(
    x: Tensor,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Tensor:
    """Normalise each channel (dim 1); the running statistics given stay as they are."""
    mean, var = _copy(running_mean), _copy(running_var)
    return functional.batch_norm(x, mean, var, weight, bias, training, momentum, eps)


def instance_norm(
    x: Tensor,
    running_mean: Tensor | None = None,
    running_var: Tensor | None = None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    use_input_stats: bool = True,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Tensor:
    """Normalise each channel of each sample on its own; the running statistics given stay as they are."""
    mean, var = _copy(running_mean), _copy(running_var)
    return functional.instance_norm(x, mean, var, weight, bias, use_input_stats, momentum, eps)


def normal(mean: Tensor | float, std: Tensor | float) -> Tensor:
    """Draw from normal distributions, one a cell. Raises `TypeError` where neither is a tensor."""
    if isinstance(mean, Tensor) or isinstance(std, Tensor):
        return torch.normal(mean, std)  # type: ignore[arg-type]
    raise TypeError("it takes a tensor of means or of deviations")


def conj(x: Tensor) -> Tensor:
    """Turn the imaginary parts round. torch puts that off until the cells are read; here they are read at once."""
    return x.conj().resolve_conj()


def bernoulli(x: Tensor) -> Tensor:
    """Draw 1 with the probability that stands in the cell, else 0."""
    return torch.bernoulli(x)


def relu(x: Tensor) -> Tensor:
    """Negative cells become 0."""
    return functional.relu(x)


def getitem(x: Tensor, index: Any) -> Tensor:
    """x[index], index of whole numbers, slices, None and … only."""
    return x[index]


def roll(x: Tensor, shifts: int | tuple[int, ...], dims: int | tuple[int, ...] = ()) -> Tensor:
    """Shift cells along dims, round; a tensor without cells comes out as it is, along whatever dims."""
    numbers = [1 if isinstance(part, int) else len(part) for part in (shifts, dims)]
    if not x.numel() and numbers[0] and numbers[1] in (0, numbers[0]):
        return x.clone()
    return torch.roll(x, shifts, dims)


def norm(x: Tensor, p: float = 2, dim: Any = None, keepdim: bool = False) -> Tensor:
    """Return the p-norm along dims. Dims are counted from the front: the meta device of torch 2.13 takes the length of
    another one for a negative dim, and refuses an infinite p there."""
    dims = tuple(dim) if isinstance(dim, tuple | list) else None if dim is None else (dim,)
    if dims is not None and all(type(one) is int and -x.ndim <= one < x.ndim for one in dims):
        dims = tuple(one % x.ndim for one in dims)
    found: Tensor = x.norm(p, dims, keepdim)
    return found


def to(x: Tensor, *given: torch.dtype | torch.device, **named: Any) -> Tensor:
    """Return x in another dtype, on another device or both. Raises `TypeError` for anything else."""
    every = [*given, *named.values()]
    if not every or not all(isinstance(part, torch.dtype | torch.device) for part in every):
        raise TypeError("it takes a dtype, such as float64, or a device, such as 'cpu'")
    found: Tensor = x.to(*given, **named)  # type: ignore[call-overload]
    return found


def empty(*size: Any, **named: Any) -> Tensor:
    """Return a tensor that nobody has filled. Here its cells are NaN, or the largest number of its dtype, which torch puts
    there too where it is to be deterministic; else they would be whatever lay in memory."""
    return _unfilled(torch.empty(*size, **named))


def empty_like(x: Tensor, **named: Any) -> Tensor:
    """Return a tensor as x is that nobody has filled; see `empty`."""
    return _unfilled(torch.empty_like(x, **named))


def _unfilled(x: Tensor) -> Tensor:
    if x.is_floating_point() or x.is_complex():
        return x.fill_(torch.nan)
    return x.fill_(True if x.dtype == torch.bool else torch.iinfo(x.dtype).max)


def _copy(x: Tensor | None) -> Tensor | None:
    return None if x is None else x.clone()
