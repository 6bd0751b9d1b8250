"""Comparing a tensor with another: which one is subtracted, as difference or share of it, and how much they differ."""

import re
from html import escape

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLabel, QWidget

from app.amounts import count
from app.pages.tensors.inspected import Entry, Gap, Opened
from app.widgets import LinkLabel
from engine.amounts import percent
from engine.inspecting.asked import Named


class DifferenceBar(QWidget):
    """What is subtracted from the tensor on show. Only tensors of its shape are offered. `told` says how much they differ;
    whoever lays this out finds it a place.
    """

    changed = Signal()
    sought = Signal(object)  # index

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        tr = self.tr
        self._files = _box(self, "file", tr("Subtract from it a tensor of"), tr("The file whose tensor is subtracted"))
        self._names = _box(
            self, "tensor", tr("Tensor that is subtracted"), tr("Tensors of the same shape in that file")
        )
        self._relative = QCheckBox(tr("Relative"), self)
        self._relative.setObjectName("tensors.inspector.relative")
        self._relative.setAccessibleName(tr("Relative difference"))
        self._relative.setToolTip(tr("As a share of the larger of the two magnitudes"))
        self.told = LinkLabel(self)
        self.told.setObjectName("tensors.inspector.gap")
        self.told.setWordWrap(True)
        self._shelf: list[Opened] = []
        self._shape: tuple[int, ...] = ()
        self._own: Named | None = None
        self._gap: Gap | None = None
        self._arrange()
        self._files.activated.connect(self._choose_file)
        self._names.activated.connect(self._choose)
        self._relative.toggled.connect(self._choose)
        self.told.linkActivated.connect(self._go)

    def setTensor(self, shelf: list[Opened], own: Named | None, shape: tuple[int, ...]) -> None:
        """Offer what can be subtracted from a tensor; nothing is subtracted at first."""
        self._shelf, self._own, self._shape = shelf, own, shape
        self._fill_files(-1)
        self.setGap(None)

    def setShelf(self, shelf: list[Opened]) -> None:
        """Offer other files too; what is subtracted stays."""
        chosen = self._file()
        self._shelf = shelf
        self._fill_files(-1 if chosen is None or chosen not in shelf else shelf.index(chosen), keep_names=True)

    def subtract(self, opened: Opened, name: str) -> None:
        """Subtract a tensor of a file, without telling so."""
        self._fill_files(self._shelf.index(opened), name=name)

    def minus(self) -> Named | None:
        """Return what is subtracted, or None."""
        name = self._names.currentData()
        file = self._file()
        return None if file is None or name is None else Named(path=file.path, name=name)

    def isRelative(self) -> bool:
        """Whether the difference is a share."""
        return self._relative.isChecked() and self.minus() is not None

    def setGap(self, gap: Gap | None) -> None:
        """Say how much the two differ, with links to the places."""
        self._gap = gap
        self.told.setText("" if gap is None else self._sentence(gap))
        self.told.setVisible(gap is not None)

    def text(self) -> str:
        """Return what is said of the difference."""
        return self.told.text()

    def _sentence(self, gap: Gap) -> str:
        tr = self.tr
        if not gap.different:
            return tr("Both tensors are the same: all {0} numbers.").format(count(gap.count))
        parts = [tr("{0} of {1} numbers differ").format(count(gap.different), count(gap.count))]
        if gap.largest_at is not None:
            told = tr("at most by {0} at {1}").format(f"{gap.largest:.6g}", _link("largest", gap.largest_at))
            parts.append(told)
        if gap.relative_at is not None:
            parts.append(
                tr("relatively by {0} at {1}").format(
                    escape(percent(gap.relative, 3)), _link("relative", gap.relative_at)
                )
            )
        if gap.odd:
            parts.append(tr("{0} by NaN or ∞").format(count(gap.odd)))
        return " · ".join(parts)

    @Slot(str)
    def _go(self, which: str) -> None:
        place = None if self._gap is None else getattr(self._gap, f"{which}_at")
        if place is not None:
            self.sought.emit(place)

    @Slot()
    def _choose_file(self) -> None:
        file = self._file()
        self._fill_names(file, "")
        if file is not None and self._names.count() == 0:
            self.told.setText(self.tr("{0} has no other tensor of this shape.").format(file.title))
            self.told.show()
            return
        self._choose()

    @Slot()
    def _choose(self) -> None:
        self.setGap(None)
        self.changed.emit()

    def _fill_files(self, chosen: int, name: str = "", keep_names: bool = False) -> None:
        with QSignalBlocker(self._files):
            self._files.clear()
            self._files.addItem(self.tr("nothing"), -1)
            for place, opened in enumerate(self._shelf):
                if not opened.over:
                    self._files.addItem(self._titled(opened), place)
                    self._files.setItemData(self._files.count() - 1, opened.title, Qt.ItemDataRole.ToolTipRole)
            self._files.setCurrentIndex(max(0, self._files.findData(chosen)))
        if not keep_names:
            self._fill_names(self._file(), name)

    def _fill_names(self, file: Opened | None, name: str) -> None:
        fitting = [] if file is None else [one for one in file.entries if self._fits(file, one)]
        wanted = name or (self._own.name if self._own else "")
        with QSignalBlocker(self._names):
            self._names.clear()
            for entry in fitting:
                self._names.addItem(entry.name, entry.name)
            self._names.setCurrentIndex(max(0, self._names.findData(wanted)))
        self._names.setVisible(bool(fitting))
        self._relative.setVisible(bool(fitting))

    def title(self) -> str:
        """Return what the file of the tensor that is subtracted is called; nothing where none is."""
        file = self._file()
        return "" if file is None or self.minus() is None else self._titled(file)

    def _titled(self, opened: Opened) -> str:
        """Checkpoints of one run are told apart by what they are in it."""
        groups = {one.group for one in self._shelf if not one.over}
        return opened.short_title if len(groups) == 1 else opened.title

    def words(self) -> str:
        """Return what is said of the difference, as plain text."""
        return re.sub(r"<[^>]+>", "", self.told.text()) if not self.told.isHidden() else ""

    def _fits(self, file: Opened, entry: Entry) -> bool:
        is_itself = self._own == Named(path=file.path, name=entry.name)
        return entry.shape == self._shape and not entry.problem and not is_itself

    def _file(self) -> Opened | None:
        place = self._files.currentData()
        return None if place is None or not 0 <= place < len(self._shelf) else self._shelf[place]

    def _arrange(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        title = QLabel(self.tr("Subtract"), self)
        title.setProperty("role", "muted")
        row.addWidget(title)
        row.addWidget(self._files)
        row.addWidget(self._names)
        row.addWidget(self._relative)
        self._names.hide()
        self._relative.hide()
        self.told.hide()


def _link(which: str, index: tuple[int, ...]) -> str:
    return f'<a href="{which}">[{", ".join(map(str, index))}]</a>'


def _box(parent: QWidget, path: str, name: str, explanation: str) -> QComboBox:
    box = QComboBox(parent)
    box.setObjectName(f"tensors.inspector.minus.{path}")
    box.setAccessibleName(name)
    box.setToolTip(explanation)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(12)
    return box
