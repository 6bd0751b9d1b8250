"""A tensor over checkpoints: its mean, spread and ends, and how far it moved since the one before."""

from typing import Any

import numpy as np
from PySide6.QtWidgets import QWidget

from app.plots import XYPlot

WIDTH, HEIGHT = 264, 190


class TrendPlot(XYPlot):
    """Curves over the checkpoints of a run."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("tensors.inspector.trend")
        self.setAccessibleName(self.tr("Statistics of the tensor over checkpoints"))
        self.setAxisLabels(self.tr("checkpoint"), "")
        self.setFixedSize(WIDTH, HEIGHT)
        self.hide()

    def setRows(self, rows: list[dict[str, Any]]) -> None:
        """Show what the lab told of each checkpoint."""
        names = {
            "std": self.tr("standard deviation"),
            "mean": self.tr("mean"),
            "moved": self.tr("largest change since the one before"),
        }
        self.clear()
        for colour, (name, text) in enumerate(names.items()):
            found = [(row["place"], _value(row, name)) for row in rows]
            known = [(place, value) for place, value in found if value is not None]
            if known:
                x, y = np.array(known, dtype=float).T
                self.setCurve(name, x, y, text, colour, "dots")


def _value(row: dict[str, Any], name: str) -> float | None:
    if name == "moved":
        return None if row["shift"] is None else row["shift"]["largest"]
    return None if row["summary"] is None else row["summary"][name]
