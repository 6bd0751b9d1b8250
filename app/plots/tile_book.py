"""The tiles that a heat map has been given, as numbers and as pictures, so many as fit into a fixed part of memory."""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from app.plots.tensor_colors import ValueScale
from app.plots.tensor_window import TilePlace
from engine.inspecting.blocks import Flag

MOST_BYTES = 24 << 20
Numbers = NDArray[np.floating]


@dataclass
class MapTile:
    """Numbers of blocks, 0 where there is none, and flags (empty without any) of what is not finite in them."""

    values: Numbers
    flags: NDArray[np.uint8]
    picture: QImage | None = None
    marked: NDArray[np.intp] = field(init=False)

    def __post_init__(self) -> None:
        """Find what is marked once."""
        self.marked = np.argwhere(self.flags) if self.flags.size else np.empty((0, 2), np.intp)

    @property
    def size(self) -> int:
        """Bytes, the picture's counted too."""
        return int(self.values.nbytes + self.flags.nbytes + self.values.size * 4)


@dataclass(frozen=True)
class MapScale:
    """Which numbers have which colours: `centre` is neutral, `bound` away from it the colour is full; `linear` is where a
    logarithmic scale begins to be one, 0 for a scale that is none.
    """

    centre: float = 0.0
    bound: float = 1.0
    linear: float = 0.0

    def shares(self, values: Numbers) -> Numbers:
        """Return where on the scale numbers lie: −1 … 1 and, where they are beyond it, farther."""
        with np.errstate(over="ignore", invalid="ignore"):
            far = (values - values.dtype.type(self.centre)) if self.centre else values
            if not self.linear:
                return np.asarray(far / far.dtype.type(self.bound))
            whole = np.log1p(self.bound / self.linear)
            return np.asarray(np.sign(far) * np.log1p(np.abs(far) / self.linear) / whole)

    def value(self, share: float) -> float:
        """Return the number at a place of the scale."""
        if not self.linear:
            return self.centre + share * self.bound
        whole = np.log1p(self.bound / self.linear)
        return float(self.centre + np.sign(share) * self.linear * np.expm1(abs(share) * whole))


class TileBook:
    """Tiles by their places; what was not looked at for longest is forgotten."""

    def __init__(self) -> None:
        self._tiles: OrderedDict[TilePlace, MapTile] = OrderedDict()
        self._size = 0
        self._scale = MapScale()
        self._dark = False

    def __contains__(self, place: TilePlace) -> bool:
        return place in self._tiles

    def __iter__(self) -> Iterator[TilePlace]:
        return iter(self._tiles)

    def clear(self) -> None:
        """Forget all."""
        self._tiles.clear()
        self._size = 0

    def add(self, place: TilePlace, tile: MapTile) -> None:
        """Keep a tile, and forget others where there are too many."""
        self.drop(place)
        self._tiles[place] = tile
        self._size += tile.size
        while self._size > MOST_BYTES and len(self._tiles) > 1:
            self.drop(next(iter(self._tiles)))

    def drop(self, place: TilePlace) -> None:
        """Forget a tile."""
        if (old := self._tiles.pop(place, None)) is not None:
            self._size -= old.size

    def get(self, place: TilePlace) -> MapTile | None:
        """Return a tile, which thereby counts as looked at."""
        if place in self._tiles:
            self._tiles.move_to_end(place)
        return self._tiles.get(place)

    def setScale(self, scale: MapScale, dark: bool) -> None:
        """Colour everything anew when it is next painted."""
        if (scale, dark) != (self._scale, self._dark):
            self._scale, self._dark = scale, dark
            for tile in self._tiles.values():
                tile.picture = None

    def picture(self, tile: MapTile) -> QImage:
        """Return a tile's picture, a pixel for each block."""
        if tile.picture is None:
            tile.picture = _painted(tile, self._scale, self._dark)
        return tile.picture


def marked_shares(tile: MapTile, scale: MapScale) -> Numbers:
    """Return shares of the scale, with NaN and infinities where a block has such: one is not hidden by its neighbours."""
    shares = scale.shares(tile.values)
    if tile.flags.size:
        shares = shares.copy()
        shares[tile.flags & Flag.MINUS_INF > 0] = -np.inf
        shares[tile.flags & Flag.PLUS_INF > 0] = np.inf
        shares[tile.flags & Flag.NAN > 0] = np.nan
    return shares


def _painted(tile: MapTile, scale: MapScale, dark: bool) -> QImage:
    colours = ValueScale(1.0, dark).colours(marked_shares(tile, scale))
    rows, columns = tile.values.shape
    picture = QImage(colours.tobytes(), columns, rows, columns * 4, QImage.Format.Format_RGB32)
    return picture.copy()  # owns its pixels
