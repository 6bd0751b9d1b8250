"""SQuAD's JSON (versions 1 and 2) as rows: one row a question, its answers as JSON lists. Reads only."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from engine.datasets.corpus import Row
from engine.datasets.records import DatasetError, ReadOptions, Reject

NAMES = ("id", "title", "context", "question", "answers", "answer_starts", "is_impossible")
SHOWN = 60


def is_squad(document: object) -> bool:
    """Whether a JSON document has SQuAD's shape."""
    data = document.get("data") if isinstance(document, dict) else None
    return isinstance(data, list) and all(isinstance(one, dict) and "paragraphs" in one for one in data) and bool(data)


def squad_rows(path: Path, options: ReadOptions) -> Iterator[Row | Reject]:
    """Give a row a question; one with an answer that is not in its context is rejected. Raises DatasetError.

    A Reject's line is where the question's id stands in the file.
    """
    text = _text(path, options.encoding)
    document = parse(path, text)
    finder = _Finder(text)
    for article in document["data"]:
        for paragraph in article["paragraphs"]:
            yield from _paragraph(path, str(article.get("title", "")), paragraph, finder)


def parse(path: Path, text: str) -> dict[str, Any]:
    """Return the document. Raises DatasetError with line and column where it is no JSON, or not SQuAD's."""
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise DatasetError(f"{path.name} is not JSON: {error.msg} in {where}. Fetch or export it again.") from error
    except RecursionError as error:
        raise DatasetError(f"{path.name} is nested too deeply to be SQuAD's JSON.") from error
    if not is_squad(document):
        raise DatasetError(f"{path.name} is not in SQuAD's format: “data” with “paragraphs” is missing.")
    found: dict[str, Any] = document
    return found


def _paragraph(path: Path, title: str, paragraph: Any, finder: "_Finder") -> Iterator[Row | Reject]:
    try:
        context, questions = str(paragraph["context"]), list(paragraph["qas"])
    except (KeyError, TypeError) as error:
        raise DatasetError(f"{path.name}: a paragraph of “{title}” has no “context” or no “qas”.") from error
    for asked in questions:
        if not isinstance(asked, dict) or "question" not in asked:
            raise DatasetError(f"{path.name}: an entry of “{title}” has no “question”.")
        name, question = str(asked.get("id", "")), str(asked["question"])
        problem, answers, starts = _answers(asked, context)
        if problem:
            yield Reject(line=finder.line(name, question), text=question, reason=problem)
        else:
            as_json = json.dumps(answers, ensure_ascii=False)
            yield name, title, context, question, as_json, json.dumps(starts), not answers


def _answers(asked: dict[str, Any], context: str) -> tuple[str, list[str], list[int]]:
    """Return what is wrong (or nothing), and the answers with where they begin in the context."""
    answers: list[str] = []
    starts: list[int] = []
    if asked.get("is_impossible"):
        return "", [], []
    for answer in asked.get("answers") or []:
        try:
            text, start = str(answer["text"]), int(answer["answer_start"])
        except (KeyError, TypeError, ValueError):
            return "An answer lacks “text” or a whole number as “answer_start”.", [], []
        if not text or start < 0 or context[start : start + len(text)] != text:
            return _misplaced(text, start, context), [], []
        answers.append(text)
        starts.append(start)
    return "", answers, starts


def _misplaced(text: str, start: int, context: str) -> str:
    shown = text if len(text) <= SHOWN else text[:SHOWN] + "…"
    found = context.find(text) if text else -1
    if not text:
        return "An answer is empty."
    if found < 0:
        return f"The answer “{shown}” is not in its context."
    return f"The answer “{shown}” is not at character {start} of its context, but at {found}."


class _Finder:
    """Finds the lines of questions in the file's text; only asked about bad ones."""

    def __init__(self, text: str) -> None:
        self._text = text

    def line(self, name: str, question: str) -> int:
        for wanted in (json.dumps(name), json.dumps(name, ensure_ascii=False), json.dumps(question)):
            place = self._text.find(wanted) if wanted != '""' else -1
            if place >= 0:
                return self._text.count("\n", 0, place) + 1
        return 1


def _text(path: Path, encoding: str) -> str:
    try:
        return path.read_text(encoding=encoding).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise DatasetError(f"{path.name} is not {encoding.upper()} text (byte {error.start + 1}).") from error
