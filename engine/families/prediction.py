"""A run's model on a new file, whatever its family: what is asked for and what is told. Imports a family when used."""

from collections.abc import Callable, Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from engine.datasets import ReadOptions
from engine.runs import RunStore
from engine.runs.forecasts import KnownAhead, Outlook
from engine.training.failures import RunFailed

SUFFIXES = frozenset({".csv", ".parquet"})
Progress = Callable[[object], None]


class PredictionReport(BaseModel):
    """What became of a file: rows, columns by how they matched, unseen categories with their row counts, the first
    rows with their predictions, where the whole was written, and metrics where the file has the target. Of series also the
    forecasts as they are drawn, and what is known ahead but was not in the file.
    """

    model_config = ConfigDict(frozen=True)

    rows: int
    matched: tuple[str, ...]
    missing_columns: tuple[str, ...] = ()
    extra_columns: tuple[str, ...] = ()
    unseen: dict[str, dict[str, int]] = {}
    columns: tuple[str, ...] = ()
    predicted_columns: tuple[str, ...] = ()
    preview: tuple[tuple[str | int | float | bool | None, ...], ...] = ()
    path: str | None = None
    metrics: dict[str, float] = {}
    notes: tuple[str, ...] = ()
    outlook: Outlook | None = None
    ahead: KnownAhead | None = None


class ScoreReport(BaseModel):
    """How good a run's model is on a file with the truth: over how many rows or windows, and the baselines on the same."""

    model_config = ConfigDict(frozen=True)

    count: int
    what: str
    metrics: dict[str, float]
    baselines: dict[str, dict[str, float]] = {}
    notes: tuple[str, ...] = ()


def score(
    workspace: Path,
    run_id: str,
    source: Path,
    options: ReadOptions | None = None,
    allow_missing: bool = False,
    cancelled: Callable[[], bool] = lambda: False,
) -> ScoreReport:
    """Score a run's model on a file that has the target. Raises RunFailed, DatasetError or StoreError in words."""
    with RunStore(workspace) as store:
        spec = store.run(run_id).spec
    if spec.family == "forecasting":
        from engine.families.forecasting.scoring import score as of_series

        return of_series(workspace, run_id, source, options, cancelled)
    report = predict(workspace, run_id, source, options, allow_missing=allow_missing, cancelled=cancelled)
    if not report.metrics:
        targets = ", ".join(f"“{name}”" for name in spec.data.roles.target)
        raise RunFailed(f"{source.name} has no values of {targets} to compare with.", "Choose a file with the truth.")
    return ScoreReport(count=report.rows, what=f"{report.rows:,} rows", metrics=report.metrics, notes=report.notes)


def check_ending(out: Path | None) -> None:
    """Raise RunFailed for a file that predictions cannot be written to."""
    if out is not None and out.suffix.lower() not in SUFFIXES:
        raise RunFailed(f"{out.name}: predictions are written as .csv or .parquet.", "Choose one of these endings.")


def predict(
    workspace: Path,
    run_id: str,
    source: Path | None,
    options: ReadOptions | None = None,
    out: Path | None = None,
    limit: int = 200,
    allow_missing: bool = False,
    progress: Progress = lambda _told: None,
    cancelled: Callable[[], bool] = lambda: False,
    ahead: Sequence[Sequence[object]] = (),
) -> PredictionReport:
    """Predict every row of a file, or of series what comes after them, and write it to `out` (.csv or .parquet).

    Columns that the model needs and the file lacks are an error, or with `allow_missing` all missing values. Without a
    file, series go on from the dataset that the model learned from; `ahead` are rows as a report's `ahead` has them.
    `progress` hears {"rows", "total_rows"}. Raises RunFailed, DatasetError or StoreError in words; nothing is then
    written.
    """
    with RunStore(workspace) as store:
        spec = store.run(run_id).spec
    if spec.family == "forecasting":
        from engine.families.forecasting.prediction import predict as of_series

        return of_series(workspace, run_id, source, options, out, limit, allow_missing, progress, cancelled, ahead)
    if source is None:
        raise RunFailed(
            "This model predicts rows, not what comes after them.", "Choose the file whose rows it shall predict."
        )
    if spec.family == "text":
        from engine.families.text.prediction import predict as of_texts

        return of_texts(workspace, run_id, source, options, out, limit, allow_missing, progress, cancelled)
    from engine.families.tabular.prediction import predict as of_rows

    return of_rows(workspace, run_id, source, options, out, limit, allow_missing, progress, cancelled)
