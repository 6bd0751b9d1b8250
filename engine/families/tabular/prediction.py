"""A run's model on a new file: columns matched by name, trouble reported, predictions written beside the input.
Large files go through in pieces; must not add the file to the workspace's datasets."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd

from engine.datasets import ReadOptions, import_file, parquet_path
from engine.datasets.database import connect, literal, quoted
from engine.datasets.previewing import cell
from engine.families.findings import counted
from engine.families.labels import codes_of
from engine.families.matching import ColumnMatch, match_columns
from engine.families.output import Output, distinct_names
from engine.families.prediction import PredictionReport, Progress, check_ending
from engine.families.supervised.predicted import Predicted, joined, prediction_columns
from engine.families.tabular.predicting import predict_rows
from engine.families.tabular.trained import TrainedModel
from engine.runs import RunStore
from engine.training.failures import RunFailed

VECTORS = 24  # DuckDB hands out rows in vectors of 2,048: about 49,000 rows a piece
EXAMPLES = 20


def predict(
    workspace: Path,
    run_id: str,
    source: Path,
    options: ReadOptions | None = None,
    out: Path | None = None,
    limit: int = 200,
    allow_missing: bool = False,
    progress: Progress = lambda _told: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> PredictionReport:
    """Predict every row of a file, and write them to `out` (.csv or .parquet) where it is given.

    Columns that the model needs and the file lacks are an error, or with `allow_missing` all missing values.
    `progress` hears {"rows", "total_rows"}. Raises RunFailed, DatasetError or StoreError in words; nothing is then
    written.
    """
    source = Path(source)
    check_ending(out)
    with RunStore(workspace) as store:
        folder = store.run_folder(store.run(run_id).id)
    model = TrainedModel.load(folder)
    with TemporaryDirectory(prefix="tensorbench-") as scratch:
        place = Path(scratch)
        dataset = import_file(place, source, options, cancelled=cancelled)
        names = [column.name for column in dataset.columns]
        targets = [target.name for target in model.encoder.targets]
        match = match_columns(model.encoder.columns, targets, names)
        if match.missing and not allow_missing:
            advice = "Add them, or allow missing columns: their values then count as missing."
            raise RunFailed(f"{source.name} {match.problem}", advice)
        output = Output(parquet_path(place, dataset.id), place)
        work = _Work(model, match, names, output)
        for frame in _pieces(output.source, list(match.found.values())):
            if cancelled():
                raise RunFailed("The prediction was cancelled.", "Nothing was written.")
            work.take(frame)
            progress({"rows": work.rows, "total_rows": dataset.rows})
        columns, preview = output.first(limit)
        if out is not None:
            output.write(out)
        notes = _file_notes(match, source.name, dataset.rejected)
        return PredictionReport(
            rows=work.rows,
            matched=tuple(name for name in match.found if name not in targets),
            missing_columns=match.missing,
            extra_columns=match.extra,
            unseen={name: dict(counts.most_common(EXAMPLES)) for name, counts in work.unseen.items()},
            columns=columns,
            predicted_columns=tuple(work.own),
            preview=tuple(tuple(cell(value) for value in row) for row in preview),
            path=None if out is None else str(out),
            metrics=work.metrics(),
            notes=(*notes, *work.notes()),
        )


def _file_notes(match: ColumnMatch, file: str, rejected: int) -> list[str]:
    notes = [*match.notes]
    if match.missing:
        notes.append(f"{file} {match.problem} Their values count as missing.")
    if rejected:
        notes.append(f"{counted(rejected, 'line')} of {file} could not be read and got no prediction.")
    return notes


def _pieces(source: Path, columns: list[str]) -> Iterator[pd.DataFrame]:
    """Give the file's rows in their order, some 49,000 at a time."""
    chosen = ", ".join(quoted(name) for name in columns) or "1"
    with connect() as db:
        rows = db.execute(f"SELECT {chosen} FROM read_parquet({literal(str(source))})")
        while len(frame := rows.fetch_df_chunk(VECTORS)):
            yield frame


@dataclass
class _Work:
    """One file on its way through the model, piece by piece."""

    model: TrainedModel
    match: ColumnMatch
    file_columns: list[str]
    output: Output
    rows: int = 0
    own: list[str] = field(default_factory=list)
    unseen: dict[str, Counter[str]] = field(default_factory=dict)
    _unreadable: dict[str, list[int]] = field(default_factory=dict)  # rows, from 1, by column
    _judged: list[Predicted] = field(default_factory=list)

    def take(self, frame: pd.DataFrame) -> None:
        """Predict a piece and keep what came out."""
        ready = self._ready(frame)
        predicted = predict_rows(self.model, ready)
        self._count_unseen(ready)
        columns = prediction_columns(predicted)
        self.own = distinct_names([*columns], beside=self.file_columns)
        self.output.add(dict(zip(self.own, columns.values(), strict=True)))
        if any(target.name in self.match.found for target in self.model.encoder.targets):
            self._judged.append(Predicted(**{**vars(predicted), "rows": predicted.rows + self.rows}))
        self.rows += len(frame)

    def metrics(self) -> dict[str, float]:
        """Return exact metrics over all pieces for each target that the file has."""
        if not self._judged:
            return {}
        whole = joined(self._judged)
        found: dict[str, float] = {}
        targets = self.model.encoder.targets
        for place, target in enumerate(targets):
            if target.name in self.match.found:
                suffix = f"/{target.name}" if len(targets) > 1 else ""
                found |= {key + suffix: value for key, value in whole.scores(place).items()}
        return found

    def notes(self) -> list[str]:
        """Tell which values could not be used."""
        notes = []
        for name, rows in self._unreadable.items():
            first = ", ".join(f"{row:,}" for row in rows[:3])
            where = f"row {first}" if len(rows) == 1 else f"rows {first}{' …' if len(rows) > 3 else ''}"
            what = counted(len(rows), "value is no number and counts", "values are no numbers and count")
            notes.append(f"“{name}”: {what} as missing ({where}).")
        return notes

    def _ready(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return the piece with the model's column names; what cannot be a number where one is needed is missing."""
        ready = pd.DataFrame({wanted: frame[found] for wanted, found in self.match.found.items()}, index=frame.index)
        for name in self.match.missing:
            ready[name] = None
        numeric = {feature.column for feature in self.model.encoder.continuous if feature.part in ("", "missing")}
        for name in numeric & set(self.match.found):
            column = ready[name]
            if pd.api.types.is_numeric_dtype(column.dtype):
                continue
            as_numbers = pd.to_numeric(column.astype(object), errors="coerce")
            wrong = np.flatnonzero((as_numbers.isna() & column.notna()).to_numpy())
            if len(wrong):
                self._unreadable.setdefault(name, []).extend((wrong + self.rows + 1).tolist())
            ready[name] = as_numbers
        return ready

    def _count_unseen(self, ready: pd.DataFrame) -> None:
        for name, values in self.model.encoder.unseen(ready).items():
            codes, texts = codes_of(ready[name])
            counts = np.bincount(codes[codes >= 0], minlength=len(texts))
            new = set(values)
            found = self.unseen.setdefault(name, Counter())
            found.update({text: int(count) for text, count in zip(texts, counts, strict=True) if text in new})
