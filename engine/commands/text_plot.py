"""Curves drawn with characters. Every point counts: each column of dots spans the lowest to the highest value in it.
Knows numbers and labels, nothing of runs."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.text import Text

WIDTH, HEIGHT = 64, 12
LABEL = 11
# The first curve is a line of braille dots, the others are marks, so that they differ without colours too.
MARKS = ("⣿", "●", "▲", "■", "◆", "○", "△", "□", "◇")
COLOURS = ("#56B4E9", "#E69F00", "#009E73", "#CC79A7", "#F0E442", "#D55E00")
_DOTS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]])

Curve = tuple[NDArray[np.int64], NDArray[np.float64]]


@dataclass(frozen=True)
class _Frame:
    """What the plot's edges stand for, and its size in cells."""

    left: float
    right: float
    low: float
    high: float
    width: int
    height: int

    def columns(self, x: NDArray[np.int64], per_cell: int) -> NDArray[np.int64]:
        return _placed((x - self.left) / ((self.right - self.left) or 1.0), self.width * per_cell)

    def rows(self, y: NDArray[np.float64], per_cell: int) -> NDArray[np.int64]:
        return _placed((self.high - y) / ((self.high - self.low) or 1.0), self.height * per_cell)


def text_curves(curves: Mapping[str, Curve], x_label: str, width: int = WIDTH, height: int = HEIGHT) -> Text:
    """Return a plot of curves (x ascending, y) over one pair of axes; each one's last value stands in the legend.

    Points that are not finite cannot be drawn; the legend counts them.
    """
    finite = {key: (x[np.isfinite(y)], y[np.isfinite(y)]) for key, (x, y) in curves.items()}
    drawn = {key: curve for key, curve in finite.items() if len(curve[0])}
    if not drawn:
        return Text("(no finite value was recorded)")
    frame = _Frame(
        left=min(float(x[0]) for x, _ in drawn.values()),
        right=max(float(x[-1]) for x, _ in drawn.values()),
        low=min(float(y.min()) for _, y in drawn.values()),
        high=max(float(y.max()) for _, y in drawn.values()),
        width=width,
        height=height,
    )
    cells: list[list[tuple[str, int]]] = [[(" ", 0)] * width for _ in range(height)]
    for index, (x, y) in enumerate(drawn.values()):
        _draw_line(cells, frame, x, y) if index == 0 else _draw_marks(cells, frame, x, y, index)
    text = Text()
    for row, line in enumerate(cells):
        label = f"{frame.high:.3g}" if row == 0 else f"{frame.low:.3g}" if row == height - 1 else ""
        text.append(f"{label:>{LABEL - 1}} ", style="dim")
        for index, same in groupby(line, key=itemgetter(1)):
            text.append("".join(character for character, _ in same), style=COLOURS[index % len(COLOURS)])
        text.append("\n")
    middle = max(0, width - 20)
    text.append(f"{'':{LABEL}}{frame.left:<10,.0f}{x_label:^{middle}}{frame.right:>10,.0f}\n", style="dim")
    return text.append_text(_legend(list(drawn), curves))


def _draw_line(cells: list[list[tuple[str, int]]], frame: _Frame, x: NDArray[np.int64], y: NDArray[np.float64]) -> None:
    columns, rows = frame.columns(x, 2), frame.rows(y, 4)
    starts = np.flatnonzero(np.r_[True, np.diff(columns) > 0])
    ends = np.r_[starts[1:], len(rows)] - 1
    dots = np.zeros((frame.height, frame.width), dtype=np.int64)
    before = (int(columns[0]), int(rows[0]))
    extremes = zip(np.minimum.reduceat(rows, starts), np.maximum.reduceat(rows, starts), strict=True)
    for start, end, (highest, lowest) in zip(starts, ends, extremes, strict=True):
        column = int(columns[start])
        _join(dots, before, (column, int(rows[start])))
        _rise(dots, column, int(highest), int(lowest))
        before = (column, int(rows[end]))
    for row, column in np.argwhere(dots):
        cells[row][column] = (chr(0x2800 + int(dots[row, column])), 0)


def _join(dots: NDArray[np.int64], before: tuple[int, int], after: tuple[int, int]) -> None:
    """Draw the straight line between two neighbouring points."""
    (left, start), (right, end) = before, after
    row = start
    for column in range(left + 1, right + 1):
        reached = round(start + (end - start) * (column - left) / (right - left))
        _rise(dots, column, min(row, reached), max(row, reached))
        row = reached


def _rise(dots: NDArray[np.int64], column: int, first: int, last: int) -> None:
    for row in range(first, last + 1):
        dots[row // 4, column // 2] |= _DOTS[row % 4, column % 2]


def _draw_marks(
    cells: list[list[tuple[str, int]]], frame: _Frame, x: NDArray[np.int64], y: NDArray[np.float64], index: int
) -> None:
    mark = MARKS[1 + (index - 1) % (len(MARKS) - 1)]
    places = np.unique(np.stack([frame.rows(y, 1), frame.columns(x, 1)]), axis=1)
    for row, column in places.T:
        cells[row][column] = (mark, index)


def _legend(drawn: list[str], curves: Mapping[str, Curve]) -> Text:
    text = Text(" " * LABEL)
    for index, key in enumerate(drawn):
        values = curves[key][1]
        gaps = int(np.sum(~np.isfinite(values)))
        told = f" {values[-1]:.4g}" + (f" ({gaps:,} not finite)" if gaps else "")
        text.append(MARKS[index % len(MARKS)], style=COLOURS[index % len(COLOURS)])
        text.append(f" {key}{told}   ")
    text.rstrip()
    return text


def _placed(share: NDArray[np.floating[Any]], count: int) -> NDArray[np.int64]:
    """Return the cell, of so many, for each share from 0 to 1."""
    return np.clip((share * (count - 1) + 0.5).astype(np.int64), 0, count - 1)
