"""Arrays beside JSON on a lab's pipe: the line says what they are, their bytes follow it."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

KEY = "raw"


@dataclass(frozen=True)
class Raw:
    """An array anywhere in a result that is sent as its bytes; the asker gets a numpy array in its place."""

    array: NDArray[Any]


def packed(message: dict[str, Any], default: Callable[[object], object]) -> list[bytes | memoryview]:
    """Return the line of a message and the bytes of its arrays, to be written one after the other."""
    parts: list[memoryview] = []

    def plain(value: object) -> object:
        if not isinstance(value, Raw):
            return default(value)
        array = np.ascontiguousarray(value.array).reshape(value.array.shape)
        parts.append(memoryview(array.reshape(-1).view(np.uint8).data))
        return {KEY: [array.dtype.str, list(array.shape)]}

    text = json.dumps(message, default=plain, ensure_ascii=False)
    if parts:
        text = f'{{"sizes": {json.dumps([part.nbytes for part in parts])}, {text[1:]}'
    return [text.encode() + b"\n", *(part for part in parts if part.nbytes)]


def unpacked(line: bytes, rest: IO[bytes]) -> dict[str, Any]:
    """Read a message from its line and the pipe behind it. Raises `EOFError` where the sender died within it."""
    message: dict[str, Any] = json.loads(line)
    if "sizes" not in message:
        return message
    parts = []
    for size in message.pop("sizes"):
        part = rest.read(size)
        if len(part) < size:
            raise EOFError
        parts.append(part)
    filled: dict[str, Any] = _filled(message, iter(parts))
    return filled


def _filled(value: Any, parts: Any) -> Any:
    """Put the arrays where their names stand; both are in the order of writing."""
    if isinstance(value, list):
        return [_filled(part, parts) for part in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {KEY}:
        dtype, shape = value[KEY]
        return np.frombuffer(next(parts), dtype).reshape(shape)
    return {key: _filled(part, parts) for key, part in value.items()}
