"""A text model on a new file: labels and probabilities, or how surprised a language model is by each text, written beside
the input. Must not add the file to the workspace's datasets."""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd

from engine.datasets import ReadOptions, import_file, parquet_path
from engine.datasets.previewing import cell
from engine.families.findings import counted
from engine.families.frames import numbers, read_columns
from engine.families.matching import ColumnMatch, match_columns
from engine.families.output import Output, distinct_names
from engine.families.prediction import PredictionReport, Progress, check_ending
from engine.families.supervised.predicted import Predicted, joined, prediction_columns
from engine.families.supervised.scores import normalised
from engine.families.supervised.targets import encoded
from engine.families.text.labelled import as_texts
from engine.families.text.networks import text_of
from engine.families.text.surprises import surprises_of
from engine.families.text.tasks.use import Use, use_of
from engine.families.text.trained import TrainedText
from engine.families.text.word_neighbours import neighbours_of
from engine.runs import RunStore
from engine.spec import LABELLED
from engine.training.failures import RunFailed

PIECE = 2_000
"""Rows between two looks at whether to stop."""


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

    With `allow_missing` a text column that the file lacks counts as empty. `progress` hears {"rows", "total_rows"}.
    Raises RunFailed, DatasetError or StoreError in words; nothing is then written.
    """
    source = Path(source)
    check_ending(out)
    with RunStore(workspace) as store:
        model = TrainedText.load(store.run_folder(store.run(run_id).id))
    use = use_of(model)
    columns = text_of(model.spec).columns
    inputs = [name for name in (columns.text, columns.second) if name] if use is None else [*use.inputs]
    targets = [one.name for one in model.encoder.targets] if use is None else [*use.targets]
    with TemporaryDirectory(prefix="tensorbench-") as scratch:
        place = Path(scratch)
        dataset = import_file(place, source, options, cancelled=cancelled)
        names = [column.name for column in dataset.columns]
        if text_of(model.spec).task == "word2vec" and not {*inputs} & {*names}:
            inputs = names[:1]  # a list of words, whatever it is called
        match = match_columns(inputs, targets, names)
        if match.missing and not allow_missing:
            raise RunFailed(
                f"{source.name} {match.problem}", "Add them, or allow missing columns: they count as empty."
            )
        frame = _read(parquet_path(place, dataset.id), match, names)
        output = Output(parquet_path(place, dataset.id), place)
        judged, own = _through(model, use, frame, inputs, names, output, progress, cancelled)
        shown, preview = output.first(limit)
        if out is not None:
            output.write(out)
        reads_text = use is None and inputs[0] not in match.missing
        notes = [*match.notes, *(_without_text(frame, inputs[0]) if reads_text else ())]
        if dataset.rejected:
            notes.append(
                f"{counted(dataset.rejected, 'line')} of {source.name} could not be read and got no prediction."
            )
        return PredictionReport(
            rows=len(frame),
            matched=tuple(name for name in match.found if name not in targets),
            missing_columns=match.missing,
            extra_columns=match.extra,
            columns=shown,
            predicted_columns=tuple(own),
            preview=tuple(tuple(cell(value) for value in row) for row in preview),
            path=None if out is None else str(out),
            metrics=_scores(use, judged) if judged and targets[0] in match.found else {},
            notes=tuple(notes),
        )


def _read(path: Path, match: ColumnMatch, names: list[str]) -> pd.DataFrame:
    """Return the file's columns by the model's names; a missing one is empty."""
    frame = read_columns(path, list(match.found.values()) or names[:1])
    frame = frame.rename(columns={found: wanted for wanted, found in match.found.items()})
    return frame.assign(**dict.fromkeys(match.missing, ""))


def _without_text(frame: pd.DataFrame, name: str) -> list[str]:
    blank = sum(not text.strip() for text in as_texts(frame[name]))
    if not blank:
        return []
    have = "row has" if blank == 1 else "rows have"
    return [f"{blank:,} {have} no text in “{name}”; what is told for {'it' if blank == 1 else 'them'} means nothing."]


def _scores(use: Use | None, judged: list[Any]) -> dict[str, float]:
    return joined(judged).scores(0) if use is None else use.score(judged)


def _through(
    model: TrainedText,
    use: Use | None,
    frame: pd.DataFrame,
    inputs: list[str],
    file_columns: list[str],
    output: Output,
    progress: Progress,
    cancelled: Callable[[], bool],
) -> tuple[list[Any], list[str]]:
    """Send a file through the model piece by piece; returns what can be scored, and the new columns' names."""
    judged: list[Any] = []
    own: list[str] = []
    for first in range(0, len(frame), PIECE):
        if cancelled():
            raise RunFailed("The prediction was cancelled.", "Nothing was written.")
        part = frame.iloc[first : first + PIECE]
        if use is None:
            columns, predicted = _predicted(model, part, inputs, first)
            judged += [] if predicted is None else [predicted]
        else:
            texts = {name: as_texts(part[name]) for name in (*use.inputs, *use.targets) if name in part.columns}
            columns, pairs = use.predict(model, pd.DataFrame(texts, dtype=object))
            judged += pairs
        own = distinct_names([*columns], beside=file_columns)
        output.add(dict(zip(own, columns.values(), strict=True)))
        progress({"rows": first + len(part), "total_rows": len(frame)})
    return judged, own


def _predicted(
    model: TrainedText, part: pd.DataFrame, inputs: list[str], first: int
) -> tuple[dict[str, Any], Predicted | None]:
    texts = as_texts(part[inputs[0]])
    if text_of(model.spec).task == "word2vec":
        return neighbours_of(model, texts), None
    if text_of(model.spec).task not in LABELLED:
        return surprises_of(model, texts), None
    outputs = model.predict(texts, as_texts(part[inputs[1]]) if len(inputs) > 1 else None)
    rows, encoder = np.arange(first, first + len(part), dtype=np.int64), model.encoder
    if encoder.task == "classification":
        chances = tuple(normalised(np.asarray(one)) for one in outputs)
        actual = encoded(part, encoder.task, encoder.targets).numpy()
        predicted = Predicted(rows, encoder.targets, actual, probabilities=chances)
    else:
        known = [one.name in part.columns for one in encoder.targets]
        missing = np.full(len(part), np.nan)
        truth = [
            numbers(part[one.name]) if there else missing for one, there in zip(encoder.targets, known, strict=True)
        ]
        predicted = Predicted(rows, encoder.targets, np.stack(truth, axis=1), values=np.asarray(outputs, np.float64))
    return dict(prediction_columns(predicted)), predicted
