"""RefusalCard: why an expression cannot be worked out, in a sentence, with the shapes and with fixes that were tried."""

import html
import re

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.pages.tensors.catalogue import sign_of
from app.theme import theme, themeNotifier
from app.widgets import push_button
from engine.tensors.picture import FixPicture, RefusalPicture

MAX_FIXES = 3
_BESIDE = 80  # points of a row that are neither a fix nor its note
_LEAST = 160


class RefusalCard(QFrame):
    """A card with up to three fixes; pressing one gives what to write instead."""

    fixChosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("tensors.refusal")
        self.setProperty("role", "card")
        self._refusal: RefusalPicture | None = None
        self._sentence, self._shapes, self._hidden, self._raw = (QLabel(self) for _ in range(4))
        self._fixes = [
            push_button(self, f"tensors.refusal.fix{place}", self.tr("Fix"), "", "") for place in range(MAX_FIXES)
        ]
        self._notes = [QLabel(self) for _ in range(MAX_FIXES)]
        self._fold = QPushButton(self.tr("What torch says"), self)
        self._arrange()
        self._fold.toggled.connect(self._raw.setVisible)
        for button in self._fixes:
            button.clicked.connect(self._choose)
        themeNotifier().changed.connect(self._word)

    def setRefusal(self, refusal: RefusalPicture | None) -> None:
        """Explain a refusal; the card hides where there is none."""
        self._refusal = refusal
        self.setVisible(refusal is not None)
        if refusal is None:
            return
        self._word()
        self._hidden.setText(self.tr("Unasked, torch takes a step before: {0}").format(refusal.hidden))
        self._hidden.setVisible(bool(refusal.hidden))
        for place, (button, note) in enumerate(zip(self._fixes, self._notes, strict=True)):
            self._offer(button, note, refusal.fixes[place] if place < len(refusal.fixes) else None)
        self._fold.setVisible(bool(refusal.raw))
        self._fold.setChecked(False)
        self._raw.setText(refusal.raw)
        self._raw.setVisible(False)

    def refusal(self) -> RefusalPicture | None:
        """Return what is explained."""
        return self._refusal

    def _offer(self, button: QPushButton, note: QLabel, fix: FixPicture | None) -> None:
        button.setVisible(fix is not None)
        note.setVisible(fix is not None)
        if fix is not None:
            shape = f"[{', '.join(map(str, fix.shape))}]"
            button.setAccessibleName(fix.text)
            button.setToolTip(self.tr("Write {0} instead; it gives {1}").format(fix.text, shape))
            note.setText(f"→ {shape}   {fix.note}")
            self._shorten(button, note, fix.text)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Write as much of each fix as there is room for."""
        super().resizeEvent(event)
        for button, note in zip(self._fixes, self._notes, strict=True):
            if not button.isHidden():
                self._shorten(button, note, button.accessibleName())

    def _shorten(self, button: QPushButton, note: QLabel, text: str) -> None:
        """Leave out the middle of a fix that does not fit beside its note; the tooltip has all of it."""
        room = self.contentsRect().width() - note.sizeHint().width() - _BESIDE
        button.setText(button.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, max(room, _LEAST)))

    @Slot()
    def _choose(self) -> None:
        place = self._fixes.index(self.sender())  # type: ignore[arg-type]
        if self._refusal is not None:
            self.fixChosen.emit(self._refusal.fixes[place].text)

    @Slot()
    def _word(self) -> None:
        if self._refusal is None:
            return
        self._sentence.setText(_coloured(self._refusal))
        self._shapes.setText(_shapes(self._refusal))
        self._shapes.setVisible(bool(self._refusal.operands))

    def _arrange(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 12)
        layout.setSpacing(8)
        for label, role in (
            (self._sentence, "subtitle"),
            (self._shapes, ""),
            (self._hidden, "muted"),
        ):
            label.setProperty("role", role)
            label.setTextFormat(Qt.TextFormat.RichText)
            label.setWordWrap(True)
            layout.addWidget(label)
        self._hidden.setTextFormat(Qt.TextFormat.PlainText)
        self._shapes.setFont(theme().monoFont(1.15))
        for button, note in zip(self._fixes, self._notes, strict=True):
            button.setFont(theme().monoFont())
            note.setProperty("role", "muted")
            row = QHBoxLayout()
            row.setSpacing(12)
            row.addWidget(button)
            row.addWidget(note)
            row.addStretch()
            layout.addLayout(row)
        self._fold.setObjectName("tensors.refusal.raw")
        self._fold.setAccessibleName(self._fold.text())
        self._fold.setCheckable(True)
        self._fold.setProperty("fold", "quiet")
        self._raw.setFont(theme().monoFont(0.95))
        self._raw.setWordWrap(True)
        self._raw.setTextFormat(Qt.TextFormat.PlainText)
        self._raw.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        layout.addWidget(self._fold, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addWidget(self._raw)
        self.setVisible(False)


def _colour(place: int) -> str:
    return theme().seriesColor(place).name()


def _coloured(refusal: RefusalPicture) -> str:
    """The sentence with each clashing length in the colour that it has in the shapes."""
    text = html.escape(refusal.sentence)
    shapes = [shape for _, shape in refusal.operands]
    for place, (operand, dim) in enumerate(refusal.dims):
        if operand < len(shapes) and dim < len(shapes[operand]):
            length = shapes[operand][dim]
            bold = f'<span style="color:{_colour(place)}">\\1</span>'
            text = re.sub(rf"(?<![\w\">#;])({length})(?![\w<;])", bold, text, count=1)
    return text


def _shapes(refusal: RefusalPicture) -> str:
    """The operands with their shapes; what clashes is coloured and underlined."""
    parts = []
    for operand, (name, shape) in enumerate(refusal.operands):
        lengths = [
            _marked(length, refusal.dims.index((operand, dim))) if (operand, dim) in refusal.dims else str(length)
            for dim, length in enumerate(shape)
        ]
        parts.append(f"{html.escape(name)} [{', '.join(lengths)}]")
    sign = html.escape(sign_of(refusal.operation) or ",")
    return f'&nbsp;<span style="color:{theme().muted}">{sign}</span>&nbsp;'.join(parts)


def _marked(length: int, place: int) -> str:
    return f'<b><u style="color:{_colour(place)}">{length}</u></b>'
