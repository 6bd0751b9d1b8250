"""Lessons beside the playground: choose one, walk its steps, solve its exercise. It shows texts and asks for expressions."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.pages.tensors.lesson_walk import LessonWalk
from app.settings import Settings
from app.widgets import push_button
from engine.lessons import Exercise, Lesson

WIDTH = 320
SOLVED = -1  # the place that is remembered of a lesson whose exercise was solved


class LessonPanel(QFrame):
    """A list of lessons, or one of them at one of its places."""

    expressionWanted = Signal(str)
    judgementWanted = Signal(object)  # an Exercise, to be compared with the expression that stands in the field
    closed = Signal()

    def __init__(self, lessons: Sequence[Lesson], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("tensors.lessons")
        self.setProperty("role", "card")
        self.setFixedWidth(WIDTH)
        self._lessons = tuple(lessons)
        self._walk: LessonWalk | None = None
        self._progress: list[QLabel] = []
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self._make_list())
        self._stack.addWidget(self._make_lesson())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 12)
        layout.addWidget(self._stack)

    def walk(self) -> LessonWalk | None:
        """Return where the reader is, None while no lesson is chosen."""
        return self._walk

    def openLesson(self, place: int) -> None:
        """Begin a lesson, or go on where it was left; one that was solved begins anew."""
        lesson = self._lessons[place]
        self._go(LessonWalk(lesson).moved(max(0, Settings().lessonPlace(lesson.title))))

    def setJudgement(self, value: dict[str, Any]) -> None:
        """Say whether the exercise is solved."""
        if value["right"] and self._walk is not None:
            Settings().setLessonPlace(self._walk.lesson.title, SOLVED)
        self._say(str(value["sentence"]), "good" if value["right"] else "warning")

    def setFailure(self, sentence: str) -> None:
        """Say why the answer could not be looked at."""
        self._say(sentence, "error")

    @Slot()
    def _open(self) -> None:
        self.openLesson(int(self.sender().property("lesson")))

    @Slot()
    def _show_list(self) -> None:
        self._walk = None
        self._word_progress()
        self._stack.setCurrentIndex(0)

    @Slot()
    def _forth(self) -> None:
        if self._walk is not None:
            self._go(self._walk.moved(1))

    @Slot()
    def _back(self) -> None:
        if self._walk is not None:
            self._go(self._walk.moved(-1))

    @Slot()
    def _restore(self) -> None:
        if self._walk is not None:
            self.expressionWanted.emit(self._walk.expression)

    @Slot()
    def _check(self) -> None:
        if (exercise := self._exercise()) is not None:
            self._say(self.tr("Comparing …"), "muted")
            self.judgementWanted.emit(exercise)

    @Slot()
    def _hint(self) -> None:
        if (exercise := self._exercise()) is not None:
            self._say(exercise.hint, "muted")

    def _exercise(self) -> Exercise | None:
        return self._walk.lesson.exercise if self._walk is not None and self._walk.is_exercise else None

    def _word_progress(self) -> None:
        """Say below each lesson how far the reader came."""
        for lesson, label in zip(self._lessons, self._progress, strict=True):
            place, last = Settings().lessonPlace(lesson.title), len(lesson.steps)
            text = self.tr("Step {0} of {1}").format(place + 1, last) if place < last else self.tr("At the exercise")
            label.setText("" if place == 0 else self.tr("✓ Solved") if place == SOLVED else text)
            label.setProperty("role", "good" if place == SOLVED else "small")
            label.style().polish(label)
            label.setVisible(place != 0)

    def _go(self, walk: LessonWalk) -> None:
        self._walk = walk
        if Settings().lessonPlace(walk.lesson.title) != SOLVED:
            Settings().setLessonPlace(walk.lesson.title, walk.place)
        self._title.setText(walk.lesson.title)
        place = self.tr("Exercise") if walk.is_exercise else self.tr("Step %1 of %2")
        self._place.setText(place.replace("%1", str(walk.place + 1)).replace("%2", str(walk.stops - 1)))
        self._text.setText(walk.text)
        self._previous.setEnabled(walk.place > 0)
        self._next.setVisible(not walk.is_exercise)
        for button in (self._check_button, self._hint_button):
            button.setVisible(walk.is_exercise)
        self._said.clear()
        self._stack.setCurrentIndex(1)
        self.expressionWanted.emit(walk.expression)

    def _say(self, sentence: str, role: str) -> None:
        self._said.setProperty("role", role)
        self._said.style().polish(self._said)
        self._said.setText(sentence)

    def _make_list(self) -> QWidget:
        page = QWidget(self)
        layout = QVBoxLayout(page)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        title = QLabel(self.tr("Lessons"), page)
        title.setProperty("role", "subtitle")
        close = push_button(page, "tensors.lessons.close", self.tr("Close"), "", self.tr("Hide the lessons"))
        close.setProperty("role", "link")
        close.clicked.connect(self.closed)
        head = QHBoxLayout()
        head.addWidget(title, 1)
        head.addWidget(close)
        layout.addLayout(head)
        layout.addSpacing(4)
        for place, lesson in enumerate(self._lessons):
            button = push_button(page, f"tensors.lesson{place}", lesson.title, "", lesson.about)
            button.setProperty("lesson", place)
            button.setProperty("role", "link")
            button.clicked.connect(self._open)
            about = _sentence(page, lesson.about, "muted")
            about.setIndent(4)
            layout.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
            progress = QLabel(page)
            progress.setObjectName(f"tensors.lesson{place}.progress")
            progress.setIndent(4)
            self._progress.append(progress)
            layout.addWidget(about)
            layout.addWidget(progress)
            layout.addSpacing(8)
        layout.addStretch()
        self._word_progress()
        return page

    def _make_lesson(self) -> QWidget:
        page, tr = QWidget(self), self.tr
        every = push_button(page, "tensors.lesson.all", tr("All lessons"), "", tr("Back to the list of lessons"))
        every.setProperty("role", "link")
        every.clicked.connect(self._show_list)
        self._title, self._place = QLabel(page), QLabel(page)
        self._title.setProperty("role", "subtitle")
        self._title.setWordWrap(True)
        self._place.setProperty("role", "small")
        self._text = _sentence(page, "", "")
        self._text.setObjectName("tensors.lesson.text")
        self._said = _sentence(page, "", "muted")
        self._said.setObjectName("tensors.lesson.said")
        layout = QVBoxLayout(page)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(every, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addWidget(self._title)
        layout.addWidget(self._place)
        layout.addWidget(self._scrolled(page), 1)
        layout.addLayout(self._make_buttons(page))
        return page

    def _scrolled(self, page: QWidget) -> QScrollArea:
        area, inside = QScrollArea(page), QWidget(page)
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 8, 0)
        column.setSpacing(16)
        column.addWidget(self._text)
        column.addWidget(self._said)
        column.addStretch()
        area.setObjectName("tensors.lesson.scroll")
        area.setAccessibleName(self.tr("Text of the lesson"))
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidgetResizable(True)
        area.setWidget(inside)
        for part in (area.viewport(), inside):
            part.setAutoFillBackground(False)
        return area

    def _make_buttons(self, page: QWidget) -> QVBoxLayout:
        tr = self.tr
        self._previous = push_button(page, "tensors.lesson.back", tr("Back"), "", tr("The step before"))
        self._next = push_button(page, "tensors.lesson.next", tr("Next"), "", tr("Go on"))
        self._check_button = push_button(
            page, "tensors.lesson.check", tr("Check"), "", tr("Compare what the expression gives with the right answer")
        )
        self._hint_button = push_button(page, "tensors.lesson.hint", tr("Hint"), "", tr("A hint"))
        again = push_button(
            page, "tensors.lesson.again", tr("Show the example again"), "", tr("Put the expression of this place back")
        )
        again.setProperty("role", "link")
        for button in (self._next, self._check_button):
            button.setProperty("primary", True)
        for button, slot in (
            (self._previous, self._back),
            (self._next, self._forth),
            (self._check_button, self._check),
            (self._hint_button, self._hint),
            (again, self._restore),
        ):
            button.clicked.connect(slot)
        row = QHBoxLayout()
        each: tuple[QPushButton, ...] = (self._previous, self._hint_button, self._next, self._check_button)
        for button in each:
            row.addWidget(button)
        column = QVBoxLayout()
        column.addWidget(again, 0, Qt.AlignmentFlag.AlignLeft)
        column.addLayout(row)
        return column


def _sentence(parent: QWidget, text: str, role: str) -> QLabel:
    label = QLabel(text, parent)
    label.setProperty("role", role)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label
