"""Where a reader is in a lesson: its steps one after the other, then its exercise. Knows no widgets."""

from dataclasses import dataclass, replace

from engine.lessons import Lesson


@dataclass(frozen=True)
class LessonWalk:
    """A lesson and a place in it; the place after the last step is the exercise."""

    lesson: Lesson
    place: int = 0

    @property
    def stops(self) -> int:
        """How many places there are."""
        return len(self.lesson.steps) + 1

    @property
    def is_exercise(self) -> bool:
        """Whether the reader is at the exercise."""
        return self.place == len(self.lesson.steps)

    @property
    def text(self) -> str:
        """What is said here."""
        return self.lesson.exercise.task if self.is_exercise else self.lesson.steps[self.place].text

    @property
    def expression(self) -> str:
        """What the playground shows here."""
        return self.lesson.exercise.begin if self.is_exercise else self.lesson.steps[self.place].expression

    def moved(self, by: int) -> "LessonWalk":
        """Return a place further on or back, within the lesson."""
        return replace(self, place=min(max(self.place + by, 0), self.stops - 1))
