"""What is uneven about the file's series, beside the choice of what becomes of it: gaps, repeats, times between steps."""

from typing import get_args

from pydantic import JsonValue
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPixmap
from PySide6.QtWidgets import QGridLayout, QLabel, QLineEdit, QWidget

from app.forms.editors import Editor, make_editor
from app.forms.row import EDITOR_WIDTH
from app.forms.wording import label_of
from app.pages.train import series_fields
from app.plots.series_plot import tone_colour
from app.theme import themeNotifier
from engine.catalog.series_view import IrregularKind, SeriesView
from engine.spec import RunSpec

KINDS: tuple[IrregularKind, ...] = get_args(IrregularKind)


class IrregularRows(QWidget):
    """A line for each kind that occurs; `changed` carries a dotted key and what is to become of it."""

    changed = Signal(str, object)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._signs: dict[IrregularKind, QLabel] = {}
        self._texts: dict[IrregularKind, QLabel] = {}
        self._choices: dict[IrregularKind, Editor] = {}
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setHorizontalSpacing(8)
        layout.setVerticalSpacing(8)
        layout.setColumnStretch(1, 1)
        for row, kind in enumerate(KINDS):
            self._add(layout, row, kind)
        self._paint_signs()
        themeNotifier().changed.connect(self._paint_signs)
        self.hide()

    def setSpec(self, spec: RunSpec) -> None:
        """Show what a specification chooses."""
        if spec.forecasting is None:
            return
        chosen = spec.forecasting.timeline.model_dump(mode="json")
        for kind, editor in self._choices.items():
            editor.setValue(chosen[series_fields.irregular_field(kind).name])

    def setView(self, view: SeriesView) -> None:
        """Show what was found."""
        found = {one.kind: one for one in view.irregular}
        for kind in KINDS:
            one = found.get(kind)
            for widget in (self._signs[kind], self._texts[kind], self._choices[kind]):
                widget.setVisible(one is not None)
            line = self._choices[kind].findChild(QLineEdit)
            if line is not None and kind == "off_grid":
                line.setPlaceholderText(self.tr("steps of {0}").format(view.frequency))
            if one is not None:
                words = (
                    self.tr("Gaps in this series: {0}.") if kind == "missing_steps" else self.tr("In this series: {0}.")
                )
                here = words.format(f"{one.here:,}") if view.count > 1 else ""
                self._texts[kind].setText(f"{one.text} {here}".strip())
        self.setVisible(bool(found))

    def _add(self, layout: QGridLayout, row: int, kind: IrregularKind) -> None:
        field = series_fields.irregular_field(kind)
        sign, text, editor = QLabel(self), QLabel(self), make_editor(field, self)
        sign.setFixedWidth(12)
        text.setObjectName(f"train.windows.{kind}.text")
        text.setWordWrap(True)
        text.setMinimumWidth(1)
        text.setBuddy(editor)
        editor.setObjectName(f"train.windows.{kind}")
        editor.setAccessibleName(label_of(field.key))
        editor.setToolTip(f"{label_of(field.key)}\n{field.help}")
        editor.setFixedWidth(EDITOR_WIDTH)
        editor.valueChanged.connect(self._tell)
        editor.left.connect(self.left)
        layout.addWidget(sign, row, 0, Qt.AlignmentFlag.AlignVCenter)
        layout.addWidget(text, row, 1)
        layout.addWidget(editor, row, 2, Qt.AlignmentFlag.AlignVCenter)
        self._signs[kind], self._texts[kind], self._choices[kind] = sign, text, editor

    @Slot(object)
    def _tell(self, value: JsonValue) -> None:
        kind = next(kind for kind, editor in self._choices.items() if editor is self.sender())
        self.changed.emit(series_fields.irregular_field(kind).key, value)
        self.left.emit()

    @Slot()
    def _paint_signs(self) -> None:
        for kind, sign in self._signs.items():
            picture = QPixmap(12, 12)
            picture.fill(Qt.GlobalColor.transparent)
            painter = QPainter(picture)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tone_colour("gap" if kind == "missing_steps" else kind)))
            if kind == "missing_steps":
                painter.drawRect(1, 0, 10, 12)
            else:
                painter.drawEllipse(2, 2, 8, 8)
            painter.end()
            sign.setPixmap(picture)
