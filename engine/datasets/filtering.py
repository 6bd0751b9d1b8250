"""The filter language of tables: plain words, or conditions such as `age > 30 and city = "Paris"`. Never raw SQL."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from engine.datasets.database import quoted
from engine.datasets.records import Column, DatasetError

_TOKEN = re.compile(
    r"""\s*(?:(?P<text>"(?:[^"]|"")*"|'(?:[^']|'')*')|(?P<op><=|>=|!=|<>|=|<|>|~)|(?P<word>[^\s<>=!~"']+))"""
)
_COMPARE = {"<", "<=", ">", ">=", "=", "!=", "<>", "~"}


@dataclass(frozen=True)
class Condition:
    """An SQL condition with its parameters."""

    sql: str
    parameters: tuple[object, ...]


def parse_filter(text: str, columns: Sequence[Column]) -> Condition | None:
    """Return the condition for a filter, or None for an empty one. Raises DatasetError naming what is wrong.

    Text without a comparison is looked for in every column. Comparisons are joined by `and` and `or` (`and` binds
    closer); `~` means “contains”; `column = missing` and `column != missing` ask for gaps.
    """
    text = text.strip()
    if not text:
        return None
    tokens = _tokens(text)
    if not any(kind == "op" for kind, _ in tokens):
        return _contains_anywhere(text, columns)
    alternatives = []
    parameters: list[object] = []
    for group in _split(tokens, "or"):
        parts = []
        for comparison in _split(group, "and"):
            condition = _comparison(comparison, columns)
            parts.append(condition.sql)
            parameters.extend(condition.parameters)
        alternatives.append("(" + " AND ".join(parts) + ")")
    return Condition(" OR ".join(alternatives), tuple(parameters))


def _tokens(text: str) -> list[tuple[str, str]]:
    tokens, at = [], 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None or found.end() == at:
            raise DatasetError(f"The filter cannot be read from “{text[at:].strip()[:20]}” on; is a quote missing?")
        kind = str(found.lastgroup)
        tokens.append((kind, found.group(kind)))
        at = found.end()
        if not text[at:].strip():
            break
    return tokens


def _split(tokens: list[tuple[str, str]], word: str) -> list[list[tuple[str, str]]]:
    groups: list[list[tuple[str, str]]] = [[]]
    for kind, value in tokens:
        if kind == "word" and value.lower() == word:
            groups.append([])
        else:
            groups[-1].append((kind, value))
    return groups


def _comparison(tokens: list[tuple[str, str]], columns: Sequence[Column]) -> Condition:
    places = [place for place, (kind, _) in enumerate(tokens) if kind == "op"]
    if len(places) != 1 or places[0] == 0 or places[0] == len(tokens) - 1:
        shown = " ".join(value for _, value in tokens)
        raise DatasetError(f'“{shown}” is no comparison; write, for example, age > 30 or city = "Paris".')
    at = places[0]
    name = " ".join(_unquoted(kind, value) for kind, value in tokens[:at])
    value = " ".join(_unquoted(kind, value) for kind, value in tokens[at + 1 :])
    column = next((column for column in columns if column.name.lower() == name.lower()), None)
    if column is None:
        raise DatasetError(f"There is no column “{name}”.")
    return _compare(column, tokens[at][1], value, tokens[-1][0] == "text")


def _compare(column: Column, operator: str, value: str, was_quoted: bool) -> Condition:
    name = quoted(column.name)
    if value.lower() in {"missing", "null"} and not was_quoted and operator in {"=", "!=", "<>"}:
        return Condition(f"{name} IS {'' if operator == '=' else 'NOT '}NULL", ())
    if operator == "~":
        return Condition(f"contains(lower({name}::VARCHAR), lower(?))", (value,))
    if column.type in {"integer", "number"}:
        try:
            return Condition(f"{name} {operator} ?", (float(value),))
        except ValueError as error:
            raise DatasetError(f"“{column.name}” holds numbers; “{value}” is none.") from error
    if column.type == "boolean":
        if value.lower() not in {"true", "false"}:
            raise DatasetError(f"“{column.name}” is true or false, not “{value}”.")
        return Condition(f"{name} {operator} ?", (value.lower() == "true",))
    return Condition(f"{name}::VARCHAR {operator} ?", (value,))


def _contains_anywhere(text: str, columns: Sequence[Column]) -> Condition:
    words = [word.strip("\"'") for word in text.split()]
    joined = ", ".join(f"{quoted(column.name)}::VARCHAR" for column in columns)
    part = f"contains(lower(concat_ws('\x1f', {joined})), lower(?))"
    return Condition(" AND ".join([part] * len(words)), tuple(words))


def _unquoted(kind: str, value: str) -> str:
    return value[1:-1].replace(value[0] * 2, value[0]) if kind == "text" else value
