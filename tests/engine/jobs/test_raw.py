"""Arrays beside JSON."""

import io
from typing import Any

import numpy as np
import pytest

from engine.jobs.raw import Raw, packed, unpacked


def refuse(value: object) -> object:
    raise TypeError(value)


def through(message: dict[str, Any]) -> dict[str, Any]:
    pipe = io.BytesIO(b"".join(bytes(part) for part in packed(message, refuse)))
    return unpacked(pipe.readline(), pipe)


def test_that_arrays_come_through_where_they_stood() -> None:
    cells, none = np.arange(6, dtype=np.float32).reshape(2, 3).T, np.empty((0, 3), dtype=bool)
    found = through({"id": 1, "result": {"tensors": [{"cells": Raw(cells), "name": "x"}, {"cells": Raw(none)}]}})
    first, second = found["result"]["tensors"]
    assert first["name"] == "x"
    np.testing.assert_array_equal(first["cells"], cells)
    assert (first["cells"].dtype, second["cells"].dtype, second["cells"].shape) == (np.float32, bool, (0, 3))
    one = through({"result": Raw(np.array(7, dtype=np.int64))})["result"]
    assert (one.shape, one.item()) == ((), 7)


def test_that_a_message_without_arrays_is_one_line() -> None:
    assert through({"id": 1, "result": {"raw": "x"}}) == {"id": 1, "result": {"raw": "x"}}


def test_that_an_answer_cut_short_is_noticed() -> None:
    whole = b"".join(bytes(part) for part in packed({"id": 1, "result": Raw(np.zeros(9))}, refuse))
    pipe = io.BytesIO(whole[:-5])
    with pytest.raises(EOFError):
        unpacked(pipe.readline(), pipe)
