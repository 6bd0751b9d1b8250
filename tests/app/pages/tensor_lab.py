"""A stand-in for the engine thread whose tensors lab is in this process; answers go the way of the pipe."""

import io
import itertools
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.pages.tensors.grid import TensorGrid
from app.pages.tensors.playground import Playground
from engine.jobs.lab import _plain, sentence
from engine.jobs.raw import packed, unpacked
from engine.jobs.requests import Call


def sent(value: object) -> Any:
    """Return a value as it comes out of a lab's pipe."""
    pipe = io.BytesIO(b"".join(bytes(part) for part in packed({"value": value}, _plain)))
    return unpacked(pipe.readline(), pipe)["value"]


class LabEngine(QObject):
    """What a page asks is kept until the test lets it be answered."""

    answered = Signal(int, object)
    failed = Signal(int, str)
    progressed = Signal(int, object)

    def __init__(self, workspace: Path) -> None:
        super().__init__()
        self.workspace = workspace
        self.asked: dict[int, tuple[str, str, dict[str, Any]]] = {}
        self._tickets = itertools.count(1)

    def ask(self, lab: str, method: str, params: dict[str, Any]) -> int:
        ticket = next(self._tickets)
        self.asked[ticket] = (lab, method, params)
        return ticket

    def cancel(self, ticket: int) -> None:
        self.asked.pop(ticket, None)

    def answer(self) -> list[str]:
        """Answer all that was asked; returns the methods."""
        from engine.jobs.tensor_requests import METHODS

        methods = []
        while self.asked:
            ticket = min(self.asked)
            lab, method, params = self.asked.pop(ticket)
            assert lab == "tensors"
            methods.append(method)
            try:
                result = METHODS[method](Call(self.workspace, print, lambda: False), **params)
            except Exception as error:
                self.failed.emit(ticket, sentence(error))
                continue
            self.answered.emit(ticket, sent(result))
        return methods


class Hand:
    """Uses a playground as somebody with a mouse."""

    def __init__(self, page: Playground, engine: LabEngine) -> None:
        self.page = page
        self.engine = engine
        engine.answer()

    def show(self, text: str) -> None:
        self.page.view.field.setPlainText(text)
        self.page.view.field.changed.emit(text)
        self.engine.answer()

    def grid(self, name: str, card: int = -1) -> TensorGrid:
        """The cells of a tensor on a card."""
        chain = self.page.chain()
        assert chain is not None
        grids = [pane.grid for pane in self.page.view.cards[card].panes()]
        return next(grid for grid in grids if chain.tensors[grid.number].name == name)

    def point(self, grid: TensorGrid, cell: tuple[int, ...]) -> None:
        at = grid.pointAt(cell)
        self._send(grid, QEvent.Type.MouseMove, at, Qt.MouseButton.NoButton)

    def double_click(self, grid: TensorGrid, cell: tuple[int, ...]) -> None:
        self._send(grid, QEvent.Type.MouseButtonDblClick, grid.pointAt(cell), Qt.MouseButton.LeftButton)

    @staticmethod
    def _send(grid: TensorGrid, kind: QEvent.Type, at: QPointF, button: Qt.MouseButton) -> None:
        there = grid.mapToGlobal(at)
        QApplication.sendEvent(grid, QMouseEvent(kind, at, there, button, button, Qt.KeyboardModifier.NoModifier))


def open_hand(workspace: Path, qtbot: QtBot) -> Hand:
    """Open a playground on a workspace."""
    engine = LabEngine(workspace)
    page = Playground(engine)
    qtbot.addWidget(page)
    page.resize(1100, 700)
    page.show()
    return Hand(page, engine)


def lit(grid: TensorGrid) -> list[list[int]]:
    """Return the cells of a tensor that are lit."""
    assert grid.lit is not None
    found: list[list[int]] = np.argwhere(grid.lit).tolist()
    return found
