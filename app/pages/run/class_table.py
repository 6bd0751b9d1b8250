"""Precision, recall and F1 by class, kind of span or label, with their means: it shows numbers and averages them."""

from collections.abc import Mapping

from PySide6.QtWidgets import QWidget

from app.pages.run.rows_table import RowsTable
from app.pages.run.wording import figure

ROW_HEIGHT, MOST_ROWS = 28, 12
COLUMNS = ("precision", "recall", "f1", "support")


class ClassTable(RowsTable):
    """One line a class, then all together (micro), the mean of all (macro) and by how many there are (weighted)."""

    def __init__(self, what: str, parent: QWidget | None = None) -> None:
        super().__init__("run.results.classes", what, "", parent)
        self.setToolTip(self.tr("How well each one is found; Ctrl+C copies the selected rows"))
        self._what = what
        self.verticalHeader().hide()

    def setClasses(self, by_class: Mapping[str, Mapping[str, float]], micro: Mapping[str, float]) -> None:
        """Show the scores of each class by its name; `micro` are those of all decisions together, where they are known."""
        known = [name for name in COLUMNS if any(name in one for one in by_class.values())]
        titles = {
            "precision": self.tr("Precision"),
            "recall": self.tr("Recall"),
            "f1": self.tr("F1"),
            "support": self.tr("How many"),
        }
        lines = [(name, *(_cell(key, one.get(key)) for key in known)) for name, one in by_class.items()]
        total = sum(one.get("support", 0.0) for one in by_class.values())
        if micro:
            told = [total if key == "support" else micro.get(key) for key in known]
            lines.append((self.tr("all together (micro)"), *map(_cell, known, told)))
        if len(by_class) > 1:
            each = [1.0] * len(by_class)
            weights = [one.get("support", 0.0) for one in by_class.values()]
            for title, shares in ((self.tr("mean (macro)"), each), (self.tr("mean (weighted)"), weights)):
                told = [total if key == "support" else _mean(key, by_class, shares) for key in known]
                lines.append((title, *map(_cell, known, told)))
        self.setRows([self._what, *(titles[key] for key in known)], lines)
        self.setColumnWidth(0, 224)
        self.setFixedHeight(ROW_HEIGHT * min(MOST_ROWS, len(lines)) + 44)


def _mean(key: str, by_class: Mapping[str, Mapping[str, float]], shares: list[float]) -> float | None:
    total = sum(shares)
    if not total:
        return None
    return sum(one.get(key, 0.0) * share for one, share in zip(by_class.values(), shares, strict=True)) / total


def _cell(key: str, value: float | None) -> str | None:
    if value is None:
        return None
    return f"{value:,.0f}" if key == "support" else figure(value)
