"""A titled part of a form that can be folded. Holds widgets; knows nothing of what they edit."""

from PySide6.QtCore import QSize, Slot
from PySide6.QtWidgets import QPushButton, QSizePolicy, QVBoxLayout, QWidget

from app.icons import icon
from app.theme import theme


class Section(QWidget):
    """A heading that opens and closes what stands below it; a quiet one is a mere “More”."""

    def __init__(self, name: str, title: str, opened: bool, quiet: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.heading = QPushButton(self)
        self.heading.setObjectName(f"{name}.fold")
        self.heading.setText(title)
        self.heading.setAccessibleName(title)
        self.heading.setToolTip(self.tr("Show or hide these settings"))
        self.heading.setIconSize(QSize(14, 14))
        self.heading.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.heading.setProperty("fold", "quiet" if quiet else "heading")
        if not quiet:
            font = theme().font(1.05)
            font.setBold(True)
            self.heading.setFont(font)
        self._body = QWidget(self)
        self.content = QVBoxLayout(self._body)
        self.content.setContentsMargins(0, 4, 0, 8)
        self.content.setSpacing(8)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.heading)
        layout.addWidget(self._body)
        self.heading.clicked.connect(self._toggle)
        self.setOpened(opened)

    def setOpened(self, opened: bool) -> None:
        """Show or hide the content."""
        self._body.setVisible(opened)
        self.heading.setIcon(icon("chevron-down" if opened else "chevron-right", "muted"))

    def isOpened(self) -> bool:
        """Whether the content is shown."""
        return not self._body.isHidden()

    @Slot()
    def _toggle(self) -> None:
        self.setOpened(not self.isOpened())
