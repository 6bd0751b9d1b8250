"""What a tensor is, in one line, and its shape in the colours of its axes."""

import html
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QCoreApplication

from app.plots.tensor_colors import number_format
from app.theme import theme
from engine.inspecting.asked import PlaneSpec
from engine.tensors.picture import TensorPicture

LONGEST = 22  # letters of what is written, to be shown as a name
_UNITS = ("B", "KiB", "MiB", "GiB")


def _tr(text: str) -> str:
    return QCoreApplication.translate("TensorWords", text)


def size_text(size: int) -> str:
    """Return 48 B or 1.5 MiB."""
    number, unit = float(size), 0
    while number >= 1024 and unit < len(_UNITS) - 1:
        number, unit = number / 1024, unit + 1
    return f"{number:.3g} {_UNITS[unit]}"


def shape_html(shape: Sequence[int], axes: Sequence[int]) -> str:
    """Return [3, 4] with every length in the colour of its axis; a length of 1 has none."""
    parts = [
        f'<span style="color:{axis_colour(axis)};font-weight:600">{length}</span>' if length != 1 else "1"
        for length, axis in zip(shape, axes, strict=True)
    ]
    return f"[{', '.join(parts)}]"


def form_text(tensor: TensorPicture) -> str:
    """Return f32[3, 4]."""
    return f"{tensor.dtype}[{', '.join(map(str, tensor.shape))}]"


def slice_text(plane: PlaneSpec) -> str:
    """Return which slice of a tensor is on show, such as “slice [2, :, :]”; nothing where it is all of it."""
    seen = (plane.rows, plane.columns)
    places = [":" if axis in seen else str(place) for axis, place in enumerate(plane.at)]
    return _tr("slice [{0}]").format(", ".join(places)) if len(plane.at) > 2 else ""


def axis_colour(axis: int) -> str:
    """Return the colour of an axis with this number."""
    return theme().seriesColor(axis).name()


def name_html(tensor: TensorPicture) -> str:
    """Return the name, and what is written where it has none."""
    name = html.escape(tensor.name)
    if tensor.name.startswith("#") and len(tensor.text) <= LONGEST:
        name = f"{name}</b>&nbsp; {html.escape(tensor.text)}<b>"
    return f"<b>{name}</b>"


def facts(tensor: TensorPicture) -> str:
    """Return how it lies in memory and what is in it, in one line; of a part only what it is."""
    if tensor.kind == "part":
        return tensor.text
    parts = (
        [] if tensor.has_values else [_tr("no values: only a shape") if tensor.device == "meta" else _tr("no values")]
    )
    parts.append(f"stride({', '.join(map(str, tensor.strides))})" if tensor.strides else "")
    parts.append(_tr("contiguous") if tensor.contiguous else _tr("not contiguous"))
    parts.append(_memory(tensor))
    whole = [part.replace(" ", "\u00a0") for part in [*parts, *contents(tensor)] if part]
    if not tensor.is_whole and tensor.has_values:
        whole.append(_tr("the wheel zooms in"))
    return "\u00a0· ".join(whole)  # lines break between facts, never within one


def _memory(tensor: TensorPicture) -> str:
    size = size_text(tensor.logical_bytes)
    if tensor.device == "meta":
        size = _tr("would take {0}").format(size)
    if tensor.verdict == "viewed":
        own = size_text(tensor.physical_bytes)
        held = (
            size if own == size or tensor.device == "meta" else _tr("{0} of cells in {1} of memory").format(size, own)
        )
        return f"{_tr('view of {0}').format(tensor.shares[0])} · {held}"
    return f"{_tr('copied')} · {size}" if tensor.verdict == "copied" else size


def contents(tensor: TensorPicture) -> list[str]:
    """Return the range, mean and deviation of its cells, and how many are not finite."""
    parts = []
    if tensor.minimum is not None and tensor.maximum is not None:
        written = number_format(np.abs(tensor.values) if tensor.is_complex else tensor.values)
        name = f"abs({tensor.name})" if tensor.is_complex else tensor.name
        parts.append(f"{name} ∈ [{written(tensor.minimum)}, {written(tensor.maximum)}]")
        parts.append(f"μ {tensor.mean:.3g}  σ {tensor.std:.3g}".replace("-", "−"))
    else:
        parts.append(_tr("empty") if 0 in tensor.shape else "")
    parts.append(f"NaN {tensor.nans}" if tensor.nans else "")
    parts.append(f"±Inf {tensor.infinities}" if tensor.infinities else "")
    return parts
