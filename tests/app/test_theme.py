"""Both colour schemes can be read, the switch reaches everything, and icons follow it by themselves."""

import re

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QIcon, QPalette

from app import icons, stylesheet, theme

SCHEMES = (theme.light(), theme.dark())


@pytest.fixture(autouse=True)
def light_afterwards(qapp):
    yield
    theme.apply(qapp, "light")


def contrast(one, other):
    """WCAG 2.2: the ratio of relative luminances."""

    def luminance(color):
        parts = [
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in QColor(color).getRgbF()
        ]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", SCHEMES, ids=["light", "dark"])
def test_that_text_can_be_read_on_every_surface(scheme):
    for surface in (scheme.window, scheme.base, scheme.raised):
        for ink in (scheme.text, scheme.muted, scheme.accent_text, scheme.good, scheme.warn, scheme.bad):
            assert contrast(ink, surface) >= 4.5, (ink, surface)
    assert contrast(scheme.on_accent, scheme.accent) >= 4.5
    for ink, wash in ((scheme.good, scheme.good_soft), (scheme.warn, scheme.warn_soft), (scheme.bad, scheme.bad_soft)):
        assert contrast(ink, wash) >= 4.3
    assert contrast(scheme.accent_text, scheme.accent_soft) >= 4.5


@pytest.mark.parametrize("scheme", SCHEMES, ids=["light", "dark"])
def test_that_the_curves_colours_differ_and_stand_out(scheme):
    assert len(set(scheme.series)) == 8
    assert scheme.seriesColor(0) == scheme.seriesColor(8)
    assert min(contrast(colour, scheme.base) for colour in scheme.series) >= 2.2
    assert contrast(scheme.series[0], scheme.base) >= 4.5


@pytest.mark.parametrize("scheme", SCHEMES, ids=["light", "dark"])
def test_that_the_stylesheet_names_no_colour_of_its_own(scheme, qapp):
    written = set(re.findall(r"#[0-9a-fA-F]{3,8}\b", stylesheet.text(scheme)))
    assert written <= {value for value in vars(scheme).values() if isinstance(value, str)}
    assert "$" not in stylesheet.text(scheme)


def test_that_switching_reaches_palette_stylesheet_and_listeners(qapp, qtbot):
    theme.apply(qapp, "light")
    with qtbot.waitSignal(theme.themeNotifier().changed):
        theme.apply(qapp, "dark")
    assert theme.theme().dark
    assert theme.mode() == "dark"
    assert qapp.palette().color(QPalette.ColorRole.Window).name() == theme.dark().window
    assert theme.dark().accent in qapp.styleSheet()


def test_that_the_window_uses_figures_of_one_width(qapp):
    theme.apply(qapp, "light")
    from PySide6.QtGui import QFontMetricsF

    metrics = QFontMetricsF(theme.theme().font())
    assert len({metrics.horizontalAdvance(figure) for figure in "0123456789"}) == 1


def test_that_every_icon_is_drawn_in_the_colour_of_the_scheme(qapp):
    theme.apply(qapp, "dark")
    wanted = QColor(theme.dark().icon).lightness()

    def is_drawn(name):
        picture = icons.icon(name).pixmap(QSize(24, 24)).toImage()
        pixels = [picture.pixelColor(x, y) for x in range(24) for y in range(24)]
        inks = [pixel for pixel in pixels if pixel.alpha() > 100]
        return bool(inks) and all(abs(ink.lightness() - wanted) < 60 for ink in inks)

    assert icons.names()
    assert not [name for name in icons.names() if not is_drawn(name)]


def test_that_an_icon_made_before_the_switch_follows_it(qapp):
    theme.apply(qapp, "light")
    icon = icons.icon("save")
    before = icon.pixmap(QSize(32, 32)).toImage()
    theme.apply(qapp, "dark")
    assert icon.pixmap(QSize(32, 32)).toImage() != before


def test_that_a_disabled_icon_is_paler_and_a_checked_one_has_the_accent(qapp):
    theme.apply(qapp, "light")

    def ink(mode, state):
        picture = icons.icon("stop").pixmap(QSize(24, 24), mode, state).toImage()
        return max((picture.pixelColor(x, 12) for x in range(24)), key=QColor.alpha).getRgb()

    for mode, state, wanted in (
        (QIcon.Mode.Normal, QIcon.State.Off, theme.light().icon),
        (QIcon.Mode.Disabled, QIcon.State.Off, theme.light().disabled),
        (QIcon.Mode.Normal, QIcon.State.On, theme.light().accent_text),
    ):
        assert ink(mode, state)[:3] == pytest.approx(QColor(wanted).getRgb()[:3], abs=3)


def test_that_an_unknown_icon_is_told_by_name():
    with pytest.raises(KeyError, match="no icon called 'floppy'"):
        icons.icon("floppy")


def test_that_the_application_has_its_own_icon_in_many_sizes(qapp):
    sizes = {size.width() for size in icons.app_icon().availableSizes()}
    assert {16, 32, 256} <= sizes
