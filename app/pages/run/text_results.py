"""What a text model leaves when it is done: what surprised it, its scores by class, its worst examples. It shows reports."""

from collections.abc import Mapping

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QTextBrowser, QVBoxLayout, QWidget

from app.amounts import count
from app.pages.run.class_table import ClassTable
from app.pages.run.example_browser import ExampleBrowser
from app.pages.run.text_words import example, parts, surprises, surprising_text
from app.pages.run.wording import figure
from app.theme import Theme, theme, themeNotifier
from engine.runs.evaluation import LanguageReport, TextExample, TextReport, WorstRows

SURPRISES_HEIGHT = 296
LONG = 32
"""Letters from which on a cell is a text, to be read beside the table rather than in it."""
BEGINNING = 200


class LanguageResults(QWidget):
    """The tokens and the texts that a language model expected least."""

    def __init__(self, report: LanguageReport, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._report = report
        self._tokens = QTextBrowser(self)
        self._tokens.setObjectName("run.results.surprises")
        self._tokens.setAccessibleName(self.tr("Most surprising tokens"))
        self._tokens.setOpenLinks(False)
        self._tokens.setTabChangesFocus(True)
        self._tokens.setFixedHeight(SURPRISES_HEIGHT)
        texts = ExampleBrowser(
            "run.results.worst",
            self.tr("Most surprising texts"),
            self.tr("Texts that the model expected least, the worst first; arrow keys go from one to the next"),
            self,
        )
        lines = [(one.row, figure(one.perplexity), one.text[:BEGINNING]) for one in report.worst]
        texts.setExamples((self.tr("row"), self.tr("perplexity"), self.tr("text")), lines, self._text)
        about = self.tr(
            "Of {0} held-out texts. The stronger the colour, the less the token was expected; loss in nats."
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(_label(self.tr("Most surprising tokens"), "subtitle", self))
        layout.addWidget(_label(about.format(count(report.texts)), "muted", self))
        layout.addWidget(self._tokens)
        layout.addWidget(_label(self.tr("Most surprising texts"), "subtitle", self))
        layout.addWidget(texts, 1)
        self._draw()
        themeNotifier().changed.connect(self._draw)

    @Slot()
    def _draw(self) -> None:
        self._tokens.setHtml(surprises(self._report.tokens, theme()))

    def _text(self, place: int, colours: Theme) -> str:
        return surprising_text(self._report.worst[place], colours)


class TextResults(QWidget):
    """Scores by class, and examples: the worst first, or evenly drawn."""

    def __init__(
        self, report: TextReport, task: str, metrics: Mapping[str, float], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._report = report
        self._task = task
        self._is_spans = task == "token-classification"
        self._chooser = QComboBox(self)
        self._chooser.setObjectName("run.results.examples.which")
        self._chooser.setAccessibleName(self.tr("Which examples are shown"))
        self._chooser.setToolTip(self.tr("The worst first, or some that are evenly drawn from all"))
        self._chooser.addItems([self.tr("worst first"), self.tr("evenly drawn")])
        self._browser = ExampleBrowser(
            "run.results.worst",
            self.tr("Examples"),
            self.tr("What the model says; arrow keys go from one to the next"),
            self,
        )
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(_label(self.tr("Examples"), "subtitle", self))
        head.addWidget(self._chooser)
        head.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        if report.by_class:
            layout.addWidget(
                _label(self.tr("Spans by kind") if self._is_spans else self.tr("By label"), "subtitle", self)
            )
            classes = ClassTable(self.tr("Kind") if self._is_spans else self.tr("Label"), self)
            classes.setClasses(report.by_class, _micro(metrics))
            layout.addWidget(classes)
        layout.addLayout(head)
        layout.addWidget(self._browser, 1)
        self._chooser.currentIndexChanged.connect(self._show)
        self._show()

    @Slot()
    def _show(self) -> None:
        if self._is_spans:
            columns: tuple[str, ...] = (self.tr("row"), self._report.error, self.tr("text"))
            told: list[tuple[str | None, ...]] = [(one.text[:BEGINNING],) for one in self._shown()]
        else:
            columns = (self.tr("row"), self._report.error, self.tr("predicted"), self.tr("true"))
            told = [(one.predicted[:BEGINNING] or None, one.reference[:BEGINNING] or None) for one in self._shown()]
        lines = [(one.row, figure(one.error), *cells) for one, cells in zip(self._shown(), told, strict=True)]
        self._browser.setExamples(columns, lines, self._text)

    def _shown(self) -> tuple[TextExample, ...]:
        return self._report.worst if self._chooser.currentIndex() == 0 else self._report.examples

    def _text(self, place: int, colours: Theme) -> str:
        return example(self._shown()[place], self._task, self._report.error, colours)


def worst_browser(worst: WorstRows, parent: QWidget) -> ExampleBrowser | None:
    """Return the worst rows with their long texts beside the list, or None where no cell is a text."""
    if not any(len(cell or "") > LONG for row in worst.rows for cell in row):
        return None
    browser = ExampleBrowser(
        "run.results.worst",
        parent.tr("Worst predictions"),
        parent.tr("The rows that the model got most wrong, worst first; arrow keys go from one to the next"),
        parent,
    )

    def details(place: int, colours: Theme) -> str:
        cells = [
            (name, "–" if cell is None else cell) for name, cell in zip(worst.columns, worst.rows[place], strict=True)
        ]
        return parts(sorted(cells, key=lambda cell: len(cell[1]) <= LONG), colours)

    rows = [tuple(None if cell is None else cell[:BEGINNING] for cell in row) for row in worst.rows]
    browser.setExamples(worst.columns, rows, details)
    return browser


def _micro(metrics: Mapping[str, float]) -> dict[str, float]:
    """Return the scores of all spans or labels together."""
    names = {"precision": "precision", "recall": "recall", "f1": "f1", "f1_micro": "f1"}
    return {name: metrics[key] for key, name in names.items() if key in metrics}


def _label(text: str, role: str, parent: QWidget) -> QLabel:
    label = QLabel(text, parent)
    label.setProperty("role", role)
    label.setWordWrap(role == "muted")
    return label
