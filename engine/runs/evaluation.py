"""What is known about a model when its run is over: the shape of `evaluation.json`, which pages and commands read."""

from pydantic import BaseModel, ConfigDict

from engine.runs.forecasts import ForecastInsight
from engine.runs.text_samples import TextPiece
from engine.runs.texts import TokenLoss


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class Curve(_Part):
    """A curve with its area: for ROC x is the false and y the true positive rate; for PR recall and precision."""

    label: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    area: float


class Calibration(_Part):
    """Reliability of a class's probabilities, by bins: mean predicted, observed share and number of rows."""

    label: str
    predicted: tuple[float, ...]
    observed: tuple[float, ...]
    count: tuple[int, ...]


class ClassificationReport(_Part):
    """One categorical target: `confusion[i][j]` counts rows of class i that were predicted as class j."""

    target: str
    classes: tuple[str, ...]
    confusion: tuple[tuple[int, ...], ...]
    roc: tuple[Curve, ...] = ()
    pr: tuple[Curve, ...] = ()
    calibration: tuple[Calibration, ...] = ()

    @property
    def by_class(self) -> dict[str, dict[str, float]]:
        """Precision, recall, F1 and rows (support) of each class that is there or was predicted."""
        found = {}
        for place, name in enumerate(self.classes):
            hits, support = self.confusion[place][place], sum(self.confusion[place])
            told = sum(row[place] for row in self.confusion)
            if support or told:
                found[name] = {
                    "precision": hits / told if told else 0.0,
                    "recall": hits / support if support else 0.0,
                    "f1": 2 * hits / (support + told),
                    "support": float(support),
                }
        return found

    @property
    def micro(self) -> dict[str, float]:
        """The same of all rows together: one class a row, so that each is the accuracy."""
        hits = sum(self.confusion[place][place] for place in range(len(self.classes)))
        total = sum(map(sum, self.confusion))
        return dict.fromkeys(("precision", "recall", "f1"), hits / total) if total else {}


class RegressionReport(_Part):
    """One numeric target in its own unit; at most 5,000 rows, evenly drawn."""

    target: str
    actual: tuple[float, ...]
    predicted: tuple[float, ...]


class Importance(_Part):
    """How much worse the metric becomes when a column is shuffled: mean and standard deviation over repeats."""

    column: str
    mean: float
    std: float


class WorstRows(_Part):
    """The rows that the model got most wrong, worst first, with the loss of each."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]


class FoldScore(_Part):
    """A metric over the folds of a cross-validation. `std` is the sample standard deviation of the folds' scores
    (n-1); `standard_error` is std/√k, the uncertainty of the mean."""

    metric: str
    values: tuple[float, ...]
    mean: float
    std: float
    standard_error: float


class SeriesScore(_Part):
    """The metrics of one series, beside its name."""

    series: str
    metrics: dict[str, float]


class ForecastExample(_Part):
    """One window: the steps before its origin, the truth after it and what was forecast, in the target's unit.

    `quantiles` has a line a level; `origin` is the time of the last step that the model knew.
    """

    series: str
    origin: str
    past: tuple[float, ...]
    actual: tuple[float, ...]
    forecast: tuple[float, ...]
    quantiles: tuple[tuple[float, ...], ...] = ()


class ForecastReport(_Part):
    """Forecasts of one target in a split: metrics of baselines on the same windows, by step of the horizon, and by series.

    `steps[i]` has the metrics i+1 steps ahead, `baseline_steps` those of each baseline. `series` has at most 1,000, the
    worst and the best, worst first; `series_count` says how many there are. Of a backtest all are means over its folds.
    """

    frequency: str
    target: str = ""
    horizon: int
    season: int
    quantiles: tuple[float, ...]
    baselines: dict[str, dict[str, float]]
    steps: tuple[dict[str, float], ...]
    baseline_steps: dict[str, tuple[dict[str, float], ...]]
    series: tuple[SeriesScore, ...]
    series_count: int
    examples: tuple[ForecastExample, ...] = ()
    insight: ForecastInsight | None = None


class Surprise(_Part):
    """A token that a language model did not expect: what stands before and behind it, and its loss in natural units."""

    token: str
    before: str
    after: str
    loss: float
    row: int


class SurprisingText(_Part):
    """The beginning of a text, the mean loss of its tokens, and its exponential; `row` counts from 1.

    `pieces` are its first tokens as they read, each with its loss (0 where it was not guessed).
    """

    text: str
    tokens: int
    loss: float
    perplexity: float
    row: int
    pieces: tuple[TokenLoss, ...] = ()


class LanguageReport(_Part):
    """Where a language model is surprised, in `texts` evenly drawn texts: tokens and whole texts, the worst first."""

    texts: int
    tokens: tuple[Surprise, ...]
    worst: tuple[SurprisingText, ...]


class TextExample(_Part):
    """A text (its beginning), what was wanted and what was said; `row` counts from 1, a larger error is worse. `pieces`
    are the text, or what was written, with marks, for tasks that are about stretches of it.
    """

    row: int
    text: str
    reference: str
    predicted: str
    error: float
    pieces: tuple[TextPiece, ...] = ()


class TextReport(_Part):
    """What a model says to texts: evenly drawn examples, the worst ones, and metrics by class. `error` names the error."""

    error: str
    examples: tuple[TextExample, ...]
    worst: tuple[TextExample, ...]
    by_class: dict[str, dict[str, float]] = {}


class Evaluation(_Part):
    """Everything computed after training. `metrics` maps split → metric → value (split is test, valid or train).

    Of several targets that are forecast, `forecast` is the first one's report; metrics are then named metric/target.
    """

    task: str
    split: str
    rows: int
    metrics: dict[str, dict[str, float]]
    classification: tuple[ClassificationReport, ...] = ()
    regression: tuple[RegressionReport, ...] = ()
    importance_metric: str = ""
    importance: tuple[Importance, ...] = ()
    worst: WorstRows | None = None
    forecast: ForecastReport | None = None
    further_forecasts: tuple[ForecastReport, ...] = ()
    language: LanguageReport | None = None
    text: TextReport | None = None
    folds: tuple[FoldScore, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def forecasts(self) -> tuple[ForecastReport, ...]:
        """The reports of all targets that are forecast, the first one first."""
        return () if self.forecast is None else (self.forecast, *self.further_forecasts)

    def metrics_of(self, report: ForecastReport) -> dict[str, float]:
        """Return the metrics of one target that is forecast, in the split that is shown."""
        metrics, end = self.metrics.get(self.split, {}), f"/{report.target}"
        if not self.further_forecasts:
            return metrics
        return {key.removesuffix(end): value for key, value in metrics.items() if key.endswith(end)}
