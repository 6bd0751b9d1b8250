"""What the pictures of the playground say that are saved: of one tensor, and of a card with all of its tensors."""

from collections.abc import Sequence

import numpy as np

from app.pages.tensors.wording import contents, form_text
from app.plots.colour_key import Key, odd_of
from app.plots.export import Picture
from app.plots.tensor_sheet import Body, sheet
from app.plots.tile_book import MapScale
from engine.tensors.picture import StepPicture, TensorPicture


def tensor_sheet(tensor: TensorPicture, body: Body, scale: MapScale, slice_: str) -> Picture:
    """Return a picture of one tensor, all of it or a slice."""
    lines = ["   ·   ".join(part for part in (form_text(tensor), slice_, *contents(tensor)) if part), tensor.text]
    return sheet(tensor.name, lines, body, [key_of(tensor, scale)])


def card_sheet(title: str, step: StepPicture, tensors: Sequence[tuple[TensorPicture, MapScale]], body: Body) -> Picture:
    """Return a picture of a step; each tensor has colours of its own, but one that is there twice only once."""
    forms = {tensor.name: f"{tensor.name} {form_text(tensor)}" for tensor, _ in tensors}
    keys = {tensor.name: key_of(tensor, scale, tensor.name) for tensor, scale in tensors}
    return sheet(title, [step.torch_name, "   ·   ".join(forms.values())], body, list(keys.values()))


def key_of(tensor: TensorPicture, scale: MapScale, name: str = "") -> Key:
    """Return the key of a tensor's colours; of one that is not here as a whole, infinities are not told apart."""
    if not tensor.is_whole:
        odd = [(f"NaN {tensor.nans:,}", np.nan)] * bool(tensor.nans)
        return Key(scale, (*odd, *([(f"±∞ {tensor.infinities:,}", np.inf)] * bool(tensor.infinities))), name)
    real = np.abs(tensor.values) if tensor.is_complex else tensor.values.astype(np.float64)
    counts = (np.isnan(real), np.isposinf(real), np.isneginf(real))
    return Key(scale, odd_of(*(int(np.count_nonzero(one)) for one in counts)), name)
