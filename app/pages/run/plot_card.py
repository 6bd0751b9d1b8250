"""A plot with its title and its export button, as every plot of the run pages is shown. Knows no run."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.plots import ExportButton


class PlotCard(QFrame):
    """A titled plot; `extra` widgets stand between the title and the export button."""

    def __init__(
        self, path: str, title: str, plot: QWidget, parent: QWidget | None = None, extra: tuple[QWidget, ...] = ()
    ) -> None:
        super().__init__(parent)
        self.setObjectName(path)
        self.setProperty("role", "card")
        self.plot = plot
        self._title = QLabel(title, self)
        self._title.setProperty("role", "cardtitle")
        self._value = QLabel(self)
        self._value.setProperty("role", "muted")
        self._hint = QLabel(self)
        self._hint.setProperty("role", "muted")
        self._hint.setWordWrap(True)
        self._hint.setContentsMargins(4, 0, 4, 0)  # as far from the edge as the title
        self._hint.hide()
        plot.setParent(self)
        plot.setAccessibleName(title)
        self._export = ExportButton(plot, title, self)
        self._export.setObjectName(f"{path}.export")
        head = self._head = QHBoxLayout()
        head.setContentsMargins(4, 0, 0, 0)
        head.setSpacing(8)
        head.addWidget(self._title)
        head.addStretch(1)
        head.addWidget(self._value)
        for widget in extra:
            head.addWidget(widget)
        head.addWidget(self._export, 0, Qt.AlignmentFlag.AlignRight)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 4, 8, 8)
        layout.setSpacing(2)
        layout.addLayout(head)
        layout.addWidget(plot, 1)
        layout.addWidget(self._hint)

    def setChooser(self, chooser: QWidget) -> None:
        """Put a widget that says and chooses what is shown in the title's place."""
        self._title.hide()
        self._head.insertWidget(0, chooser, 1)

    def title(self) -> str:
        """Return the title."""
        return self._title.text()

    def setTitle(self, title: str) -> None:
        """Give it another title."""
        self._title.setText(title)
        self.plot.setAccessibleName(title)

    def setValue(self, text: str) -> None:
        """Say beside the title what the plot's curve is at now."""
        self._value.setText(text)

    def value(self) -> str:
        """Return what is said beside the title."""
        return self._value.text()

    def setHint(self, text: str) -> None:
        """Say below the plot how to read it, or what is wrong with it."""
        self._hint.setText(text)
        self._hint.setVisible(bool(text))

    def hint(self) -> str:
        """Return what is said below the plot."""
        return self._hint.text()
