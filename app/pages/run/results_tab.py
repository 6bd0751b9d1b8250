"""What a run's model is worth: metrics, plots of every target, importance, the worst rows. It reads an Evaluation."""

from typing import Any

import numpy as np
from pydantic import ValidationError
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from app.amounts import count, counted
from app.pages.run.forecast_targets import forecast_view
from app.pages.run.metric_tiles import FoldTable, MetricTiles
from app.pages.run.plot_card import PlotCard
from app.pages.run.rows_table import RowsTable
from app.pages.run.target_report import ClassificationPlots, RegressionPlots
from app.pages.run.text_results import LanguageResults, TextResults, worst_browser
from app.pages.run.word_results import WordResults
from app.pages.run.wording import metric_title
from app.plots import BarPlot
from engine.runs.evaluation import Evaluation, Importance

MOST_COLUMNS = 30
BAR_HEIGHT = 22
LANGUAGES = frozenset({"masked-lm", "causal-lm", "rnn-lm"})  # tasks of models that learn a language


class ResultsTab(QStackedWidget):
    """The results of the run on show, or why there are none."""

    asked = Signal(str, object)  # a method of the data lab and its parameters, beside the run

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._view: EvaluationView | None = None
        self._message = QLabel(self)
        self._message.setObjectName("run.results.message")
        self._message.setProperty("role", "muted")
        self._message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._message.setWordWrap(True)
        self._area = QScrollArea(self)
        self._area.setObjectName("run.results")
        self._area.setAccessibleName(self.tr("Results"))
        self._area.setWidgetResizable(True)
        self.addWidget(self._message)
        self.addWidget(self._area)

    def clear(self) -> None:
        """Show nothing, for another run."""
        self._say("")

    def wait(self) -> None:
        """Say that the results are being read."""
        self._say(self.tr("Reading the results …"))

    def setProblem(self, sentence: str) -> None:
        """Say why there are no results."""
        self._say(sentence)

    def setEvaluation(self, value: object) -> None:
        """Show an evaluation, as the JSON that the lab sends."""
        try:
            evaluation = Evaluation.model_validate(value)
        except ValidationError:
            self._say(self.tr("The results of this run were written by another version and cannot be shown."))
            return
        self._view = EvaluationView(evaluation, self._area)
        self._area.setWidget(self._view)
        self.setCurrentWidget(self._area)
        for part in self._view.asking():
            part.asked.connect(self.asked)
            part.begin()

    def take(self, name: str, value: object) -> None:
        """Show an answer to what was asked."""
        for part in self._view.asking() if self._view is not None else ():
            part.take(name, value)

    def takeProblem(self, name: str, sentence: str) -> None:
        """Say why there is no answer to what was asked."""
        for part in self._view.asking() if self._view is not None else ():
            part.takeProblem(name, sentence)

    def message(self) -> str:
        """Return what is said instead of results."""
        return self._message.text()

    def _say(self, text: str) -> None:
        self._message.setText(text)
        self.setCurrentWidget(self._message)
        self._view = None
        if self._area.widget() is not None:
            self._area.takeWidget().deleteLater()


class EvaluationView(QWidget):
    """One evaluation from top to bottom: metrics, folds, each target's plots, importance, worst rows, notes."""

    def __init__(self, evaluation: Evaluation, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._evaluation = evaluation
        self.forecasts = forecast_view(evaluation, self)
        self.words = WordResults(self) if evaluation.task == "word2vec" else None
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 12, 8, 8)
        self._layout.setSpacing(8)
        self._add_metrics()
        if self.words is not None:
            self._layout.addWidget(self.words, 1)  # a map takes all the room that is left
        self._add_folds()
        self._add_targets()
        self._add_texts()
        self._add_importance()
        self._add_worst()
        for note in evaluation.notes:
            self._add_hint(note)
        if not any(self._layout.stretch(place) for place in range(self._layout.count())):
            self._layout.addStretch(1)  # nothing takes the room that is left

    def asking(self) -> list[Any]:
        """Return the parts that ask labs for what they show."""
        return [part for part in (self.forecasts, self.words) if part is not None]

    def _add_metrics(self) -> None:
        evaluation = self._evaluation
        split = {
            "test": (
                self.tr("On {0} test row, which the model never saw"),
                self.tr("On {0} test rows, which the model never saw"),
            ),
            "valid": (self.tr("On {0} validation row"), self.tr("On {0} validation rows")),
            "train": (self.tr("On {0} training row"), self.tr("On {0} training rows")),
        }.get(evaluation.split, (self.tr("On {0} row"), self.tr("On {0} rows")))
        if evaluation.folds:
            split = (self.tr("On {0} rows, each predicted by the fold’s model that had not learned from it"),) * 2
        if self.forecasts is not None:
            self._add_title(self._forecast_title())
            self._layout.addWidget(self.forecasts)
            return
        if evaluation.task in LANGUAGES:
            split = {
                "test": (
                    self.tr("On {0} test text, which the model never saw"),
                    self.tr("On {0} test texts, which the model never saw"),
                ),
                "valid": (self.tr("On {0} validation text"), self.tr("On {0} validation texts")),
            }.get(evaluation.split, (self.tr("On {0} text"), self.tr("On {0} texts")))
        self._add_title(counted(evaluation.rows, *split))
        tiles = MetricTiles(self)
        tiles.setEvaluation(evaluation)
        self._layout.addWidget(tiles)
        if evaluation.task in LANGUAGES:
            self._add_hint(self._about_perplexity())

    def _about_perplexity(self) -> str:
        if self._evaluation.task == "masked-lm":
            return self.tr(
                "Pseudo-perplexity: among how many equally likely tokens the model wavers where one is hidden; 1 is "
                "certainty. It sees both sides, so it cannot be compared with a perplexity."
            )
        return self.tr(
            "Perplexity: among how many equally likely next tokens the model wavers; 1 is certainty. Only models with "
            "the same tokenizer can be compared by it."
        )

    def _add_hint(self, text: str) -> None:
        label = QLabel(text, self)
        label.setProperty("role", "muted")
        label.setWordWrap(True)
        self._layout.addWidget(label)

    def _forecast_title(self) -> str:
        evaluation = self._evaluation
        windows = count(evaluation.rows)
        if evaluation.folds:
            return self.tr("On {0} windows, each forecast by a model that knew only what was before").format(windows)
        if evaluation.split == "test":
            one = self.tr("On {0} test window, whose times the model never saw")
            return counted(evaluation.rows, one, self.tr("On {0} test windows, whose times the model never saw"))
        return counted(evaluation.rows, self.tr("On {0} validation window"), self.tr("On {0} validation windows"))

    def _add_folds(self) -> None:
        if not self._evaluation.folds:
            return
        folds = len(self._evaluation.folds[0].values)
        self._add_title(self.tr("Over {0} folds").format(folds))
        table = FoldTable(self)
        table.setFolds(self._evaluation.folds)
        self._layout.addWidget(table)
        words = self.tr(
            "Standard deviation (n − 1) tells how much single folds differ; standard error, the standard deviation "
            "divided by √{0}, tells how uncertain the mean is."
        )
        self._add_hint(words.format(folds))

    def _add_targets(self) -> None:
        evaluation = self._evaluation
        views: list[tuple[str, QWidget]] = []
        views += [(report.target, ClassificationPlots(report, self)) for report in evaluation.classification]
        views += [(report.target, RegressionPlots(report, evaluation.rows, self)) for report in evaluation.regression]
        if len(views) == 1:
            self._layout.addWidget(views[0][1])
        elif views:
            self._layout.addLayout(self._make_chooser([name for name, _ in views]))
            self._targets = QStackedWidget(self)
            for _, view in views:
                self._targets.addWidget(view)
            self._layout.addWidget(self._targets)
            self._chooser.currentIndexChanged.connect(self._targets.setCurrentIndex)

    def _make_chooser(self, names: list[str]) -> QHBoxLayout:
        self._chooser = QComboBox(self)
        self._chooser.setObjectName("run.results.target")
        self._chooser.setAccessibleName(self.tr("Target"))
        self._chooser.setToolTip(self.tr("Which target the plots below are about"))
        self._chooser.addItems(names)
        row = QHBoxLayout()
        label = QLabel(self.tr("Target"), self)
        label.setProperty("role", "muted")
        label.setBuddy(self._chooser)
        row.addWidget(label)
        row.addWidget(self._chooser)
        row.addStretch(1)
        return row

    def _add_texts(self) -> None:
        evaluation = self._evaluation
        if evaluation.language is not None:
            self._layout.addWidget(LanguageResults(evaluation.language, self), 1)
        if evaluation.text is not None:
            self._layout.addWidget(
                TextResults(evaluation.text, evaluation.task, evaluation.metrics.get(evaluation.split, {}), self), 1
            )

    def _add_importance(self) -> None:
        parts = sorted(self._evaluation.importance, key=_by_mean)
        if not parts:
            return
        shown = parts[:MOST_COLUMNS]
        plot = BarPlot()
        plot.setBars(
            [part.column for part in shown],
            np.array([part.mean for part in shown]),
            np.array([part.std for part in shown]),
        )
        card = PlotCard("run.results.importance", self.tr("Importance of columns"), plot, self)
        metric = metric_title(self._evaluation.importance_metric)
        words = self.tr(
            "How much worse “{0}” becomes when a column is shuffled; thin lines show one standard deviation."
        )
        hint = words.format(metric)
        if len(parts) > len(shown):
            hint += " " + self.tr("The {0} largest of {1} columns.").format(len(shown), count(len(parts)))
        card.setHint(hint)
        card.setMinimumHeight(96 + BAR_HEIGHT * len(shown))
        self._layout.addWidget(card)

    def _add_worst(self) -> None:
        worst = self._evaluation.worst
        if worst is None or not worst.rows:
            return
        self._add_title(self.tr("Worst predictions"))
        if (browser := worst_browser(worst, self)) is not None:
            self._layout.addWidget(browser)
            return
        table = RowsTable(
            "run.results.worst",
            self.tr("Worst predictions"),
            self.tr("The rows that the model got most wrong, worst first; Ctrl+C copies the selected ones"),
            self,
        )
        table.setRows(worst.columns, worst.rows)
        table.verticalHeader().hide()
        table.setFixedHeight(28 * min(10, len(worst.rows)) + 48)
        self._layout.addWidget(table)

    def _add_title(self, text: str) -> None:
        label = QLabel(text, self)
        label.setProperty("role", "subtitle")
        self._layout.addWidget(label)


def _by_mean(part: Importance) -> float:
    return -part.mean
