"""Lessons about tensors: short guided examples that end in an exercise. Their texts are TOML files, never code; answers are
judged by what they give."""

from engine.lessons.lesson import Exercise, Lesson, LessonStep, read_lessons

__all__ = ["Exercise", "Lesson", "LessonStep", "read_lessons"]
