"""The small button beside a plot's title that offers its picture and its numbers."""

from PySide6.QtCore import QPoint, Qt, Slot
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from app.icons import icon


class ExportButton(QToolButton):
    """Opens the export menu of one plot."""

    def __init__(self, plot: QWidget, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._plot = plot
        self.setIcon(icon("export"))
        self.setAutoRaise(True)
        self.setAccessibleName(self.tr("Export {0}").format(title))
        self.setToolTip(self.tr("Save this plot as PNG or SVG, or its numbers as CSV"))
        self.clicked.connect(self._open)

    @Slot()
    def _open(self) -> None:
        make = getattr(self._plot, "exportMenu", None)
        if make is not None:
            menu: QMenu = make()
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.popup(self.mapToGlobal(QPoint(0, self.height())))
