"""What there is to see of several curves: their ends and extremes. Pure functions; nothing is drawn here."""

from collections.abc import Iterable

import numpy as np

from app.plots.curve import Curve

Extent = tuple[float, float, float, float]
DECADES_TO_ZERO = 3  # on a logarithmic axis, below the smallest positive value


def floor_of(curves: Iterable[Curve]) -> float:
    """Return where zero is drawn on a logarithmic axis: three decades below the smallest positive value."""
    lows = [low for curve in curves if (low := curve.raw.smallest_positive()) is not None]
    return float(np.log10(min(lows))) - DECADES_TO_ZERO if lows else -1.0


def extent_of(curves: Iterable[Curve], floor: float | None) -> Extent | None:
    """Return left, right, low and high of everything, with a little room, or None without points.

    `floor` is that of `floor_of` on a logarithmic axis, whose low and high are powers of ten; None on a linear one.
    """
    drawn = [curve for curve in curves if len(curve.raw)]
    if not drawn:
        return None
    ends = [curve.ends() for curve in drawn]
    left, right = min(end[0] for end in ends), max(end[1] for end in ends)
    extremes = [found for curve in drawn if (found := curve.raw.extremes()) is not None]
    low, high = (min(low for low, _ in extremes), max(high for _, high in extremes)) if extremes else (0.0, 1.0)
    ribbons = [curve.ribbon for curve in drawn if curve.ribbon is not None]
    if ribbons and floor is None:
        # An interval of two runs may be so wide that nothing else could be seen.
        span = high - low
        low = max(min([low, *(float(ribbon[1].min()) for ribbon in ribbons)]), low - span)
        high = min(max([high, *(float(ribbon[2].max()) for ribbon in ribbons)]), high + span)
    if floor is not None:
        high = float(np.log10(high)) if high > 0 else 0.0
        low = floor + DECADES_TO_ZERO
    elif low == high == 0.0:
        high = 1.0  # nothing says that what is always zero may be negative
    pad = (high - low) * 0.05 or abs(high) * 0.1 or 1.0
    right, left = (right, left) if right > left else (left + 1, left - 1)
    return left, right, low - pad, high + pad
