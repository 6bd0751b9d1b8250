"""Values as text, the same for the same value however a file stores it (1, 1.0 and “1” are one category).
What becomes a category or a class passes through here; must not know about roles or models."""

import datetime
import math
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.families.tabular.frames import Values


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


def codes_of(column: Values) -> tuple[NDArray[np.int64], list[str]]:
    """Return each row's index in the column's sorted texts (-1 where it is missing), and those texts."""
    raw, uniques = pd.factorize(column, use_na_sentinel=True)
    texts = [text_of(value) for value in uniques]
    names = natural_order(set(texts))
    place = {name: index for index, name in enumerate(names)}
    lookup = np.array([*(place[text] for text in texts), -1], dtype=np.int64)
    return lookup[raw], names


def natural_order(texts: Iterable[str]) -> list[str]:
    """Return texts sorted: numbers by size where all of them are numbers, otherwise by their characters."""
    listed = sorted(texts)
    try:
        sizes = [float(text) for text in listed]
    except ValueError:
        return listed
    if any(math.isnan(size) for size in sizes):
        return listed
    return [text for _, text in sorted(zip(sizes, listed, strict=True))]
