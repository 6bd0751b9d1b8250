"""How a heat map is painted: tiles, marks of what is not finite, numbers in cells, indices along the sides."""

import math
from collections.abc import Callable, Iterable
from functools import lru_cache

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from app.plots.crisp import draw_cells
from app.plots.tensor_colors import BRIGHT_INK, DARK_INK, ValueScale, takes_dark_ink
from app.plots.tensor_window import TensorWindow, TilePlace
from app.plots.tile_book import MapScale, MapTile, TileBook, marked_shares
from app.theme import theme
from engine.inspecting.blocks import Flag

NUMBERS_FROM = 34.0  # pixels a cell
GAPS_FROM = 9.0
RING_BELOW = 10.0  # pixels a block: smaller ones that are marked get a ring, so that not one is overlooked
MOST_RINGS = 500
SMALLEST_POINTS = 6.0
STEPS = (1, 2, 5)
FLAG_TEXTS = {Flag.NAN: "NaN", Flag.PLUS_INF: "+∞", Flag.MINUS_INF: "−∞"}


def paint_tiles(
    painter: QPainter, window: TensorWindow, book: TileBook, places: Iterable[TilePlace]
) -> list[TilePlace]:
    """Paint tiles; where one is missing, the coarser ones that are there. Returns those that are missing."""
    places = list(places)
    missing = [place for place in places if place not in book]
    if missing:
        wanted = missing[0]
        coarser = [one for one in book if one.down >= wanted.down and one.across >= wanted.across]
        for place in sorted(coarser, key=lambda one: -one.down * one.across):
            if place not in places and _is_seen(window, place):
                _paint_tile(painter, window, book, place)
    for place in places:
        if place in book:
            _paint_tile(painter, window, book, place)
    return missing


def _paint_tile(painter: QPainter, window: TensorWindow, book: TileBook, place: TilePlace) -> None:
    tile = book.get(place)
    assert tile is not None
    draw_cells(painter, _target(window, place), book.picture(tile))


def _target(window: TensorWindow, place: TilePlace) -> QRect:
    """Return whole pixels, shared with the neighbours, so that no seam shows and no block is left out."""
    row, column, high, wide = place.cells
    left, top = window.point(row, column)
    right, bottom = window.point(min(row + high, window.rows), min(column + wide, window.columns))
    x, y = math.floor(left + 0.5), math.floor(top + 0.5)
    return QRect(x, y, max(1, math.floor(right + 0.5) - x), max(1, math.floor(bottom + 0.5) - y))


def _is_seen(window: TensorWindow, place: TilePlace) -> bool:
    top, left, bottom, right = window.seen()
    row, column, high, wide = place.cells
    return row < bottom and top < row + high and column < right and left < column + wide


def paint_gaps(painter: QPainter, window: TensorWindow) -> None:
    """Part cells by lines where they are large enough."""
    if min(window.wide, window.high) < GAPS_FROM:
        return
    top, left, bottom, right = window.seen()
    (x0, y0), (x1, y1) = window.point(top, left), window.point(bottom, right)
    painter.setPen(QPen(QColor(theme().base), 1))
    lines = [QLineF(x0, y, x1, y) for y in (window.point(row, 0)[1] for row in range(top + 1, bottom))]
    lines += [QLineF(x, y0, x, y1) for x in (window.point(0, column)[0] for column in range(left + 1, right))]
    painter.drawLines(lines)


def paint_rings(painter: QPainter, window: TensorWindow, book: TileBook, places: Iterable[TilePlace]) -> None:
    """Draw a ring around each small block with a NaN or an infinity, where they can be told apart."""
    marked = [(place, tile) for place in places if place in book and len((tile := book.get(place) or _NONE).marked)]
    if not marked or sum(len(tile.marked) for _, tile in marked) > MOST_RINGS:
        return
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for place, tile in marked:
        if min(window.wide * place.across, window.high * place.down) >= RING_BELOW:
            continue
        row, column, _, _ = place.cells
        for y, x in tile.marked.tolist():
            middle = window.point(row + (y + 0.5) * place.down, column + (x + 0.5) * place.across)
            for width, colour in ((4.0, theme().base), (2.0, theme().text)):
                painter.setPen(QPen(QColor(colour), width))
                painter.drawEllipse(QPointF(*middle), 6.0, 6.0)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


def paint_numbers(
    painter: QPainter, window: TensorWindow, book: TileBook, scale: MapScale, write: Callable[[float], str]
) -> bool:
    """Write each cell's number where cells are large enough for all of them; returns whether they are."""
    if min(window.wide, window.high) < NUMBERS_FROM or window.block() != (1, 1):
        return False
    top, left, bottom, right = window.seen()
    cells: list[tuple[QRectF, str, bool]] = []
    for place in window.tiles():
        tile = book.get(place)
        if tile is not None:
            cells += _cells(window, place, tile, scale, write, (top, left, bottom, right))
    font = _fitting_font({text for _, text, _ in cells}, window.wide - 4)
    if font is None:
        return False
    painter.setFont(font)
    for is_dark, ink in ((True, DARK_INK), (False, BRIGHT_INK)):
        painter.setPen(QColor(ink))
        for box, text, takes_dark in cells:
            if takes_dark == is_dark:
                painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
    return True


def _cells(
    window: TensorWindow,
    place: TilePlace,
    tile: MapTile,
    scale: MapScale,
    write: Callable[[float], str],
    seen: tuple[int, int, int, int],
) -> list[tuple[QRectF, str, bool]]:
    row0, column0, _, _ = place.cells
    rows = slice(max(0, seen[0] - row0), max(0, seen[2] - row0))
    columns = slice(max(0, seen[1] - column0), max(0, seen[3] - column0))
    flags = tile.flags[rows, columns] if tile.flags.size else tile.flags
    part = MapTile(tile.values[rows, columns], flags)
    dark_ink = takes_dark_ink(ValueScale(1.0, theme().dark).colours(marked_shares(part, scale)))
    found = []
    for (y, x), value in np.ndenumerate(part.values):
        left, top = window.point(row0 + rows.start + y, column0 + columns.start + x)
        flag = Flag(int(flags[y, x]) & ~Flag.NOTHING) if flags.size else Flag(0)
        text = FLAG_TEXTS.get(flag) or write(float(value))
        found.append((QRectF(left, top, window.wide, window.high), text, bool(dark_ink[y, x])))
    return found


def _fitting_font(texts: set[str], room: float) -> QFont | None:
    """Return a font in which the longest text has room, or None where it would be too small to read."""
    longest = max(texts, key=len, default="")
    return _font(longest, round(room), theme().point_size)


@lru_cache(maxsize=256)
def _font(longest: str, room: int, most: float) -> QFont | None:
    points = most * 0.95
    while points >= SMALLEST_POINTS:
        font = theme().font(points / theme().point_size)
        if QFontMetricsF(font).horizontalAdvance(longest) <= room:
            return font
        points -= 0.5
    return None


def paint_indices(painter: QPainter, window: TensorWindow, room: QRectF, down: int = 1, across: int = 1) -> None:
    """Write indices above the columns and left of the rows; a cell stands for `down` × `across` numbers."""
    painter.setFont(theme().font(0.8))
    metrics = QFontMetricsF(painter.font())
    painter.setPen(QColor(theme().muted))
    top, left, bottom, right = window.seen()
    x0, y0 = (max(0.0, edge) for edge in window.point(0, 0))
    widest = metrics.horizontalAdvance(f"{max(1, right * across):,}") + 12
    for column in _marks(left, right, widest / window.wide):
        x = room.left() + window.point(0, column + 0.5)[0]
        box = QRectF(x - 60, room.top() + y0 - metrics.height() - 3, 120, metrics.height())
        if room.left() <= x <= room.right():
            painter.drawText(box, Qt.AlignmentFlag.AlignHCenter, f"{column * across:,}")
    for row in _marks(top, bottom, (metrics.height() + 4) / window.high):
        y = room.top() + window.point(row + 0.5, 0)[1]
        box = QRectF(x0, y - metrics.height() / 2, room.left() - 6, metrics.height())
        if room.top() <= y <= room.bottom():
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, f"{row * down:,}")


def _marks(first: int, end: int, least: float) -> range:
    """Return the indices to be written: 1, 2 or 5 times a power of ten apart, and at least so many cells."""
    step = 1
    for power in range(19):
        for one in STEPS:
            step = one * 10**power
            if step >= least:
                begin = -(-first // step) * step
                return range(begin, end, step)
    return range(0)


def paint_outlines(painter: QPainter, window: TensorWindow, rectangles: list[tuple[int, int, int, int]]) -> None:
    """Outline cells that belong together, a line of the ground inside one of the text so that it is seen on any colour."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for top, left, bottom, right in rectangles:
        (x, y), (x_end, y_end) = window.point(top, left), window.point(bottom, right)
        area = QRectF(x, y, max(x_end - x, 2.0), max(y_end - y, 2.0))
        for colour, wider in ((theme().base, 1.5), (theme().text, 0.0)):
            painter.setPen(QPen(QColor(colour), 1.5))
            painter.drawRect(area.adjusted(-wider, -wider, wider, wider))


def paint_pin(painter: QPainter, window: TensorWindow, cell: tuple[int, int], strong: bool) -> None:
    """Draw a frame around a cell; around one that is too small, at some distance."""
    x, y = window.point(*cell)
    box = QRectF(x, y, window.wide, window.high)
    if min(window.wide, window.high) < 8:
        box = QRectF(box.center() - QPointF(6, 6), box.center() + QPointF(6, 6))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(theme().base), 3 if strong else 1))
    painter.drawRect(box)
    painter.setPen(QPen(QColor(theme().accent if strong else theme().text), 2 if strong else 1))
    painter.drawRect(box)


_NONE = MapTile(np.empty((0, 0)), np.empty((0, 0), np.uint8))
