"""The axes of plots: what is written at their ticks. Numbers, powers of ten, or time that has passed."""

import math
import time
from collections.abc import Sequence

import pyqtgraph as pg

SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
TIME_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400)


def figures(values: Sequence[float], spacing: float) -> list[str]:
    """Write evenly spaced numbers alike: as many places as the spacing needs, thousands as k and millions as M."""
    largest = max((abs(value) for value in values), default=0.0)
    if spacing <= 0 or largest >= 1e12 or (largest and spacing < 1e-4 and largest < 1e-2):
        return [power(value) for value in values]
    for unit, name in ((1e6, "M"), (1e3, "k")):
        if largest >= 10 * unit and spacing >= unit / 100:
            return [_fixed(value / unit, spacing / unit) + (name if value else "") for value in values]
    return [_fixed(value, spacing) for value in values]


def power(value: float) -> str:
    """Write a number with a power of ten: 2·10⁻⁴."""
    if not value:
        return "0"
    mantissa, exponent = f"{value:.3e}".split("e")
    mantissa = mantissa.rstrip("0").rstrip(".").replace("-", "−")
    ten = "10" + str(int(exponent)).translate(SUPERSCRIPTS)
    return ten if mantissa == "1" else f"−{ten}" if mantissa == "−1" else f"{mantissa}·{ten}"


def duration(seconds: float, spacing: float = 1.0) -> str:
    """Write time that has passed: 0.5 s, 45 s, 2:30, 1:02:30."""
    sign, seconds = ("−", -seconds) if seconds < 0 else ("", seconds)
    if seconds < 60 and spacing < 60:
        return f"{sign}{_fixed(seconds, spacing)} s"
    whole = round(seconds)
    minutes = f"{whole // 60 % 60}:{whole % 60:02d}"
    return f"{sign}{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}" if whole >= 3600 else sign + minutes


def clock(when: float, spacing: float, with_day: bool = False) -> str:
    """Write a moment (seconds since 1970) as the clock here shows it: 14:05, 14:05:30, 21 Nov 14:05."""
    there = time.localtime(when)
    text = time.strftime("%H:%M" if spacing >= 60 else "%H:%M:%S", there)
    if spacing < 1:
        text += f"{when % 1:.2f}"[1:]
    return f"{there.tm_mday} {time.strftime('%b', there)} {text}" if with_day else text


def _fixed(value: float, spacing: float) -> str:
    places = max(0, math.ceil(-math.log10(spacing) - 1e-9))
    text = f"{value:,.{places}f}"
    return text.replace("-", "−") if float(text.replace(",", "")) else text.lstrip("-")


class Axis(pg.AxisItem):  # type: ignore[misc]
    """An axis of pyqtgraph that writes its ticks as this program does."""

    def __init__(self, orientation: str) -> None:
        super().__init__(orientation)
        self.enableAutoSIPrefix(False)
        self.is_time = False
        self._is_whole = False
        self._ends: tuple[float, ...] = ()
        self._origin: float | None = None

    def setTime(self, is_time: bool, origin: float | None = None) -> None:
        """Take values as seconds that have passed; with an `origin` (seconds since 1970) as moments after it."""
        if (is_time, origin) == (self.is_time, self._origin):
            return
        self.is_time, self._origin = is_time, origin
        self.picture = None
        self.update()

    def setWhole(self, is_whole: bool, ends: tuple[float, ...] = ()) -> None:
        """Write whole numbers alone, and in any case those at the `ends`."""
        if (is_whole, ends) != (self._is_whole, self._ends):
            self._is_whole, self._ends = is_whole, ends
            self.setStyle(hideOverlappingLabels=not ends)  # half of what stands at an end lies beside the axis
            self.picture = None
            self.update()

    def words(self, value: float) -> str:
        """Write a single value."""
        if self.is_time and self._origin is not None:
            return clock(self._origin + value, 1.0, True)
        return duration(value) if self.is_time else f"{value:,.6g}"

    def tickSpacing(self, low: float, high: float, size: float) -> list[tuple[float, float]]:
        """Return the spacing of ticks: for time in steps of minutes and hours."""
        span = high - low
        wanted = span / max(size / 90, 2)
        if not self.is_time or wanted <= 1 or self.logMode:
            spacing = list(super().tickSpacing(low, high, size))
            if not self._is_whole or self.logMode:
                return spacing
            return [(step, offset) for step, offset in spacing if step >= 1] or [(1.0, 0.0)]
        step = next((step for step in TIME_STEPS if step >= wanted), math.ceil(wanted / 86400) * 86400)
        if self._origin is None:
            return [(float(step), 0.0)]
        midnight = time.mktime((*time.localtime(self._origin)[:3], 0, 0, 0, 0, 0, -1))
        return [(float(step), (midnight - self._origin) % step)]

    def tickValues(self, low: float, high: float, size: float) -> list[tuple[float, list[float]]]:
        """Return the ticks by their spacing: the ends have one, and none stands so near that both could not be read."""
        found: list[tuple[float, list[float]]] = super().tickValues(low, high, size)
        ends = [end for end in self._ends if min(low, high) <= end <= max(low, high)]
        if not ends or not found:
            return found
        room = found[0][0] / 2
        kept = [
            (spacing, [at for at in values if all(abs(at - end) >= room for end in ends)]) for spacing, values in found
        ]
        return [(kept[0][0], sorted([*kept[0][1], *dict.fromkeys(ends)])), *kept[1:]]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        """Return what is written at ticks."""
        if self.logMode:
            return self.logTickStrings(values, scale, spacing)
        if self.is_time and self._origin is not None:
            low, high = self.range
            return [clock(self._origin + value * scale, spacing, high - low > 72_000) for value in values]
        if self.is_time:
            return [duration(value * scale, spacing * scale) for value in values]
        return figures([value * scale for value in values], spacing * scale)

    def logTickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        """Return powers of ten, or plain numbers where all of the axis is near one."""
        del scale, spacing
        low, high = self.range
        if low >= -2.5 and high <= 4.5:
            return [f"{10**value:,.4g}" for value in values]
        return [power(10**value) for value in values]
