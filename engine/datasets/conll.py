"""CoNLL columns as rows: a token a line, blank lines between sentences, one row a sentence. Reads only.
A sentence's values are kept as a JSON list in each column, so that tokens may hold any letter."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from engine.datasets.corpus import Line, Row, read_lines
from engine.datasets.records import DatasetError, ReadOptions, Reject

TAG = re.compile(r"O|[BIESLU]-\S.*")
CONLLU_NAMES = ("id", "tokens", "lemmas", "tags", "xpos", "features", "heads", "relations", "dependencies", "other")
MOST_COLUMNS = 20


def conll_names(path: Path, options: ReadOptions) -> tuple[str, ...]:
    """Return the columns' names: tokens first and tags last, or those of CoNLL-U. Raises DatasetError."""
    for line in read_lines(path, options.encoding):
        if isinstance(line, Line) and _holds_token(line.text):
            width = len(_fields(line.text))
            break
    else:
        raise DatasetError(
            f"{path.name} has no line with a token. Choose a file with a token and its tag in each line."
        )
    if not 2 <= width <= MOST_COLUMNS:
        raise DatasetError(
            f"{path.name}, line {line.number}: {width} column(s); a token and its tag, between spaces or tabs, are needed."
        )
    if width == 10 and _fields(line.text)[0].isdigit():
        return CONLLU_NAMES
    return ("tokens", *(f"column_{place}" for place in range(2, width)), "tags")


def conll_rows(path: Path, options: ReadOptions) -> Iterator[Row | Reject]:
    """Give a row of JSON lists a sentence; one with a line of another width is rejected whole, at that line."""
    width = len(conll_names(path, options))
    sentence: list[list[str]] = []
    bad: Reject | None = None
    for line in read_lines(path, options.encoding):
        if isinstance(line, Reject):
            bad = bad or line
        elif not line.text.strip() or line.text.startswith("-DOCSTART-"):
            yield from _ended(sentence, bad)
            sentence, bad = [], None
        elif _holds_token(line.text):
            fields = _fields(line.text)
            if len(fields) != width:
                reason = f"It has {len(fields)} columns, the lines above {width}. Its sentence is left out."
                bad = bad or Reject(line=line.number, text=line.text[:200], reason=reason)
            elif "-" not in fields[0] or not _is_range(fields, width):
                sentence.append(fields)
    yield from _ended(sentence, bad)


def _ended(sentence: list[list[str]], bad: Reject | None) -> Iterator[Row | Reject]:
    if bad is not None:
        yield bad
    elif sentence:
        yield tuple(json.dumps(column, ensure_ascii=False) for column in zip(*sentence, strict=True))


def _fields(text: str) -> list[str]:
    """Split at tabs where there are any, since a token or a label may then hold spaces."""
    return text.strip("\r\n").split("\t") if "\t" in text else text.split()


def _holds_token(text: str) -> bool:
    return bool(text.strip()) and not text.startswith(("-DOCSTART-", "# "))


def _is_range(fields: list[str], width: int) -> bool:
    """Whether a line of CoNLL-U stands for several words at once (1-2 du …), which follow one by one."""
    return width == len(CONLLU_NAMES) and re.fullmatch(r"\d+-\d+", fields[0]) is not None


def looks_like_conll(lines: list[str]) -> bool:
    """Whether a file's first lines are tokens with tags: as many fields in each, the last one a tag of a span."""
    rows = [_fields(line) for line in lines if _holds_token(line)]
    widths = {len(row) for row in rows}
    blank = any(not line.strip() for line in lines)
    return blank and len(widths) == 1 and widths.pop() >= 2 and all(TAG.fullmatch(row[-1]) for row in rows)
