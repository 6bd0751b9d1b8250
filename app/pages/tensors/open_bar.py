"""OpenBar: the buttons that open files and the checkpoints of runs, and compare what is open. It opens nothing itself: it is
told what there is to choose from, and tells what was chosen."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QWidget

from app.pages.tensors.inspected import Opened
from app.widgets import push_button

MOST_RUNS = 40


class OpenBar(QWidget):
    """Three buttons; what the menus of two of them offer is asked for when they are opened."""

    fileWanted = Signal()
    runsAsked = Signal()
    runChosen = Signal(str, str)  # id, name
    othersAsked = Signal()
    comparisonChosen = Signal(object, object)  # Opened, Opened

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        tr = self.tr
        file = push_button(self, "tensors.inspector.open", tr("Open …"), "open", tr("Open files of tensors"))
        runs = push_button(
            self, "tensors.inspector.runs", tr("From a run"), "runs", tr("Open the checkpoints of a run")
        )
        others = push_button(
            self, "tensors.inspector.with", tr("Compare"), "", tr("Compare all tensors of this file with another’s")
        )
        self.runs, self.others = _menu_of(runs), _menu_of(others)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        for button in (file, runs, others):
            row.addWidget(button)
        row.addStretch(1)
        file.clicked.connect(self.fileWanted)
        self.runs.aboutToShow.connect(self._ask_runs)
        self.runs.triggered.connect(self._choose_run)
        self.others.aboutToShow.connect(self.othersAsked)
        self.others.triggered.connect(self._choose_comparison)

    def setRuns(self, runs: Sequence[dict[str, str]]) -> None:
        """Offer runs that have checkpoints."""
        self.runs.clear()
        for run in runs[:MOST_RUNS]:
            self.runs.addAction(run["name"]).setData((run["id"], run["name"]))
        if not runs:
            self.runs.addAction(self.tr("No run has checkpoints yet")).setEnabled(False)

    def setOthers(self, own: Opened | None, files: Sequence[Opened]) -> None:
        """Offer the other files for a comparison with the one on show."""
        self.others.clear()
        others = [one for one in files if one is not own and not one.over]
        if own is None or own.over or not others:
            text = self.tr("Choose a tensor of a single checkpoint") if own is not None and own.over else ""
            self.others.addAction(text or self.tr("Open a second file to compare it with")).setEnabled(False)
            return
        for other in others:
            text = self.tr("{0} with {1}").format(own.short_title, other.title_beside(own))
            self.others.addAction(text).setData((own, other))

    @Slot()
    def _ask_runs(self) -> None:
        self.runs.clear()
        self.runs.addAction(self.tr("Looking for runs …")).setEnabled(False)
        self.runsAsked.emit()

    @Slot(object)
    def _choose_run(self, action: Any) -> None:
        if action.data() is not None:
            self.runChosen.emit(*action.data())

    @Slot(object)
    def _choose_comparison(self, action: Any) -> None:
        if action.data() is not None:
            self.comparisonChosen.emit(*action.data())


def _menu_of(button: QPushButton) -> QMenu:
    menu = QMenu(button)
    button.setMenu(menu)
    return menu
