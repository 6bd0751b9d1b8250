"""An operation taken apart into frames: cell by cell, and a product of matrices also by products, rows, columns and
outer products. Plain arrays; no widget."""

from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.pages.tensors.stages import stages_of
from app.plots.cell_layout import Cell
from app.plots.tensor_colors import number_format
from engine.tensors.picture import ChainPicture, StepPicture
from engine.tensors.reach import Mask

MOST_CELLS = 4096
PRODUCTS = ("matmul", "mm")


class Mode(Enum):
    """In which order a result is made."""

    CELLS = "cells"
    DOT = "dot"
    ROWS = "rows"
    COLUMNS = "columns"
    OUTER = "outer"
    STAGES = "stages"


@dataclass(frozen=True)
class Frame:
    """What is lit of the operands, in their order, and of the result; `values` are the result's so far, None where it is
    whole; `text` says it with numbers."""

    operands: tuple[Mask, ...]
    result: Mask
    text: str = ""
    values: NDArray[Any] | None = None


def modes_of(chain: ChainPicture, step: StepPicture) -> list[Mode]:
    """Return the ways in which a step can be taken apart; none where it is large or its cells cannot be traced here."""
    result = chain.tensors[step.number]
    if not step.operands or None in step.reaches or not 1 < result.values.size <= MOST_CELLS or not result.is_whole:
        return []
    operands = [chain.tensors[number] for number in step.operands]
    if not all(one.has_values for one in (*operands, result)):
        return [Mode.CELLS]
    if step.operation in PRODUCTS and all(one.is_whole and len(one.shape) == 2 for one in operands):
        return [Mode.CELLS, Mode.DOT, Mode.ROWS, Mode.COLUMNS, Mode.OUTER]
    return [Mode.CELLS, Mode.STAGES] if stages_of(chain, step) else [Mode.CELLS]


def length_of(chain: ChainPicture, step: StepPicture, mode: Mode) -> int:
    """Return how many frames there are."""
    shape = chain.tensors[step.number].shape
    if mode is Mode.STAGES:
        return len(stages_of(chain, step))
    if mode in (Mode.DOT, Mode.OUTER):
        return chain.tensors[step.operands[0]].shape[1]
    return {Mode.ROWS: shape[0], Mode.COLUMNS: shape[-1]}[mode] if mode is not Mode.CELLS else int(np.prod(shape))


def cell_of(chain: ChainPicture, step: StepPicture, place: int) -> Cell:
    """Return the cell of the result with this place, row by row."""
    return tuple(int(one) for one in np.unravel_index(place, chain.tensors[step.number].shape))


def frame_of(chain: ChainPicture, step: StepPicture, mode: Mode, place: int, cell: Cell) -> Frame:
    """Return one frame; `cell` is the one whose products are summed in `Mode.DOT`."""
    if mode is Mode.DOT:
        return _dot(chain, step, place, cell)
    if mode is Mode.OUTER:
        return _outer(chain, step, place)
    if mode is Mode.STAGES:
        text, values = stages_of(chain, step)[place]
        whole = tuple(np.ones(chain.tensors[number].shape, dtype=bool) for number in (*step.operands, step.number))
        return Frame(whole[:-1], whole[-1], text, values)
    lit = np.zeros(chain.tensors[step.number].shape, dtype=bool)
    where: Any = place if mode is Mode.ROWS else (slice(None), place)
    lit[cell_of(chain, step, place) if mode is Mode.CELLS else where] = True
    text = "" if mode is Mode.CELLS else _strip(chain, step, mode, place)
    return Frame(tuple(reach.sources(lit) for reach in step.reaches if reach is not None), lit, text)


def _strip(chain: ChainPicture, step: StepPicture, mode: Mode, place: int) -> str:
    """Say which row or column of a product is made of what."""
    a, b, c = (chain.tensors[number].name for number in (*step.operands, step.number))
    if mode is Mode.ROWS:
        return f"{c}[{place}, :] = {a}[{place}, :] @ {b}"
    return f"{c}[:, {place}] = {a} @ {b}[:, {place}]"


def _dot(chain: ChainPicture, step: StepPicture, place: int, cell: Cell) -> Frame:
    a, b = (chain.tensors[number].values for number in step.operands)
    row, column = cell
    left, right = np.zeros(a.shape, dtype=bool), np.zeros(b.shape, dtype=bool)
    left[row, : place + 1] = right[: place + 1, column] = True
    lit = np.zeros((a.shape[0], b.shape[1]), dtype=bool)
    lit[cell] = True
    x, y = a[row, place], b[place, column]
    before, now = (float(a[row, :end].astype(float) @ b[:end, column].astype(float)) for end in (place, place + 1))
    written = number_format(np.array([before, now, float(x), float(y)]))
    name = f"{chain.tensors[step.number].name}[{row}, {column}]"
    text = f"{name}   k = {place}:   {written(before)} + {written(x)}·{_bracketed(written(y))} = {written(now)}"
    values = chain.tensors[step.number].values.astype(np.float64)
    values[cell] = now
    return Frame((left, right), lit, text, values)


def _outer(chain: ChainPicture, step: StepPicture, place: int) -> Frame:
    a, b = (chain.tensors[number].values for number in step.operands)
    left, right = np.zeros(a.shape, dtype=bool), np.zeros(b.shape, dtype=bool)
    left[:, place] = right[place, :] = True
    so_far = a[:, : place + 1].astype(np.float64) @ b[: place + 1].astype(np.float64)
    text = f"k = {place}:   + column {place} × row {place}"
    return Frame((left, right), np.ones(so_far.shape, dtype=bool), text, so_far)


def _bracketed(text: str) -> str:
    return f"({text})" if text.startswith("−") else text
