"""Values as text, the same for the same value however a file stores it (1, 1.0 and “1” are one category).
What becomes a category or a class passes through here; must not know about roles or models."""

import datetime
import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.families.frames import Values


def text_of(value: Any) -> str:
    """Return a value's text: whole floats without a point, truth as true and false, midnights as dates."""
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, float | np.floating):
        number = float(value)
        return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)
    if isinstance(value, datetime.datetime):
        text = value.isoformat()
        return text.removesuffix("T00:00:00")
    return str(value)


def texts_of(column: Values) -> tuple[NDArray[np.int64], list[str]]:
    """Return each row's index in the column's texts (-1 where it is missing), and those texts in no order.

    A text may stand there twice, where values of two types have the same.
    """
    raw, uniques = pd.factorize(column, use_na_sentinel=True)
    listed = uniques.tolist() if column.dtype == object or pd.api.types.is_string_dtype(column.dtype) else list(uniques)
    return raw, [value if type(value) is str else text_of(value) for value in listed]


def codes_of(column: Values) -> tuple[NDArray[np.int64], list[str]]:
    """Return each row's index in the column's sorted texts (-1 where it is missing), and those texts."""
    raw, texts = texts_of(column)
    names = natural_order(set(texts))
    place = {name: index for index, name in enumerate(names)}
    lookup = np.array([*(place[text] for text in texts), -1], dtype=np.int64)
    return lookup[raw], names


def known_codes(column: Values, known: Sequence[str]) -> NDArray[np.int64]:
    """Return each row's place among the known texts, -1 where it is missing or not among them."""
    codes, texts = texts_of(column)
    place = {name: index for index, name in enumerate(known)}
    lookup = np.array([*(place.get(text, -1) for text in texts), -1], dtype=np.int64)
    return lookup[codes]


def most_frequent(column: Values, most: int) -> list[str]:
    """Return the column's texts in natural order; where there are more than `most`, those of the most rows, and of
    equally frequent ones those that come first in the column. Only what is kept is sorted, which may be a tiny part."""
    raw, texts = texts_of(column)
    if len(texts) <= most:
        return natural_order(set(texts))
    counts: NDArray[np.int64] = np.bincount(raw[raw >= 0], minlength=len(texts))
    if len(distinct := dict.fromkeys(texts, 0)) < len(texts):
        for text, count in zip(texts, counts.tolist(), strict=True):
            distinct[text] += count
        texts, counts = list(distinct), np.array(list(distinct.values()), dtype=np.int64)
    return natural_order(texts[index] for index in np.argsort(-counts, kind="stable")[:most])


def natural_order(texts: Iterable[str]) -> list[str]:
    """Return texts sorted: numbers by size where all of them are numbers, otherwise by their characters."""
    listed = list(texts)
    return sorted(listed, key=natural_key(listed))


def natural_key(texts: Iterable[str]) -> Callable[[str], Any]:
    """Return what texts are sorted by: size and characters where all of them are numbers, otherwise characters."""
    try:
        if any(math.isnan(float(text)) for text in texts):
            return str
    except ValueError:
        return str
    return _size


def _size(text: str) -> tuple[float, str]:
    return float(text), text
