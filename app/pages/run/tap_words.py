"""What is said of tensors that are watched: names, forms, statistics. Pure functions."""

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication

from app.amounts import count, epochs
from engine.runs.taps import Tap, TapKind, TapLook, Tapped, TapPicture


def kind_name(kind: TapKind) -> str:
    """Return what a kind of tensor is called."""
    return {
        "weight": _tr("weight"),
        "gradient": _tr("gradient"),
        "activation": _tr("activation"),
        "attention": _tr("attention"),
    }[kind]


def title(tap: Tap) -> str:
    """Return a tensor's name."""
    return tap.name or _tr("the whole network")


def shape_text(shape: Sequence[int]) -> str:
    """Write a shape: 128 × 64."""
    return " × ".join(map(count, shape)) if shape else _tr("one number")


def form(found: Tapped) -> str:
    """Say what a tensor is: its kind, type and shape; of a sparse gradient how many of how many rows it has."""
    parts = [kind_name(found.tap.kind), found.dtype]
    if found.heads:
        heads, queries, keys = map(count, found.shape)
        parts[1:] = [_tr("first example"), _tr("{0} heads, {1} places look at {2}").format(heads, queries, keys)]
    elif found.whole:
        rows = _tr("{0} of {1} rows").format(count(found.shape[0]), count(found.whole[0]))
        parts.append(_tr("{0}, {1} each").format(rows, shape_text(found.shape[1:])))
    else:
        parts.append(shape_text(found.shape))
    return "   ·   ".join(parts)


def statistics(found: Tapped) -> str:
    """Say the statistics of the finite numbers in a line, and which of them are of a part."""
    names = {"low": _tr("smallest"), "high": _tr("largest"), "mean": _tr("mean"), "std": _tr("standard deviation")}
    words = "     ".join(f"{name} {number(getattr(found, key))}" for key, name in names.items())
    if found.every > 1:
        words += "     " + _tr("(mean, deviation and pictures: 1 number in {0})").format(count(found.every))
    return words


def oddities(found: Tapped) -> str:
    """Say how many numbers are not finite; an empty text where all are."""
    parts = [
        text.format(count(number))
        for text, number in ((_tr("{0} NaN"), found.nan), (_tr("{0} ∞"), found.inf))
        if number
    ]
    return ", ".join(parts)


def number(value: float | None) -> str:
    """Write a number with four significant digits."""
    return "–" if value is None else f"{value:.4g}".replace("-", "−")


def tile_text(picture: TapPicture, cell: tuple[int, int], value: str, is_mean: bool) -> str:
    """Say what a tile holds."""
    rows = _span(cell[0], picture.down, picture.rows)
    columns = _span(cell[1], picture.across, picture.columns)
    if (picture.down, picture.across) == (1, 1):
        return f"[{rows}, {columns}] = {value}"
    what = _tr("mean {0}") if is_mean else _tr("farthest from zero {0}")
    return f"[{rows}, {columns}]   " + what.format(value)


def look_text(picture: TapPicture, cell: tuple[int, int], value: str, is_mean: bool) -> str:
    """Say how much one place of an attention map looks at another."""
    rows = _span(cell[0], picture.down, picture.rows)
    columns = _span(cell[1], picture.across, picture.columns)
    if (picture.down, picture.across) == (1, 1):
        return _tr("place {0} looks at place {1}: {2}").format(rows, columns, value)
    words = _tr("places {0} look at {1}: mean {2}") if is_mean else _tr("places {0} look at {1}: at most {2}")
    return words.format(rows, columns, value)


def scale_text(largest: str) -> str:
    """Say how far the colours of a map reach."""
    return _tr("colours reach ±{0}").format(largest)


def attention_scale_text(largest: str) -> str:
    """Say how far the colours of an attention map reach."""
    return _tr("colours reach {0} (99 % of the places)").format(largest)


def moment(look: TapLook) -> str:
    """Say which step was looked at."""
    words = _tr("step {0} · epoch {1}").format(count(look.step), epochs(look.epoch))
    return words + _tr(" of fold {0}").format(look.fold.removeprefix("fold")) if look.fold else words


def _span(place: int, size: int, length: int) -> str:
    first = place * size
    last = min(first + size, length) - 1
    return count(first) if first == last else f"{count(first)}–{count(last)}"


def _tr(text: str) -> str:
    return QCoreApplication.translate("TapWords", text)
