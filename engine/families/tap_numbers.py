"""A tensor of a run at work in numbers that are small enough to be kept: statistics, a histogram and a picture."""

import base64
import math
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray

from engine.inspecting.blocks import gather, joined
from engine.inspecting.summary import PART, Histogram, Summary
from engine.runs.taps import BINS, TILES, Tap, Tapped, TapPicture

Floats = NDArray[np.floating]
MOST = 1 << 20
"""So many numbers are gone through in a few hundredths of a second; of more, an even part is."""
LEAST_TILES = 8


def tapped(tap: Tap, tensor: torch.Tensor) -> Tapped:
    """Return what is kept of a tensor of floating-point numbers, of a sparse one what it has."""
    whole: tuple[int, ...] = ()
    if tensor.layout is not torch.strided:
        whole = tuple(tensor.shape)
        tensor = tensor.coalesce().values()
    return _tapped(tap, tensor.detach(), str(tensor.dtype).removeprefix("torch."), whole)


def numbers_of(tensor: torch.Tensor) -> Floats:
    """Return a tensor's numbers; where it lies in memory as numpy knows it, without a copy."""
    tensor = tensor.detach().cpu()
    return np.asarray((tensor if tensor.dtype in {torch.float32, torch.float64} else tensor.float()).numpy())


def _tapped(tap: Tap, tensor: torch.Tensor, dtype: str, whole: tuple[int, ...]) -> Tapped:
    planes = _planes(tensor, tap)
    every = -(-tensor.numel() // MOST) or 1
    by_row = planes.shape[1] >= every * TILES or planes.shape[1] >= planes.shape[2]
    numbers = numbers_of((planes[:, ::every] if by_row else planes[:, :, ::every]).contiguous())
    summary = Summary()
    strips = [strip for plane in numbers for strip in _strips(plane)]
    for strip in strips:
        summary = summary.joined(Summary.of(strip))
    if every > 1:
        summary = _with_ends(summary, tensor)
    counts = Histogram.over(summary.low, summary.high, BINS)
    for strip in strips:
        counts = counts.add(strip)
    told = summary.told()
    side = max(LEAST_TILES, math.isqrt(TILES * TILES * 4 // max(4, len(planes))))
    steps = (every, 1) if by_row else (1, every)
    pictures = tuple(_picture(plane, side, steps, tuple(planes.shape[1:])) for plane in numbers) if numbers.size else ()
    is_map = tap.kind == "attention"
    return Tapped(
        tap=tap,
        shape=tuple(tensor.shape),
        dtype=dtype,
        whole=whole,
        nan=summary.nan,
        inf=summary.plus_inf + summary.minus_inf,
        counts=tuple(counts.counts.tolist()),
        every=every,
        picture=pictures[0] if pictures and not is_map else None,
        heads=pictures if is_map else (),
        **{name: told[name] for name in ("low", "high", "mean", "std")},
    )


def _planes(tensor: torch.Tensor, tap: Tap) -> torch.Tensor:
    """Lay a tensor out as planes of rows and columns: what layers return by its last dimension, weights by their first; of
    an attention map each head is a plane.
    """
    if tap.kind == "attention":
        return tensor
    if tensor.ndim < 2:
        return tensor.reshape(1, 1, -1)
    if not tensor.numel():
        return tensor.reshape(1, 0, 0)
    return tensor.reshape(1, -1, tensor.shape[-1]) if tap.kind == "activation" else tensor.reshape(1, len(tensor), -1)


def _strips(plane: Floats) -> list[Floats]:
    at_once = max(1, PART // max(1, plane.shape[1]))
    return [plane[row : row + at_once] for row in range(0, len(plane), at_once)]


def _with_ends(summary: Summary, tensor: torch.Tensor) -> Summary:
    """Return the summary of a part with the ends of the whole, and with what is not finite in it."""
    low, high = (float(end) for end in torch.aminmax(tensor))
    nan = inf = 0
    if not (math.isfinite(low) and math.isfinite(high)):  # NaN goes through both
        nan, inf = int(tensor.isnan().sum()), int(tensor.isinf().sum())
        finite = tensor[tensor.isfinite()]
        low, high = (float(end) for end in torch.aminmax(finite)) if finite.numel() else (math.inf, -math.inf)
    return replace(summary, nan=nan, plus_inf=inf, minus_inf=0, low=low, high=high)


def _picture(plane: Floats, side: int, steps: tuple[int, int], whole: tuple[int, ...]) -> TapPicture:
    """Return at most side × side tiles of a plane, of which each number stands for so many rows and columns of a whole."""
    down, across = (max(1, -(-size // side)) for size in plane.shape)
    at_once = max(1, PART // max(1, plane.shape[1] * down)) * down
    blocks = joined([gather(plane[row : row + at_once], down, across) for row in range(0, len(plane), at_once)])
    extremes = blocks.shown("extreme").astype(np.float64)
    largest = float(np.abs(extremes).max())
    bound = math.ldexp(1.0, min(math.frexp(largest)[1], 1023)) if largest else 0.0
    is_single = (down, across) == (1, 1)
    return TapPicture(
        rows=whole[0],
        columns=whole[1],
        down=down * steps[0],
        across=across * steps[1],
        bound=bound,
        mean=_text(_shares(extremes if is_single else blocks.shown("mean"), bound)),
        extreme="" if is_single else _text(_shares(extremes, bound)),
        flags=_text(blocks.flags) if blocks.flags.any() else "",
    )


def _shares(numbers: Floats, bound: float) -> NDArray[np.float16]:
    wide = numbers.astype(np.float64)
    return np.asarray(wide / bound if bound else np.zeros_like(wide), "<f2")


def _text(array: NDArray[np.generic]) -> str:
    return base64.b64encode(array.tobytes()).decode()
