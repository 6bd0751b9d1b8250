"""A tensor over checkpoints: its mean and spread, and how far it moved since the one before."""

from typing import Any

import numpy as np
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from app.plots import XYPlot
from app.theme import theme, themeNotifier

HEIGHT = 128


class TrendPlot(QWidget):
    """Curves over the checkpoints of a run, named above them in their colours."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._plot = XYPlot(self)
        self._plot.setObjectName("tensors.inspector.trend")
        self._plot.setAccessibleName(self.tr("Statistics of the tensor over checkpoints"))
        self._plot.setToolTip(
            self.tr("Standard deviation, mean, and the largest change of a number since the checkpoint before")
        )
        self._plot.setFixedHeight(HEIGHT)
        self._key = QLabel(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self._key)
        layout.addWidget(self._plot)
        themeNotifier().changed.connect(self._say)
        self._say()
        self.hide()

    def clear(self) -> None:
        """Show nothing until the lab has told."""
        self._plot.clear()

    def setRows(self, rows: list[dict[str, Any]]) -> None:
        """Show what the lab told of each checkpoint."""
        self.clear()
        for colour, name in enumerate(("std", "mean", "moved")):
            found = [(row["place"], _value(row, name)) for row in rows]
            known = [(place, value) for place, value in found if value is not None]
            if known:
                x, y = np.array(known, dtype=float).T
                self._plot.setCurve(name, x, y, "", colour, "dots")

    def points(self) -> list[tuple[str, float, float]]:
        """Return each point with the name of its curve."""
        return [(str(name), float(x), float(y)) for name, x, y in self._plot.numbers()[1]]  # type: ignore[arg-type]

    def _say(self) -> None:
        names = (self.tr("std"), self.tr("mean"), self.tr("largest change"))
        colours = [theme().seriesColor(place).name() for place in range(len(names))]
        parts = [f'<span style="color:{colour}">● {name}</span>' for name, colour in zip(names, colours, strict=True)]
        self._key.setText("&nbsp; ".join(parts))


def _value(row: dict[str, Any], name: str) -> float | None:
    if name == "moved":
        return None if row["shift"] is None else row["shift"]["largest"]
    return None if row["summary"] is None else row["summary"][name]
