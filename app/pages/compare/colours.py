"""What the colours of compared runs tell: the run, or the value of a setting. Pure functions."""

from collections.abc import Sequence
from typing import Any

from app.plots.ink import Ink, Shade
from app.plots.scale import scale_of, written
from app.theme import theme

Legend = list[tuple[str, Ink]]


def inks_of(values: Sequence[Any]) -> tuple[list[Ink], Legend]:
    """Return a colour a value and what the colours tell.

    As many values as there are colours get one each, in their order; more get shades from the lowest to the highest.
    """
    scale = scale_of(values)
    shares = [scale.share(value) for value in values]
    order = sorted({share for share in shares if share is not None})
    few = len(order) <= len(theme().series)
    known: dict[float, Ink] = {share: place if few else Shade(share) for place, share in enumerate(order)}
    inks = [Shade(0.0) if share is None else known[share] for share in shares]
    ticks = sorted(scale.ticks(), key=lambda tick: tick[1])
    if few:
        names = {share: written(value) for value, share in zip(values, shares, strict=True) if share is not None}
        return inks, [(names[share], known[share]) for share in order]
    return inks, [(text, Shade(share)) for text, share in ticks]
