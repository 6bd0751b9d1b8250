"""What every plot does, whatever it draws."""

import numpy as np
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QScrollArea, QVBoxLayout, QWidget

from app.plots import CurvePlot


def test_that_the_wheel_scrolls_the_page_until_the_plot_is_clicked(qtbot):
    page, inner = QScrollArea(), QWidget()
    qtbot.addWidget(page)
    layout = QVBoxLayout(inner)
    plot = CurvePlot()
    plot.setFixedHeight(300)
    layout.addWidget(plot)
    layout.addSpacing(900)
    page.setWidget(inner)
    page.setWidgetResizable(True)
    page.resize(500, 400)
    page.show()
    qtbot.waitExposed(page)
    plot.setCurve("a", np.arange(3.0), np.arange(3.0))
    qtbot.waitUntil(plot.isCurrent)
    plot.clearFocus()
    bar = page.verticalScrollBar()

    turn(plot.view.viewport())
    assert bar.value() > 0 and plot._following
    bar.setValue(0)
    qtbot.mouseClick(plot.view.viewport(), Qt.MouseButton.LeftButton)
    turn(plot.view.viewport())
    assert bar.value() == 0 and not plot._following


def turn(widget):
    middle = QPointF(widget.rect().center())
    event = QWheelEvent(
        middle,
        widget.mapToGlobal(middle),
        QPoint(),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)
