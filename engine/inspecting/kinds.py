"""Kinds of numbers: how each dtype is called, how it lies in a file, and how it becomes numbers that numpy computes with."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[Any]
"""Decoded numbers: float32, float64, complex64 or complex128."""


@dataclass(frozen=True)
class Kind:
    """A dtype: its short name (f32, bf16, i64), how it lies in memory and what it is decoded to."""

    name: str
    raw: np.dtype[Any]
    wide: np.dtype[Any]
    table: str = ""  # for numbers of eight bits that numpy does not know: which table tells their values

    @property
    def is_complex(self) -> bool:
        """Whether its numbers have two parts."""
        return self.wide.kind == "c"

    @property
    def is_whole(self) -> bool:
        """Whether its numbers are integers or truth values."""
        return not self.table and self.raw.kind in "iub" and self.name != "bf16"

    def decode(self, raw: NDArray[Any]) -> Numbers:
        """Return raw numbers as `wide`; without a copy where they are that already."""
        if self.table:
            return np.asarray(_table(self.table)[raw])
        if self.name == "bf16":
            wide = raw.astype(np.uint32)
            wide <<= 16
            return wide.view(np.float32)
        return raw.astype(self.wide, copy=False)


def _kind(name: str, raw: str, wide: str, table: str = "") -> Kind:
    return Kind(name, np.dtype(raw), np.dtype(wide), table)


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        _kind("f64", "<f8", "f8"),
        _kind("f32", "<f4", "f4"),
        _kind("f16", "<f2", "f4"),
        _kind("bf16", "<u2", "f4"),
        _kind("f8_e4m3", "u1", "f4", "e4m3fn"),
        _kind("f8_e5m2", "u1", "f4", "e5m2"),
        _kind("f8_e4m3fnuz", "u1", "f4", "e4m3fnuz"),
        _kind("f8_e5m2fnuz", "u1", "f4", "e5m2fnuz"),
        _kind("f8_e8m0", "u1", "f4", "e8m0"),
        _kind("i8", "i1", "f4"),
        _kind("i16", "<i2", "f4"),
        _kind("i32", "<i4", "f8"),
        _kind("i64", "<i8", "f8"),
        _kind("u8", "u1", "f4"),
        _kind("u16", "<u2", "f4"),
        _kind("u32", "<u4", "f8"),
        _kind("u64", "<u8", "f8"),
        _kind("bool", "?", "f4"),
        _kind("c64", "<c8", "c8"),
        _kind("c128", "<c16", "c16"),
    )
}


def kind_of(dtype: np.dtype[Any]) -> Kind | None:
    """Return the kind of an array of numpy's own dtype, in its byte order; None where it holds no plain numbers."""
    names = {"f": "f", "i": "i", "u": "u", "c": "c"}
    if dtype.kind == "b":
        return KINDS["bool"]
    if dtype.kind not in names or dtype.names or dtype.subdtype:
        return None
    known = KINDS.get(f"{names[dtype.kind]}{dtype.itemsize * 8}")
    return known and Kind(known.name, dtype, known.wide)


@lru_cache(maxsize=8)
def _table(name: str) -> NDArray[np.float32]:
    """Return the 256 values of an eight-bit format (Open Compute Project, OFP8; the fnuz ones: arXiv 2206.02915)."""
    codes = np.arange(256)
    if name == "e8m0":
        values = np.where(codes == 255, np.nan, np.exp2(codes - 127.0))
        return np.asarray(values, dtype=np.float32)
    mantissa = 3 if name.startswith("e4") else 2
    return np.asarray(_small_floats(codes, mantissa, name.endswith("fnuz"), name), dtype=np.float32)


def _small_floats(codes: NDArray[Any], mantissa: int, is_fnuz: bool, name: str) -> NDArray[np.float64]:
    exponent_bits = 7 - mantissa
    bias = 2 ** (exponent_bits - 1) - (0 if is_fnuz else 1)
    sign = np.where(codes & 128, -1.0, 1.0)
    exponent = (codes & 127) >> mantissa
    part = (codes & (2**mantissa - 1)) / 2**mantissa
    values = sign * np.where(exponent == 0, part * 2.0 ** (1 - bias), (1 + part) * np.exp2(exponent - bias))
    if is_fnuz:
        return np.where(codes == 128, np.nan, values)
    if name == "e4m3fn":
        return np.where((codes & 127) == 127, np.nan, values)
    special = np.where(part == 0, sign * np.inf, np.nan)
    return np.where(exponent == 2**exponent_bits - 1, special, values)


PARTS: dict[str, Callable[[Numbers], Numbers]] = {
    "real": np.real,
    "imag": np.imag,
    "abs": np.abs,
    "phase": np.angle,
}
"""How complex numbers become real ones."""
