"""What a text model makes of a few validation texts, drawn anew after each evaluation; a slider goes back over them."""

from collections.abc import Sequence

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QTextBrowser, QVBoxLayout, QWidget

from app.amounts import epochs
from app.pages.run.history_walk import HistoryBook, HistoryWalk, when
from app.pages.run.sample_words import changes, legend, page, score
from app.theme import theme, themeNotifier
from app.widgets import ElidedLabel
from engine.runs.text_samples import TextSamples

HEIGHT = 296
WIDTH_OF_PLACE = 176


class SamplesPanel(QFrame):
    """The samples of one evaluation: the newest, unless the user went back to another."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("run.live.samples")
        self.setAccessibleName(self.tr("Samples of validation texts"))
        self.setProperty("role", "card")
        self.setFixedHeight(HEIGHT)
        self._title = QLabel(self.tr("Samples"), self)
        self._title.setProperty("role", "cardtitle")
        self._summary = self._named(ElidedLabel(self), "summary")
        self._legend = self._named(QLabel(self), "legend")
        names = (
            self.tr("Evaluation whose samples are shown"),
            self.tr("Evaluation before"),
            self.tr("Evaluation after"),
        )
        self._walk = HistoryWalk("run.live.samples", "evaluation", names, WIDTH_OF_PLACE, self)
        self._text = QTextBrowser(self)
        self._text.setObjectName("run.live.samples.text")
        self._text.setAccessibleName(self.tr("Samples"))
        self._text.setOpenLinks(False)
        self._text.setTabChangesFocus(True)
        self._text.setProperty("role", "plain")
        self._text.setFrameShape(QFrame.Shape.NoFrame)
        self._arrange()
        self._walk.moved.connect(self._draw)
        themeNotifier().changed.connect(self._draw)
        self.hide()

    def clear(self) -> None:
        """Show nothing, for another run."""
        self._walk.clear()
        self._text.clear()
        self.hide()

    def takeSamples(self, news: Sequence[TextSamples]) -> None:
        """Take evaluations that are kept, and the newest one, which may be replaced by the next."""
        if not news:
            return
        self._walk.take(news)
        self._draw()
        self.setVisible(bool(news[-1].samples))

    def shown(self) -> TextSamples | None:
        """Return the samples on show."""
        book: HistoryBook[TextSamples] = self._walk.book
        return book[self._walk.place()] if len(book) else None

    def summary(self) -> str:
        """Return what is said of them all."""
        return self._summary.text()

    def text(self) -> str:
        """Return the samples as they read."""
        return self._text.toPlainText()

    @Slot()
    def _draw(self) -> None:
        book: HistoryBook[TextSamples] = self._walk.book
        if not len(book):
            return
        place = self._walk.place()
        now = book[place]
        earlier = book[place - 1] if place else None
        before = earlier if earlier is not None and earlier.fold == now.fold else None
        bar = self._text.verticalScrollBar()
        scrolled = bar.value()
        self._text.setHtml(page(now, before, theme()))
        bar.setValue(scrolled)
        self._summary.setText(self._summed(now, before))
        self._legend.setText(legend(now.task))
        self._walk.say(when(now, self.tr("after epoch {0}"), self.tr(" of fold {0}")))

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
        head.addWidget(self._walk)
        self._legend.setContentsMargins(4, 0, 4, 0)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 4, 8, 8)
        layout.setSpacing(2)
        layout.addLayout(head)
        layout.addWidget(self._text, 1)
        layout.addWidget(self._legend)
