"""The icons: one family of line drawings, coloured from the theme at the moment they are painted.

Drawings live in resources/icons as SVG; no colour is decided here, and nothing but drawing happens here.
"""

from functools import lru_cache

from PySide6.QtCore import QByteArray, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QIconEngine, QImage, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from app.resources import resources
from app.theme import theme

DRAWINGS = "icons"


def names() -> tuple[str, ...]:
    """Every drawing of the family, without the application's own icon."""
    return tuple(sorted(path.stem for path in resources(DRAWINGS).glob("*.svg") if path.stem != "tensorbench"))


@lru_cache(maxsize=256)
def _drawing(name: str) -> str:
    path = resources(DRAWINGS) / f"{name}.svg"
    if not path.is_file():
        raise KeyError(f"There is no icon called {name!r}; the icons are: {', '.join(names())}")
    return path.read_text(encoding="utf-8")


def svg(name: str, color: str) -> str:
    """The drawing's SVG text in one colour (``#rrggbb``)."""
    return _drawing(name).replace("currentColor", color)


@lru_cache(maxsize=1024)
def image(name: str, color: str, pixels: int) -> QImage:
    """The drawing as a square image of so many device pixels."""
    picture = QImage(pixels, pixels, QImage.Format.Format_ARGB32_Premultiplied)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    QSvgRenderer(QByteArray(svg(name, color).encode())).render(painter, QRectF(0, 0, pixels, pixels))
    painter.end()
    return picture


class _ThemedEngine(QIconEngine):
    """Paints a drawing in the theme's colour, so that icons follow a change between light and dark by themselves."""

    def __init__(self, name: str, color: str) -> None:
        super().__init__()
        self._name = name
        self._color = color

    def _now(self, mode: QIcon.Mode, state: QIcon.State) -> str:
        colors = theme()
        if mode == QIcon.Mode.Disabled:
            return colors.disabled
        if self._color:
            return str(getattr(colors, self._color, self._color))
        if state == QIcon.State.On or mode == QIcon.Mode.Selected:
            return colors.accent_text
        return colors.icon

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        """Draw into ``rect``, square and centred."""
        side = min(rect.width(), rect.height())
        ratio = painter.device().devicePixelRatioF()
        picture = image(self._name, self._now(mode, state), max(1, round(side * ratio)))
        corner = QPoint(rect.x() + (rect.width() - side) // 2, rect.y() + (rect.height() - side) // 2)
        painter.drawImage(QRect(corner, QSize(side, side)), picture)

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        """The drawing as a pixmap of ``size`` device pixels."""
        pixmap = QPixmap(size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self.paint(painter, QRect(QPoint(0, 0), size), mode, state)
        painter.end()
        return pixmap

    def clone(self) -> QIconEngine:
        """A second engine for the same drawing."""
        copy = _ThemedEngine(self._name, self._color)
        _engines.append(copy)
        return copy


# Qt owns the engines, but Python must keep its half of each alive for as long as Qt may call it.
_engines: list[QIconEngine] = []


@lru_cache(maxsize=512)
def icon(name: str, color: str = "") -> QIcon:
    """An icon of the family.

    ``color`` is a theme colour's name (``"accent"``, ``"bad"``) or ``#rrggbb``; without it the icon takes the theme's
    icon colour, the accent when it is checked or selected, and the disabled colour when it is disabled.
    """
    _drawing(name)
    engine = _ThemedEngine(name, color)
    _engines.append(engine)
    return QIcon(engine)


def primary_icon(name: str) -> QIcon:
    """The icon for a primary button: in the colour of text on the accent."""
    return icon(name, "on_accent")


def pixmap(name: str, size: int = 16, color: str = "", ratio: float = 1.0) -> QPixmap:
    """A drawing for a label, in the colours of this moment (ask again after a theme change)."""
    chosen = str(getattr(theme(), color, color)) if color else theme().icon
    result = QPixmap.fromImage(image(name, chosen, max(1, round(size * ratio))))
    result.setDevicePixelRatio(ratio)
    return result


def app_icon() -> QIcon:
    """The application's own icon, in every size that desktops ask for."""
    result = QIcon()
    for side in (16, 24, 32, 48, 64, 128, 256):
        result.addPixmap(QPixmap.fromImage(image("tensorbench", "#ffffff", side)))
    return result
