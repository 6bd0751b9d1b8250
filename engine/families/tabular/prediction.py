"""A run's model on a new file: columns matched by name, trouble reported, predictions written beside the input.
Large files go through in pieces; must not add the file to the workspace's datasets."""

import shutil
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict

from engine.datasets import DatasetError, ReadOptions, import_file, parquet_path
from engine.datasets.previewing import cell
from engine.families.tabular.labels import codes_of
from engine.families.tabular.predicted import Predicted, predict_rows, prediction_columns
from engine.families.tabular.trained import TrainedModel
from engine.runs import RunStore
from engine.training.failures import RunFailed

PIECE = 50_000
EXAMPLES = 20


class PredictionReport(BaseModel):
    """What became of a file: rows, columns by how they matched, unseen categories with their row counts, the first
    rows with their predictions, where the whole was written, and metrics where the file has the target.
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


def predict(
    workspace: Path,
    run_id: str,
    source: Path,
    options: ReadOptions | None = None,
    out: Path | None = None,
    limit: int = 200,
    allow_missing: bool = False,
) -> PredictionReport:
    """Predict every row of a file, and write them to `out` (.csv or .parquet) where it is given.

    Columns that the model needs and the file lacks are an error, or with `allow_missing` all missing values. Raises
    RunFailed, DatasetError or StoreError in words.
    """
    if out is not None and out.suffix.lower() not in {".csv", ".parquet"}:
        raise RunFailed(f"{out.name}: predictions are written as .csv or .parquet.", "Choose one of these endings.")
    with RunStore(workspace) as store:
        folder = store.run_folder(store.run(run_id).id)
    model = TrainedModel.load(folder)
    with TemporaryDirectory(prefix="tensorbench-") as scratch:
        dataset = import_file(Path(scratch), Path(source), options)
        work = _Work(model, parquet_path(Path(scratch), dataset.id), Path(scratch), limit)
        work.match([column.name for column in dataset.columns], Path(source), allow_missing)
        if dataset.rejected:
            work.notes.append(
                f"{dataset.rejected:,} lines of {Path(source).name} could not be read and have no prediction."
            )
        work.run()
        if out is not None:
            work.write(out)
        return work.report(out)


@dataclass
class _Work:
    """One file on its way through the model."""

    model: TrainedModel
    source: Path
    scratch: Path
    limit: int
    names: dict[str, str] = field(default_factory=dict)
    extra: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    unseen: dict[str, Counter[str]] = field(default_factory=dict)
    unreadable: Counter[str] = field(default_factory=Counter)
    first: pd.DataFrame | None = None
    own: tuple[str, ...] = ()
    parts: list[Predicted] = field(default_factory=list)
    pieces: list[Path] = field(default_factory=list)
    rows: int = 0

    def match(self, present: list[str], source: Path, allow_missing: bool) -> None:
        """Find the model's columns among the file's: by the exact name, else without regard to case and spaces."""
        loose = {_loosely(name): name for name in present}
        for wanted in self._wanted():
            found = wanted if wanted in present else loose.get(_loosely(wanted))
            if found is None:
                self.missing.append(wanted)
                continue
            self.names[wanted] = found
            if found != wanted:
                self.notes.append(f"“{found}” was taken for “{wanted}”.")
        targets = [target.name for target in self.model.encoder.targets]
        for target in targets:
            if target in present:
                self.names[target] = target
        self.extra = [name for name in present if name not in self.names.values()]
        if self.missing and not allow_missing:
            names = ", ".join(f"“{name}”" for name in self.missing)
            raise RunFailed(
                f"{source.name} lacks {len(self.missing)} column(s) that the model needs: {names}.",
                "Add them, or allow missing columns: their values then count as missing.",
            )
        if self.missing:
            self.notes.append(f"{len(self.missing)} column(s) are missing; their values count as missing.")

    def run(self) -> None:
        """Predict piece by piece."""
        for frame in self._frames():
            ready = self._prepared(frame)
            predicted = predict_rows(self.model, ready)
            self._note_unseen(ready)
            own = _apart(prediction_columns(predicted), frame)
            self.own = tuple(own)
            shown = pd.concat([frame, pd.DataFrame(own)], axis=1)
            if self.first is None:
                self.first = shown.head(self.limit)
            if any(target.name in self.names for target in self.model.encoder.targets):
                self.parts.append(predicted)
            self._keep(shown)
            self.rows += len(frame)

    def write(self, out: Path) -> None:
        """Join the pieces into the file asked for, which appears whole or not at all."""
        unfinished = self.scratch / f"predictions{out.suffix.lower()}"
        kind = "FORMAT csv, HEADER" if out.suffix.lower() == ".csv" else "FORMAT parquet"
        files = ", ".join(_sql(path) for path in self.pieces)
        try:
            with duckdb.connect() as db:
                db.execute(f"COPY (SELECT * FROM read_parquet([{files}])) TO {_sql(unfinished)} ({kind})")
            beside = out.with_name(f".{out.name}.part")
            shutil.copyfile(unfinished, beside)
            beside.replace(out)
        except OSError as error:
            raise RunFailed(f"{out} cannot be written ({error.strerror}).", "Choose another place.") from error

    def report(self, out: Path | None) -> PredictionReport:
        """Tell what became of the file."""
        targets = {target.name for target in self.model.encoder.targets}
        first = self.first if self.first is not None else pd.DataFrame()
        notes = [*self.notes]
        notes += [
            f"“{name}”: {count:,} values are no numbers and count as missing."
            for name, count in self.unreadable.items()
        ]
        return PredictionReport(
            rows=self.rows,
            matched=tuple(name for name in self.names if name not in targets),
            missing_columns=tuple(self.missing),
            extra_columns=tuple(self.extra),
            unseen={name: dict(counts.most_common(EXAMPLES)) for name, counts in self.unseen.items()},
            columns=tuple(str(name) for name in first.columns),
            predicted_columns=self.own,
            preview=tuple(tuple(_shown(value) for value in row) for row in first.itertuples(index=False)),
            path=None if out is None else str(out),
            metrics=self._metrics(),
            notes=tuple(notes),
        )

    def _wanted(self) -> tuple[str, ...]:
        return self.model.encoder.columns

    def _frames(self) -> Iterator[pd.DataFrame]:
        with duckdb.connect() as db:
            total = db.execute("SELECT count(*) FROM read_parquet(?)", [str(self.source)]).fetchall()[0][0]
            for start in range(0, total, PIECE):
                query = (
                    "SELECT * EXCLUDE (file_row_number) FROM read_parquet(?, file_row_number = true) "
                    "WHERE file_row_number BETWEEN ? AND ? ORDER BY file_row_number"
                )
                yield db.execute(query, [str(self.source), start, start + PIECE - 1]).df()

    def _prepared(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return the piece with the model's column names; what cannot be a number where one is needed is missing."""
        ready = pd.DataFrame({wanted: frame[found] for wanted, found in self.names.items()})
        for name in self.missing:
            ready[name] = None
        for feature in self.model.encoder.continuous:
            column = ready[feature.column]
            if column.dtype == object and not feature.part.replace("missing", ""):
                as_numbers = pd.to_numeric(column, errors="coerce")
                self.unreadable[feature.column] += int((as_numbers.isna() & column.notna()).sum())
                ready[feature.column] = as_numbers
        self.unreadable = +self.unreadable
        return ready

    def _note_unseen(self, ready: pd.DataFrame) -> None:
        for name, values in self.model.encoder.unseen(ready).items():
            codes, texts = codes_of(ready[name])
            counts = np.bincount(codes[codes >= 0], minlength=len(texts))
            known = set(values)
            found = self.unseen.setdefault(name, Counter())
            found.update({text: int(count) for text, count in zip(texts, counts, strict=True) if text in known})

    def _keep(self, shown: pd.DataFrame) -> None:
        path = self.scratch / f"piece-{len(self.pieces):06}.parquet"
        with duckdb.connect() as db:
            db.register("shown", shown)
            db.execute(f"COPY (SELECT * FROM shown) TO {_sql(path)} (FORMAT parquet)")
        self.pieces.append(path)

    def _metrics(self) -> dict[str, float]:
        """Return exact metrics over all pieces for each target that the file has."""
        if not self.parts:
            return {}
        whole = Predicted(
            np.arange(self.rows),
            self.model.encoder,
            np.concatenate([part.actual for part in self.parts]),
            probabilities=tuple(
                np.concatenate(pieces) for pieces in zip(*[part.probabilities for part in self.parts], strict=True)
            ),
            values=None
            if self.parts[0].values is None
            else np.concatenate([part.values for part in self.parts if part.values is not None]),
        )
        found: dict[str, float] = {}
        targets = self.model.encoder.targets
        for place, target in enumerate(targets):
            if target.name in self.names:
                prefix = f"{target.name}/" if len(targets) > 1 else ""
                found |= {prefix + key: value for key, value in whole.scores(place).items()}
        return found


def _apart(columns: Mapping[str, pd.Series], frame: pd.DataFrame) -> dict[str, object]:
    """Return the predictions' columns under names that the file does not use."""
    taken = {str(name).lower() for name in frame.columns}
    named: dict[str, object] = {}
    for name, values in columns.items():
        free, count = name, 2
        while free.lower() in taken:
            free, count = f"{name} ({count})", count + 1
        taken.add(free.lower())
        named[free] = values.to_numpy()
    return named


def _shown(value: object) -> str | int | float | bool | None:
    if value is None or value is pd.NaT or (isinstance(value, float) and np.isnan(value)):
        return None
    plain = value.item() if isinstance(value, np.generic) else value
    return cell(plain)


def _loosely(name: str) -> str:
    return "".join(name.lower().split()).replace("_", "")


def _sql(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


__all__ = ["DatasetError", "PredictionReport", "predict"]
