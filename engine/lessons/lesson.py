"""What a lesson is, and how its file is read. Must not know torch: the window shows lessons."""

import tomllib
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator


class _Read(BaseModel):
    """Part of a lesson's file; texts of several lines are joined into paragraphs, expressions keep their lines."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @field_validator("text", "task", "hint", "right", check_fields=False)
    @classmethod
    def _joined(cls, text: str) -> str:
        return "\n\n".join(" ".join(part.split()) for part in text.strip().split("\n\n"))

    @field_validator("expression", "begin", "answer", check_fields=False)
    @classmethod
    def _stripped(cls, text: str) -> str:
        return text.strip()


class LessonStep(_Read):
    """A few sentences beside an expression; `refused` where it is meant to be refused."""

    text: str
    expression: str
    refused: bool = False


class Exercise(_Read):
    """A task, the expression that it begins with, and one that gives the right tensor. Operations named in `without` are
    not to be used; the result is to be made of the tensors in `of`.
    """

    task: str
    begin: str
    answer: str
    hint: str
    right: str
    without: tuple[str, ...] = ()
    of: tuple[str, ...] = ()


class Lesson(_Read):
    """Steps to walk through, and an exercise."""

    title: str
    about: str
    steps: tuple[LessonStep, ...] = Field(min_length=1)
    exercise: Exercise


def read_lessons(folder: Path) -> tuple[Lesson, ...]:
    """Return the lessons of a folder of TOML files, in the order of the files' names. Raises ValueError with a sentence."""
    return tuple(_read(path) for path in sorted(folder.glob("*.toml")))


def _read(path: Path) -> Lesson:
    try:
        return Lesson.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ValueError(f"{path.name} is no lesson: {error}.") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise ValueError(f"{path.name} is no lesson: {where}: {first['msg']}.") from error
