"""TitleLine: the name of the tensor on show, what is subtracted from it, and what it is. It asks for nothing."""

from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from app.pages.tensors.inspected import Chosen, Stats, bytes_text, form_text
from app.widgets import ElidedLabel
from engine.inspecting.asked import Named


class TitleLine(QWidget):
    """One line above the map."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._title, self._about = ElidedLabel(self), QLabel(self)
        self._title.setProperty("role", "subtitle")
        self._title.setObjectName("tensors.inspector.title")
        self._about.setProperty("role", "muted")
        self._about.setObjectName("tensors.inspector.about")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(self._title, 1)
        row.addWidget(self._about)

    def setTensor(self, chosen: Chosen, minus: Named | None, other: str, whole: Stats | None) -> None:
        """Name a tensor, and what is subtracted from it with the `other` file's title; what is not finite is counted once
        the `whole` is known."""
        entry, over = chosen.entry, chosen.opened.over
        name = entry.name
        if minus is not None:
            same = minus.name == entry.name
            name = f"{name}: {chosen.opened.short_title} − {other}" if same else f"{name} − {minus.name} · {other}"
        self._title.setText(name)
        parts = [form_text(entry.dtype, entry.shape), bytes_text(entry.size)]
        if over:
            parts.append(self.tr("over {0} checkpoints").format(len(over)))
        if whole is not None:
            odd = (("NaN", whole.nan), ("+∞", whole.plus_inf), ("−∞", whole.minus_inf))
            parts += [f"{name} {number:,}" for name, number in odd if number]
        self._about.setText("   ·   ".join(parts))

    def text(self) -> str:
        """Return the name, and what is subtracted."""
        return self._title.text()
