"""StorageStrip: the storage behind a tensor that was moved, slot by slot, and whether another tensor shares it."""

from dataclasses import replace
from math import prod

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from app.pages.tensors.grid import TensorGrid
from app.pages.tensors.stride_arcs import Arc, StrideArcs
from app.pages.tensors.trace import Masks
from app.plots.cell_layout import Cell
from engine.tensors.picture import ChainPicture, StepPicture, TensorPicture
from engine.tensors.reach import Mask

MOST_SLOTS = 96
WIDE, HIGH = 46.0, 26.0


def slots_of(tensor: TensorPicture) -> NDArray[np.intp]:
    """Return for each cell its slot in the storage: offset + Σ index · stride."""
    found = np.full(tensor.shape, tensor.offset, dtype=np.intp)
    for axis, stride in enumerate(tensor.strides):
        shape = [1] * len(tensor.shape)
        shape[axis] = -1
        found += np.arange(tensor.shape[axis]).reshape(shape) * stride
    return found


def storage_of(tensor: TensorPicture, filled: TensorPicture | None = None) -> TensorPicture | None:
    """Return the storage of a tensor as a row of slots, filled with the cells of `filled`, which reads more of the same;
    None where it has too many slots, or some of them are read by neither.
    """
    reader = filled or tensor
    slots = tensor.physical_bytes * prod(tensor.shape) // tensor.logical_bytes if tensor.logical_bytes else 0
    if not 0 < slots <= MOST_SLOTS or not reader.is_whole:
        return None
    values = np.zeros(slots, dtype=reader.values.dtype)
    known = np.zeros(slots, dtype=bool)
    places = slots_of(reader)
    values[places], known[places] = reader.values, True
    if not known.all():
        return None
    return replace(tensor, shape=(slots,), values=values, strides=(1,), offset=0, axes=(0,), kind="storage")


class StorageStrip(QWidget):
    """One row of slots with a sentence over it; the slots of lit cells are lit."""

    pointed = Signal(int, object)  # number, the cell in a slot or None

    def __init__(self, path: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._verdict = QLabel(self)
        self._verdict.setProperty("role", "muted")
        self._grid = TensorGrid(f"{path}.slots", self)
        self._grid.showsRuler = False
        self._arcs = StrideArcs(self)
        self._result: tuple[int, TensorPicture] | None = None
        self._readers: dict[int, NDArray[np.intp]] = {}
        self._slots = 0
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._verdict)
        layout.addWidget(self._arcs)
        layout.addWidget(self._grid)
        self._grid.hovered.connect(self._tell)

    def setStep(self, chain: ChainPicture, step: StepPicture, width: float) -> None:
        """Show the storage of the result of a step that only moves cells; hides for any other."""
        result = chain.tensors[step.number]
        is_moved = step.kind == "moved" and len(step.operands) == 1
        self._readers, self._slots = {}, 0
        self.setVisible(is_moved)
        if not is_moved:
            return
        source = chain.tensors[step.operands[0]]
        shares = result.verdict == "viewed"
        self._verdict.setText(self._sentence(source, result, shares))
        storage = storage_of(result, source if shares else None) or storage_of(result)
        self._grid.setVisible(storage is not None)
        self._arcs.setVisible(storage is not None)
        self._arcs.setArcs(())
        if storage is None:
            return
        self._slots = storage.shape[0]
        self._readers = {step.number: slots_of(result)}
        self._result = (step.number, result)
        if shares:
            self._readers[step.operands[0]] = slots_of(source)
        wide = max(8.0, min(WIDE, (width - 40) / self._slots))
        self._grid.setTensor(step.number, storage, float(int(wide)), HIGH)

    def setLit(self, masks: Masks | None) -> None:
        """Light the slots of the lit cells."""
        if self._grid.isHidden() or not self._slots:
            return
        self._arcs.setArcs(self._arcs_of(masks))
        if masks is None:
            self._grid.setLit(None)
            return
        lit: Mask = np.zeros(self._slots, dtype=bool)
        for number, slots in self._readers.items():
            if number in masks:
                lit[slots[masks[number]]] = True
        self._grid.setLit(lit)

    def _arcs_of(self, masks: Masks | None) -> tuple[Arc, ...]:
        """From the slot of the one cell of the result that is lit, a stride along each axis that goes on."""
        if masks is None or self._result is None or masks.get(self._result[0], np.zeros(0)).sum() != 1:
            return ()
        number, tensor = self._result
        cell = tuple(int(one) for one in np.argwhere(masks[number])[0])
        slot = int(self._readers[number][cell])
        found = []
        for axis, (place, length, stride) in enumerate(zip(cell, tensor.shape, tensor.strides, strict=True)):
            if place + 1 < length and stride:
                start, end = (self._grid.pointAt((one,)).x() for one in (slot, slot + stride))
                found.append(Arc(start, end, tensor.axes[axis], f"+{stride}"))
        return tuple(found)

    def arcs(self) -> StrideArcs:
        """Return the arcs over the slots."""
        return self._arcs

    def slots(self) -> TensorGrid:
        """Return the row of slots."""
        return self._grid

    def sentence(self) -> str:
        """Return the verdict."""
        return self._verdict.text()

    def _sentence(self, source: TensorPicture, result: TensorPicture, shares: bool) -> str:
        strides = f"{_listed(source.strides)} → {_listed(result.strides)}"
        place = " + ".join([*([str(result.offset)] if result.offset else []), *_terms(len(result.strides), result)])
        if shares:
            return self.tr("Shared storage, nothing copied: strides {0}; slot = {1}").format(strides, place or "0")
        why = "" if source.contiguous else self.tr(" The cells of {0} do not lie in this order.").format(source.name)
        return self.tr("Copied into storage of its own.{0} Strides {1}; slot = {2}").format(why, strides, place or "0")

    def _tell(self, number: int, slot: Cell | None) -> None:
        if slot is None:
            self.pointed.emit(number, None)
            return
        found = np.argwhere(self._readers[number] == slot[0])
        self.pointed.emit(number, tuple(int(one) for one in found[0]) if len(found) else None)


def _listed(strides: Cell) -> str:
    return f"({', '.join(map(str, strides))})"


def _terms(rank: int, tensor: TensorPicture) -> list[str]:
    names = "ijkl"[:rank] if rank <= 4 else [f"i{axis}" for axis in range(rank)]
    return [f"{name}·{stride}" for name, stride in zip(names, tensor.strides, strict=True)]
