"""What a fan plot draws over its view: washes of the quantiles below, lines above, and words at their ends."""

import numpy as np
from pyqtgraph.functions import arrayToQPolygonF
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QWidget

from app.plots.canvas import Canvas, Stroke, blended
from app.plots.curve_layer import CurveLayer, Dot, EndLabel, Mark, Reading
from app.plots.date_axis import moment_text
from app.plots.fan import Band, Fan, Floats
from app.theme import theme

DOT_ROOM = 7.0  # pixels between steps, from which on each is worth a dot
PALEST, DARKEST = 0.14, 0.5  # strengths of the widest and the narrowest band
SEEN = 0.62  # strength of what the model saw, beside what came after
OTHERS = (Qt.PenStyle.DashLine, Qt.PenStyle.DotLine, Qt.PenStyle.DashDotLine)


class FanLayer(CurveLayer):
    """A transparent layer that paints one forecast; `area` and `frame` say where."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(Canvas(), parent)
        self.is_exact = True
        self._bands: list[tuple[Floats, Band, QColor]] = []

    def clear(self) -> None:
        """Paint nothing."""
        self._bands, self.strokes, self.labels, self.marks, self.dots = [], [], [], [], []
        self.grid, self.reading = [], None
        self.update()

    def setFan(self, fan: Fan) -> None:
        """Take another forecast."""
        ink, base, model = QColor(theme().text), QColor(theme().base), theme().seriesColor(0)
        future = fan.future
        self._bands = [
            (
                future,
                Band(band.percent, fan.joined(band.low), fan.joined(band.high), band.name),
                self._wash(place, len(fan.bands)),
            )
            for place, band in enumerate(fan.bands)
        ]
        seen, muted = blended(ink, base, SEEN), QColor(theme().muted)
        others = [
            Stroke(future, fan.joined(values), muted, OTHERS[place % len(OTHERS)], is_thin=True)
            for place, values in enumerate(fan.others.values())
        ]
        truth = [Stroke(future[: len(fan.actual) + 1], fan.joined(fan.actual), ink)] if len(fan.actual) else []
        self.strokes = [
            Stroke(fan.x[: len(fan.past)], fan.past, seen),
            *others,
            Stroke(future, fan.joined(fan.median), model),
            *truth,
        ]
        self.marks = self._origin(fan)
        self.dots = self._dots(fan, ink)
        self.labels = self._words(fan, ink, model, muted)

    def read(self, fan: Fan, place: int) -> None:
        """Show what stands at one of the steps."""
        x, ahead = float(fan.x[place]), place - len(fan.past)
        ink, model = QColor(theme().text), theme().seriesColor(0)
        lines: list[tuple[str, QColor]] = []
        if ahead < 0:
            lines.append((f"{self.tr('seen')}  {fan.past[place]:.5g}", ink))
        else:
            if ahead < len(fan.actual):
                lines.append((f"{self.tr('truth')}  {fan.actual[ahead]:.5g}", ink))
            lines.append((f"{self._median(fan)}  {fan.median[ahead]:.5g}", model))
            for band in fan.bands[::-1]:
                lines.append((f"{band.label}  {band.low[ahead]:.5g} … {band.high[ahead]:.5g}", model))
            lines += [(f"{name}  {values[ahead]:.5g}", QColor(theme().muted)) for name, values in fan.others.items()]
        title = moment_text(x) if fan.are_dates else f"{x:,.6g}"
        if ahead >= 0 and len(fan.past):
            title += f"  ·  +{ahead + 1}"
        self.reading = Reading(float(self.frame.across(np.array([x]), self.area)[0]), title, tuple(lines))

    def _paint_strokes(self, painter: QPainter) -> None:
        painter.save()
        painter.setClipRect(self.area)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        for x, band, colour in self._bands:
            painter.setBrush(colour)
            edges = np.concatenate([self.frame.down(band.high, self.area), self.frame.down(band.low, self.area)[::-1]])
            across = self.frame.across(x, self.area)
            if np.isfinite(edges).all():
                painter.drawPolygon(arrayToQPolygonF(np.concatenate([across, across[::-1]]), edges))
        painter.restore()
        super()._paint_strokes(painter)

    def _wash(self, place: int, count: int) -> QColor:
        """Return the colour of a band: the narrower, the stronger. It is opaque, so that nested ones do not add up."""
        share = PALEST + (DARKEST - PALEST) * (place / (count - 1) if count > 1 else 0.4)
        return blended(theme().seriesColor(0), QColor(theme().base), share)

    def _origin(self, fan: Fan) -> list[Mark]:
        """Return the line at the last step that the model saw."""
        if not len(fan.past):
            return []
        at = fan.x[len(fan.past) - 1]
        return [Mark(float(self.frame.across(np.array([at]), self.area)[0]), "", "info")]

    def _dots(self, fan: Fan, ink: QColor) -> list[Dot]:
        """Return a dot for each step that came, where there is room for them."""
        x = self.frame.across(fan.x[len(fan.past) : len(fan.past) + len(fan.actual)], self.area)
        if len(x) > 1 and (x[-1] - x[0]) / (len(x) - 1) < DOT_ROOM:
            return []
        shown = np.isfinite(fan.actual)
        y = self.frame.down(fan.actual[shown], self.area)
        return [Dot(*place, ink) for place in zip(x[shown].tolist(), y.tolist(), strict=True)]

    def _words(self, fan: Fan, ink: QColor, model: QColor, muted: QColor) -> list[EndLabel]:
        """Return the names of all that is drawn, where each ends."""
        ends = [(fan.actual, self.tr("truth"), ink), (fan.median, self._median(fan), model)]
        ends += [(band.high, band.label, model) for band in fan.bands]
        ends += [(values, name, muted) for name, values in fan.others.items()]
        found = []
        for values, text, colour in ends:
            if len(values) and np.isfinite(values[-1]):
                y = float(self.frame.down(values[-1:], self.area)[0])
                found.append(EndLabel(min(max(y, self.area.top() + 6), self.area.bottom() - 6), text, colour))
        return found

    def _median(self, fan: Fan) -> str:
        return fan.name or self.tr("median") if fan.bands else self.tr("forecast")
