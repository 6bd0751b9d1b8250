"""The Playground tab: the playground, and the lessons beside it."""

from typing import Any

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.engine_thread import EngineThread, Requests
from app.pages.tensors.lesson_panel import LessonPanel
from app.pages.tensors.playground import LAB, Playground
from app.resources import resources
from app.widgets import push_button
from engine.lessons import Exercise, read_lessons


class PlaygroundTab(QWidget):
    """Shows what a lesson asks for in the playground, and asks the lab about answers."""

    def __init__(self, engine: EngineThread, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.playground = Playground(engine, self)
        self.lessons = LessonPanel(read_lessons(resources("lessons")), self)
        self.lessons.hide()
        self._requests = Requests(engine, self)
        tr = self.tr
        self.opener = push_button(
            self, "tensors.lessons.open", tr("Lessons"), "help", tr("Short guided examples, each with an exercise")
        )
        self.opener.setProperty("quiet", True)
        self.opener.setCheckable(True)
        self._arrange()

    @Slot(bool)
    def showLessons(self, shown: bool) -> None:
        """Show or hide the lessons, which take the room of the list of operations."""
        self.lessons.setVisible(shown)
        self.playground.view.picker.setVisible(not shown)
        self.opener.setChecked(shown)

    @Slot()
    def _hide_lessons(self) -> None:
        self.showLessons(False)

    @Slot(object)
    def _judge(self, exercise: Exercise) -> None:
        text = self.playground.shown().text
        self._requests.ask("judge", LAB, "judge", text=text, exercise=exercise.model_dump(mode="json"))

    @Slot(str, object)
    def _take(self, _name: str, value: dict[str, Any]) -> None:
        self.lessons.setJudgement(value)

    @Slot(str, str)
    def _take_failure(self, _name: str, sentence: str) -> None:
        self.lessons.setFailure(sentence)

    def _arrange(self) -> None:
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(16)
        layout.addWidget(self.playground, 1)
        beside = QVBoxLayout()
        beside.setContentsMargins(0, 12, 0, 12)
        beside.addWidget(self.lessons)
        layout.addLayout(beside)
        self.opener.toggled.connect(self.showLessons)
        self.lessons.closed.connect(self._hide_lessons)
        self.lessons.expressionWanted.connect(self.playground.setExpression)
        self.lessons.judgementWanted.connect(self._judge)
        self._requests.answered.connect(self._take)
        self._requests.failed.connect(self._take_failure)
