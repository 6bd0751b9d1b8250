"""A tensor of a run at work in numbers that are small enough to be kept: statistics, a histogram and a picture."""

import base64
import math

import numpy as np
import torch
from numpy.typing import NDArray

from engine.inspecting.blocks import Blocks, gather, joined
from engine.inspecting.summary import PART, Histogram, Summary
from engine.runs.taps import BINS, TILES, Tap, Tapped, TapPicture

Floats = NDArray[np.floating]


def tapped(tap: Tap, tensor: torch.Tensor) -> Tapped:
    """Return what is kept of a tensor of floating-point numbers, of a sparse one what it has."""
    whole: tuple[int, ...] = ()
    if tensor.layout is not torch.strided:
        whole = tuple(tensor.shape)
        tensor = tensor.coalesce().values()
    return _tapped(tap, numbers_of(tensor), str(tensor.dtype).removeprefix("torch."), whole)


def numbers_of(tensor: torch.Tensor) -> Floats:
    """Return a tensor's numbers; where it lies in memory as numpy knows it, without a copy."""
    tensor = tensor.detach().cpu()
    return np.asarray((tensor if tensor.dtype in {torch.float32, torch.float64} else tensor.float()).numpy())


def _tapped(tap: Tap, numbers: Floats, dtype: str, whole: tuple[int, ...]) -> Tapped:
    plane = _plane(numbers, tap)
    down, across = (max(1, -(-size // TILES)) for size in plane.shape)
    rows_at_once = max(1, PART // max(1, plane.shape[1] * down)) * down
    strips = [plane[row : row + rows_at_once] for row in range(0, len(plane), rows_at_once)]
    summary = Summary()
    for strip in strips:
        summary = summary.joined(Summary.of(strip))
    counts = Histogram.over(summary.low, summary.high, BINS)
    for strip in strips:
        counts = counts.add(strip)
    told = summary.told()
    return Tapped(
        tap=tap,
        shape=numbers.shape,
        dtype=dtype,
        whole=whole,
        nan=summary.nan,
        inf=summary.plus_inf + summary.minus_inf,
        counts=tuple(counts.counts.tolist()),
        picture=_picture(joined([gather(strip, down, across) for strip in strips]), plane, down, across)
        if plane.size
        else None,
        **{name: told[name] for name in ("low", "high", "mean", "std")},
    )


def _plane(numbers: Floats, tap: Tap) -> Floats:
    """Lay a tensor out as rows and columns: what layers return by its last dimension, weights by their first."""
    if numbers.ndim < 2:
        return numbers.reshape(1, -1)
    if not numbers.size:
        return numbers.reshape(0, 0)
    return numbers.reshape(-1, numbers.shape[-1]) if tap.kind == "activation" else numbers.reshape(len(numbers), -1)


def _picture(blocks: Blocks, plane: Floats, down: int, across: int) -> TapPicture:
    extremes = blocks.shown("extreme").astype(np.float64)
    largest = float(np.abs(extremes).max())
    bound = math.ldexp(1.0, min(math.frexp(largest)[1], 1023)) if largest else 0.0
    is_single = (down, across) == (1, 1)
    return TapPicture(
        rows=plane.shape[0],
        columns=plane.shape[1],
        down=down,
        across=across,
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
