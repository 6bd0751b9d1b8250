"""FormulaStrip: how the cell that is pointed at was computed, with its numbers put in, and where it lies."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from app.plots.cell_layout import Cell
from app.theme import theme
from engine.tensors.picture import TensorPicture

LINES = 2  # of a formula


class FormulaStrip(QFrame):
    """Some lines at the foot of the page, always as high."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("tensors.formula")
        self.setProperty("role", "card")
        self._formula, self._cell = QLabel(self), QLabel(self)
        self._formula.setObjectName("tensors.formula.text")
        self._formula.setFont(theme().monoFont(1.0))
        self._formula.setWordWrap(True)
        self._formula.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self._formula.setMaximumHeight(LINES * QFontMetrics(self._formula.font()).lineSpacing() + 2)
        self._cell.setProperty("role", "small")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 8, 16, 8)
        layout.setSpacing(2)
        layout.addWidget(self._formula)
        layout.addWidget(self._cell)
        layout.addStretch()
        self.setFixedHeight(self._formula.maximumHeight() + self._cell.sizeHint().height() + 20)
        self.clear()

    def setCell(self, tensor: TensorPicture, cell: Cell) -> None:
        """Say which cell it is at once; the formula comes."""
        known = tensor.has_values and all(
            place < length for place, length in zip(cell, tensor.values.shape, strict=True)
        )
        value = f"{tensor.values[cell].item()!r}" if known else "…"
        offset = tensor.offset + sum(place * stride for place, stride in zip(cell, tensor.strides, strict=True))
        name = f"{tensor.name}[{', '.join(map(str, cell))}]" if cell else tensor.name
        terms = " + ".join(f"{place}·{stride}" for place, stride in zip(cell, tensor.strides, strict=True))
        start = f"{tensor.offset} + " if tensor.offset and terms else ""
        place = self.tr("place {0} in its storage").format(f"{start}{terms} = {offset}" if terms else str(offset))
        self._cell.setText(f"{name}{f' = {value}' if known else ''} · {place}")
        self._formula.setText(f"{name} = {value}" if not self._formula.text().startswith(f"{name} ") else self.text())

    def setFormula(self, text: str) -> None:
        """Show a formula."""
        self._formula.setText(text)
        self._formula.setToolTip(text)

    def setFrame(self, text: str) -> None:
        """Show how far something that is played has come."""
        self._formula.setText(text)
        self._cell.setText("")

    def text(self) -> str:
        """Return the formula that is shown."""
        return self._formula.text()

    def clear(self) -> None:
        """Say what can be done."""
        self._formula.setText(self.tr("Point at a cell to see what it is made of."))
        self._cell.setText(
            self.tr("Click to keep it, walk with the arrows, double-click a tensor of numbers to change it.")
        )
