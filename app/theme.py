"""Light and dark: every colour and font that the window uses, and how they reach Qt.

The one place with colours. Nothing here knows a page or a plot; they ask ``theme()`` and listen to ``themeNotifier()``.
"""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from PySide6.QtCore import QObject, Qt, Signal, SignalInstance
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication

Mode = Literal["system", "light", "dark"]

# Okabe and Ito's colour-blind-safe set, https://jfly.uni-koeln.de/color/ . The order puts the best contrast first on
# each background; on white the yellow is darkened, since the original cannot be seen there.
_SERIES_LIGHT = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8a8000", "#4a5260")
_SERIES_DARK = ("#56b4e9", "#e8762c", "#1fb88c", "#d98fb9", "#e6a817", "#3d93d0", "#f0e442", "#b4bcc8")

_FAMILIES = (
    "Inter",
    "Segoe UI Variable Text",
    "Segoe UI",
    "SF Pro Text",
    "Noto Sans",
    "Cantarell",
    "Ubuntu",
    "Source Sans 3",
    "Noto Sans CJK SC",
    "PingFang SC",
    "Microsoft YaHei UI",
    "DejaVu Sans",
)
_MONO_FAMILIES = (
    "JetBrains Mono",
    "Cascadia Mono",
    "SF Mono",
    "Menlo",
    "Consolas",
    "Noto Sans Mono",
    "DejaVu Sans Mono",
)


@dataclass(frozen=True)
class Theme:
    """One colour scheme. Colours are ``#rrggbb`` text: ``QColor(theme().accent)``."""

    dark: bool
    window: str  # the page behind everything
    base: str  # tables, editors, plots, cards
    rail: str  # the left rail and the status bar
    raised: str  # menus, tooltips, popups
    button: str
    hover: str
    pressed: str
    border: str
    border_strong: str
    text: str
    muted: str
    disabled: str
    icon: str
    accent: str  # fills: the primary button, checked boxes, progress
    accent_hover: str
    accent_text: str  # the accent as ink on window and base
    accent_soft: str  # a wash behind selected rows and pages
    on_accent: str
    good: str
    warn: str
    bad: str
    good_soft: str
    warn_soft: str
    bad_soft: str
    grid: str
    axis: str
    series: tuple[str, ...]
    point_size: float = 10.0

    def seriesColor(self, index: int) -> QColor:
        """The categorical colour with this index; indices beyond the list begin again."""
        return QColor(self.series[index % len(self.series)])

    def font(self, scale: float = 1.0, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
        """The window's font with tabular figures, scaled from the default size."""
        font = QFont()
        font.setFamilies(list(_installed(_FAMILIES)) or [QFont().family()])
        font.setPointSizeF(self.point_size * scale)
        font.setWeight(weight)
        font.setFeature(QFont.Tag("tnum"), 1)
        font.setFeature(QFont.Tag("pwid"), 1)  # East Asian fonts draw “quotes” as wide as an ideograph without it.
        return font

    def monoFont(self, scale: float = 1.0) -> QFont:
        """The fixed-width font for logs, paths and TOML."""
        font = QFont()
        found = _installed(_MONO_FAMILIES)
        font.setFamilies([*found, *_installed(("Noto Sans Mono CJK SC", "Noto Sans CJK SC"))] or ["monospace"])
        font.setStyleHint(QFont.StyleHint.Monospace)
        font.setPointSizeF(self.point_size * scale)
        return font


def light() -> Theme:
    """Dark ink on white."""
    return Theme(
        dark=False,
        window="#f6f7f9",
        base="#ffffff",
        rail="#eceef2",
        raised="#ffffff",
        button="#ffffff",
        hover="#eef0f4",
        pressed="#e3e6ec",
        border="#dfe3e9",
        border_strong="#c3cad4",
        text="#1c2128",
        muted="#5c6675",
        disabled="#a3abb7",
        icon="#4a5463",
        accent="#2a63d6",
        accent_hover="#2157c4",
        accent_text="#1f56c3",
        accent_soft="#e4ecfc",
        on_accent="#ffffff",
        good="#1a7f4b",
        warn="#9a6200",
        bad="#c62f2f",
        good_soft="#e0f3e8",
        warn_soft="#fcf0d9",
        bad_soft="#fce5e4",
        grid="#eceff3",
        axis="#c3cad4",
        series=_SERIES_LIGHT,
    )


def dark() -> Theme:
    """Light ink on near-black."""
    return Theme(
        dark=True,
        window="#16191e",
        base="#1c2026",
        rail="#121519",
        raised="#262b33",
        button="#262b33",
        hover="#2a3039",
        pressed="#323944",
        border="#2d333d",
        border_strong="#47505d",
        text="#e4e8ee",
        muted="#97a1b0",
        disabled="#5d6674",
        icon="#aeb7c4",
        accent="#3a72e0",
        accent_hover="#4a82f0",
        accent_text="#86adfa",
        accent_soft="#24334f",
        on_accent="#ffffff",
        good="#4cc38a",
        warn="#e3a83b",
        bad="#f2716b",
        good_soft="#17352a",
        warn_soft="#3a2f17",
        bad_soft="#42211f",
        grid="#272c34",
        axis="#47505d",
        series=_SERIES_DARK,
    )


class ThemeNotifier(QObject):
    """Tells plots and hand-painted widgets that the colours changed."""

    changed = Signal()


class _State:
    """What is applied now; one for the process, as there is one QApplication."""

    theme: Theme | None = None
    mode: Mode = "system"
    notifier: ThemeNotifier | None = None
    listening: SignalInstance | None = None


def theme() -> Theme:
    """The colours in use now (light before ``apply`` was called)."""
    if _State.theme is None:
        _State.theme = light()
    return _State.theme


def themeNotifier() -> ThemeNotifier:
    """The one notifier of the process; connect to its ``changed`` signal."""
    if _State.notifier is None:
        _State.notifier = ThemeNotifier()
    return _State.notifier


def mode() -> Mode:
    """What the user chose; ``theme().dark`` says what came of it."""
    return _State.mode


def apply(app: QApplication, mode: Mode = "system", point_size: float = 10.0) -> None:
    """Give the application its style, palette, fonts and stylesheet, and tell everything that paints by itself."""
    choose(app, mode, point_size)
    dress(app)


def choose(app: QApplication, mode: Mode = "system", point_size: float = 10.0) -> None:
    """Set all that widgets ask for while they are made, but no stylesheet yet.

    Under a stylesheet each widget that is laid out is styled anew with everything in it, so that a window takes four
    times as long to make; `dress` then styles all of it at once.
    """
    _State.mode = mode
    hints = app.styleHints()
    if mode == "system":
        hints.unsetColorScheme()
    else:
        hints.setColorScheme(Qt.ColorScheme.Dark if mode == "dark" else Qt.ColorScheme.Light)
    is_dark = mode == "dark" or (mode == "system" and hints.colorScheme() == Qt.ColorScheme.Dark)
    _State.theme = replace(dark() if is_dark else light(), point_size=point_size)
    if app.style().objectName() != "fusion":
        app.setStyle("Fusion")
    app.setPalette(palette(_State.theme))
    app.setFont(_State.theme.font())
    if _State.listening is None:
        _State.listening = hints.colorSchemeChanged
        _State.listening.connect(_system_changed)


def dress(app: QApplication) -> None:
    """Set the chosen theme's stylesheet, and tell everything that paints by itself."""
    from app import stylesheet

    app.setStyleSheet(stylesheet.text(theme()))
    themeNotifier().changed.emit()


def _system_changed() -> None:
    app = QApplication.instance()
    if _State.mode == "system" and isinstance(app, QApplication) and app.styleHints().colorScheme():
        wanted = app.styleHints().colorScheme() == Qt.ColorScheme.Dark
        if wanted != theme().dark:
            apply(app, "system", theme().point_size)


def palette(colors: Theme) -> QPalette:
    """Fusion's palette for one theme."""
    roles = {
        QPalette.ColorRole.Window: colors.window,
        QPalette.ColorRole.WindowText: colors.text,
        QPalette.ColorRole.Base: colors.base,
        QPalette.ColorRole.AlternateBase: colors.window,
        QPalette.ColorRole.Text: colors.text,
        QPalette.ColorRole.Button: colors.button,
        QPalette.ColorRole.ButtonText: colors.text,
        QPalette.ColorRole.BrightText: colors.bad,
        QPalette.ColorRole.ToolTipBase: colors.raised,
        QPalette.ColorRole.ToolTipText: colors.text,
        QPalette.ColorRole.PlaceholderText: colors.muted,
        QPalette.ColorRole.Highlight: colors.accent,
        QPalette.ColorRole.HighlightedText: colors.on_accent,
        QPalette.ColorRole.Accent: colors.accent,
        QPalette.ColorRole.Link: colors.accent_text,
        QPalette.ColorRole.LinkVisited: colors.accent_text,
        QPalette.ColorRole.Light: colors.raised,
        QPalette.ColorRole.Midlight: colors.hover,
        QPalette.ColorRole.Mid: colors.border,
        QPalette.ColorRole.Dark: colors.border_strong,
        QPalette.ColorRole.Shadow: "#000000",
    }
    result = QPalette()
    for role, color in roles.items():
        result.setColor(role, QColor(color))
    for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
        result.setColor(QPalette.ColorGroup.Disabled, role, QColor(colors.disabled))
    result.setColor(QPalette.ColorGroup.Disabled, QPalette.ColorRole.Highlight, QColor(colors.border_strong))
    return result


@lru_cache(maxsize=4)
def _installed(wanted: tuple[str, ...]) -> tuple[str, ...]:
    found = set(QFontDatabase.families())
    return tuple(name for name in wanted if name in found)
