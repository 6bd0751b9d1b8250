"""What a text model makes of a few validation texts, drawn anew after each evaluation; a slider goes back over them."""

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSlider, QTextBrowser, QVBoxLayout, QWidget

from app.amounts import epochs
from app.pages.run.sample_words import changes, legend, page, score
from app.theme import theme, themeNotifier
from app.walker import walker
from app.widgets import ElidedLabel
from engine.runs.text_samples import TextSamples

HEIGHT = 296
WIDTH_OF_PLACE = 176
WIDTH_OF_SLIDER = 128

Key = tuple[int, int]


class SamplesPanel(QFrame):
    """The samples of one evaluation: the newest, unless the user went back to another."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("run.live.samples")
        self.setAccessibleName(self.tr("Samples of validation texts"))
        self.setProperty("role", "card")
        self.setFixedHeight(HEIGHT)
        self._held: dict[Key, TextSamples] = {}
        self._keys: list[Key] = []
        self._passing: Key | None = None  # the newest, where it is not one of those that are kept
        self._follows = True
        self._title = QLabel(self.tr("Samples"), self)
        self._title.setProperty("role", "cardtitle")
        self._summary = self._named(ElidedLabel(self), "summary")
        self._place = self._named(QLabel(self), "place")
        self._legend = self._named(QLabel(self), "legend")
        self._place.setFixedWidth(WIDTH_OF_PLACE)
        self._slider = QSlider(Qt.Orientation.Horizontal, self)
        self._slider.setObjectName("run.live.samples.evaluation")
        self._slider.setAccessibleName(self.tr("Evaluation whose samples are shown"))
        self._slider.setToolTip(self.tr("Go back over the evaluations of the run (arrow keys, Home and End)"))
        self._slider.setFixedWidth(WIDTH_OF_SLIDER)
        self._slider.setPageStep(1)
        name = "run.live.samples"
        self._back = walker(self, f"{name}.back", "left", self.tr("Evaluation before"), self._step_back)
        self._on = walker(self, f"{name}.on", "right", self.tr("Evaluation after"), self._step_on)
        self._text = QTextBrowser(self)
        self._text.setObjectName("run.live.samples.text")
        self._text.setAccessibleName(self.tr("Samples"))
        self._text.setOpenLinks(False)
        self._text.setTabChangesFocus(True)
        self._text.setProperty("role", "plain")
        self._text.setFrameShape(QFrame.Shape.NoFrame)
        self._arrange()
        self._slider.valueChanged.connect(self._moved)
        themeNotifier().changed.connect(self._draw)
        self.hide()

    def clear(self) -> None:
        """Show nothing, for another run."""
        self._held, self._keys, self._passing, self._follows = {}, [], None, True
        self._text.clear()
        self.hide()

    def takeSamples(self, news: Sequence[TextSamples]) -> None:
        """Take evaluations that are kept, and the newest one, which may be replaced by the next."""
        if not news:
            return
        shown = self._keys[self._slider.value()] if self._keys else None
        *kept, newest = news
        if self._passing is not None:
            self._held.pop(self._passing, None)
        self._held |= {_key(one): one for one in kept}
        self._passing = None if _key(newest) in self._held else _key(newest)
        self._held[_key(newest)] = newest
        self._keys = sorted(self._held)
        if shown is None or self._follows or shown not in self._held:
            place = len(self._keys) - 1
        else:
            place = self._keys.index(shown)
        with QSignalBlocker(self._slider):
            self._slider.setRange(0, len(self._keys) - 1)
            self._slider.setValue(place)
        self._draw()
        self.setVisible(bool(newest.samples))

    def shown(self) -> TextSamples | None:
        """Return the samples on show."""
        return self._held[self._keys[self._slider.value()]] if self._keys else None

    def summary(self) -> str:
        """Return what is said of them all."""
        return self._summary.text()

    def text(self) -> str:
        """Return the samples as they read."""
        return self._text.toPlainText()

    @Slot(int)
    def _moved(self, place: int) -> None:
        self._follows = place == len(self._keys) - 1
        self._draw()

    @Slot()
    def _step_back(self) -> None:
        self._slider.setValue(self._slider.value() - 1)

    @Slot()
    def _step_on(self) -> None:
        self._slider.setValue(self._slider.value() + 1)

    @Slot()
    def _draw(self) -> None:
        if not self._keys:
            return
        place = self._slider.value()
        now = self._held[self._keys[place]]
        earlier = self._held[self._keys[place - 1]] if place else None
        before = earlier if earlier is not None and earlier.fold == now.fold else None
        bar = self._text.verticalScrollBar()
        scrolled = bar.value()
        self._text.setHtml(page(now, before, theme()))
        bar.setValue(scrolled)
        self._summary.setText(self._summed(now, before))
        self._legend.setText(legend(now.task))
        words = self.tr("after epoch {0}").format(epochs(now.epoch))
        if now.fold:
            words += self.tr(" of fold {0}").format(now.fold.removeprefix("fold"))
        self._place.setText(words)
        self._slider.setEnabled(len(self._keys) > 1)
        self._back.setEnabled(place > 0)
        self._on.setEnabled(place < len(self._keys) - 1)

    def _summed(self, now: TextSamples, before: TextSamples | None) -> str:
        parts = []
        if (found := score(now)) is not None:
            words = self.tr("{0} of {1} hidden words right") if now.task == "masked-lm" else self.tr("{0} of {1} right")
            parts.append(words.format(*found))
            if before is not None and (old := score(before)) is not None:
                parts[-1] += self.tr(" ({0} after epoch {1})").format(old[0], epochs(before.epoch))
        if before is not None:
            changed = changes(now, before)
            parts.append(self.tr("{0} of {1} changed").format(changed, len(now.samples)))
        return "   ".join(parts)

    def _named(self, made: QLabel, name: str) -> QLabel:
        made.setObjectName(f"run.live.samples.{name}")
        made.setProperty("role", "muted")
        return made

    def _arrange(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(4, 0, 0, 0)
        head.setSpacing(8)
        head.addWidget(self._title)
        head.addWidget(self._summary, 1)
        for widget in (self._place, self._back, self._slider, self._on):
            head.addWidget(widget)
        self._place.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._legend.setContentsMargins(4, 0, 4, 0)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 4, 8, 8)
        layout.setSpacing(2)
        layout.addLayout(head)
        layout.addWidget(self._text, 1)
        layout.addWidget(self._legend)


def _key(one: TextSamples) -> Key:
    return int(one.fold.removeprefix("fold") or 0), one.step
