"""Lessons beside the playground: walking one, and having an exercise looked at."""

import pytest
from PySide6.QtWidgets import QLabel, QPushButton

from app.pages.tensors.playground_tab import PlaygroundTab


@pytest.fixture
def tab(labs, shown):
    made = shown(PlaygroundTab(labs), 1100, 700)
    made.showLessons(True)
    return made


def press(tab: PlaygroundTab, name: str) -> None:
    tab.findChild(QPushButton, f"tensors.{name}").click()


def text(tab: PlaygroundTab, name: str) -> str:
    return tab.findChild(QLabel, f"tensors.lesson.{name}").text()


def test_that_each_step_of_a_lesson_stands_in_the_playground(tab, labs):
    press(tab, "lesson0")
    steps = tab.lessons.walk().lesson.steps
    for step in steps:
        assert text(tab, "text") == step.text
        assert tab.playground.shown().text == step.expression
        assert labs.of("show")[-1][2]["text"] == step.expression
        press(tab, "lesson.next")
    assert tab.lessons.walk().is_exercise and tab.findChild(QPushButton, "tensors.lesson.next").isHidden()
    press(tab, "lesson.back")
    assert text(tab, "text") == steps[-1].text


def test_that_what_stands_in_the_field_is_what_is_judged(tab, labs):
    press(tab, "lesson0")
    for _ in tab.lessons.walk().lesson.steps:
        press(tab, "lesson.next")
    tab.playground.setExpression("x = ones(2)")
    press(tab, "lesson.check")
    asked = labs.of("judge")[-1][2]
    assert asked["text"] == "x = ones(2)" and asked["exercise"]["answer"] == tab.lessons.walk().lesson.exercise.answer
    labs.answer("judge", {"right": False, "sentence": "The shape is right, but 1 cell differs."})
    said = tab.findChild(QLabel, "tensors.lesson.said")
    assert said.text() == "The shape is right, but 1 cell differs." and said.property("role") == "warning"
    press(tab, "lesson.hint")
    assert said.text() == tab.lessons.walk().lesson.exercise.hint
    press(tab, "lesson.check")
    labs.answer("judge", {"right": True, "sentence": "Yes."})
    assert said.text() == "Yes." and said.property("role") == "good"


def test_that_the_next_window_knows_how_far_the_reader_came(tab, labs, shown):
    press(tab, "lesson0")
    press(tab, "lesson.next")
    press(tab, "lesson.all")
    press(tab, "lesson1")
    for _ in tab.lessons.walk().lesson.steps:
        press(tab, "lesson.next")
    tab.lessons.setJudgement({"right": True, "sentence": "Yes."})
    other = shown(PlaygroundTab(labs), 1100, 700)
    progress = [other.findChild(QLabel, f"tensors.lesson{place}.progress").text() for place in range(3)]
    assert progress == ["Step 2 of 4", "✓ Solved", ""]
    press(other, "lesson0")
    assert other.lessons.walk().place == 1
    press(other, "lesson1")
    assert other.lessons.walk().place == 0, "it can be read again"


def test_that_the_example_comes_back_and_the_lessons_make_room_for_the_operations_again(tab):
    press(tab, "lesson1")
    tab.playground.setExpression("zeros(2)")
    press(tab, "lesson.again")
    assert tab.playground.shown().text == tab.lessons.walk().expression
    assert tab.playground.view.picker.isHidden()
    press(tab, "lesson.all")
    press(tab, "lessons.close")
    assert tab.lessons.isHidden() and not tab.playground.view.picker.isHidden() and not tab.opener.isChecked()
