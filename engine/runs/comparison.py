"""Comparing runs: what their specifications differ in, what a metric came to, and the mean over seeds. Numpy only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.spec import RunSpec

Floats = NDArray[np.float64]
SEED = "trainer.seed"
_FEW = (
    12.706,
    4.3027,
    3.1824,
    2.7764,
    2.5706,
    2.4469,
    2.3646,
    2.306,
    2.2622,
    2.2281,
    2.201,
    2.1788,
    2.1604,
    2.1448,
    2.1314,
    2.1199,
    2.1098,
    2.1009,
    2.093,
    2.086,
    2.0796,
    2.0739,
    2.0687,
    2.0639,
    2.0595,
    2.0555,
    2.0518,
    2.0484,
    2.0452,
    2.0423,
)  # of one to thirty degrees of freedom
_NAMES = frozenset({"name", "schema_version"})


def flat(content: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return nested settings as dotted keys; lists are values, and of an empty mapping there is nothing to tell."""
    found: dict[str, Any] = {}
    for key, value in content.items():
        if isinstance(value, Mapping):
            found |= flat(value, f"{prefix}{key}.")
        else:
            found[f"{prefix}{key}"] = value
    return found


def settings(spec: RunSpec) -> dict[str, Any]:
    """Return a specification's settings by dotted key, without its name."""
    content = flat(spec.model_dump(mode="json"))
    return {key: value for key, value in content.items() if key not in _NAMES}


def differing(specs: Sequence[RunSpec]) -> list[str]:
    """Return the dotted keys whose values are not the same in all specifications, in the order of the first one."""
    every = [settings(spec) for spec in specs]
    keys = list(dict.fromkeys(key for one in every for key in one))
    return [key for key in keys if any(one.get(key) != every[0].get(key) for one in every)]


def seed_groups(specs: Mapping[str, RunSpec]) -> list[tuple[str, ...]]:
    """Return the runs whose specifications differ in nothing but the seed, as groups of ids; alone is a group too."""
    groups: dict[str, list[str]] = {}
    for run_id, spec in specs.items():
        content = settings(spec)
        content.pop(SEED, None)
        groups.setdefault(repr(sorted(content.items())), []).append(run_id)
    return [tuple(ids) for ids in groups.values()]


@dataclass(frozen=True)
class Came:
    """What a metric came to in a run; NaN and infinity are passed over, and None is for no number at all."""

    final: float | None
    best: float | None
    mean: float | None


NOTHING = Came(None, None, None)


@dataclass
class Tally:
    """Counts a metric's finite values as they come, so that what it came to is known without reading them again."""

    final: float = 0.0
    lowest: float = np.inf
    highest: float = -np.inf
    total: float = 0.0
    count: int = 0

    def add(self, values: Floats) -> None:
        """Count the next values."""
        finite = np.isfinite(values)
        known = values if finite.all() else values[finite]
        if len(known):
            self.final = float(known[-1])
            self.lowest = min(self.lowest, float(known.min()))
            self.highest = max(self.highest, float(known.max()))
            self.total += float(known.sum())
            self.count += len(known)

    def came(self, smaller_is_better: bool) -> Came:
        """Return the last, the best and the mean of what was counted."""
        if not self.count:
            return NOTHING
        best = self.lowest if smaller_is_better else self.highest
        return Came(self.final, best, self.total / self.count)


def came_to(values: Floats, smaller_is_better: bool) -> Came:
    """Return the last, the best and the mean of a metric's finite values."""
    tally = Tally()
    tally.add(values)
    return tally.came(smaller_is_better)


@dataclass(frozen=True)
class Band:
    """The mean of several curves and the 95 % confidence interval of that mean (Student's t), at places of x."""

    x: Floats
    mean: Floats
    low: Floats
    high: Floats
    count: int


def band(curves: Sequence[tuple[Floats, Floats]], points: int = 1000) -> Band | None:
    """Return the mean of curves over the x that all of them cover, each read linearly between its points.

    At all of their places, or where these are many at so many `points` in even steps. None where there are fewer than
    two curves, or no x that they share.
    """
    known = [(x[np.isfinite(y)], y[np.isfinite(y)]) for x, y in curves]
    known = [(x, y) for x, y in known if len(x)]
    if len(known) < 2:
        return None
    first, last = max(x[0] for x, _ in known), min(x[-1] for x, _ in known)
    if first > last:
        return None
    places = np.linspace(first, last, points)
    if max(len(x) for x, _ in known) <= points:
        exact = np.unique(np.concatenate([x[(x >= first) & (x <= last)] for x, _ in known]))
        places = exact if len(exact) <= points else places
    rows = np.stack([np.interp(places, x, y) for x, y in known])
    mean = rows.mean(axis=0)
    error = rows.std(axis=0, ddof=1) / np.sqrt(len(rows)) * t_975(len(rows) - 1)
    return Band(places, mean, mean - error, mean + error, len(rows))


def t_975(freedom: int) -> float:
    """Return the 97.5 % quantile of Student's t, to four digits (from 31 degrees of freedom on by Cornish and Fisher 1937).

    Written out, because the library that knows it takes half a second to load into a window.
    """
    if freedom <= len(_FEW):
        return _FEW[freedom - 1]
    z = 1.959963985
    first = (z**3 + z) / 4
    second = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    return z + first / freedom + second / freedom**2 + third / freedom**3
