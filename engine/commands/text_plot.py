"""Curves in the terminal, drawn with braille dots. Every point counts: a column shows its lowest and highest value."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT = 64, 12
_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))


def text_curves(curves: Mapping[str, tuple[NDArray[np.int64], NDArray[np.float64]]], x_label: str) -> str:
    """Return a plot of curves (x, y) with a shared axis; the last value of each stands in the legend."""
    finite = {key: (x[np.isfinite(y)], y[np.isfinite(y)]) for key, (x, y) in curves.items()}
    finite = {key: (x, y) for key, (x, y) in finite.items() if len(x)}
    if not finite:
        return "(no finite value was recorded)"
    left, right = min(x[0] for x, _ in finite.values()), max(x[-1] for x, _ in finite.values())
    low, high = min(y.min() for _, y in finite.values()), max(y.max() for _, y in finite.values())
    cells = np.zeros((HEIGHT, WIDTH), dtype=np.int64)
    for x, y in finite.values():
        columns = ((x - left) / max(right - left, 1) * (2 * WIDTH - 1)).astype(int)
        rows = ((high - y) / ((high - low) or 1.0) * (4 * HEIGHT - 1)).astype(int)
        for column in np.unique(columns):
            inside = rows[columns == column]
            for row in range(int(inside.min()), int(inside.max()) + 1):
                cells[row // 4, column // 2] |= _DOTS[row % 4][column % 2]
    lines = ["".join(chr(0x2800 + int(dots)) for dots in row) for row in cells]
    labels = [f"{high:>9.4g} "] + [" " * 10] * (HEIGHT - 2) + [f"{low:>9.4g} "]
    plot = "\n".join(label + line for label, line in zip(labels, lines, strict=True))
    legend = "   ".join(f"{key} {y[-1]:.4g}" for key, (_, y) in finite.items())
    return f"{plot}\n{' ' * 10}{left:<10,}{x_label:^{WIDTH - 20}}{right:>10,}\n{' ' * 10}{legend}"
