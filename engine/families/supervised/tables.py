"""The files of an evaluated run: written so that a reader finds the old one or the new one, never a half.
Parquet goes through DuckDB; must not compute metrics."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from engine.families.files import write_table
from engine.families.output import distinct_names
from engine.families.supervised.predicted import Predicted, prediction_columns
from engine.families.supervised.scores import Ints
from engine.spec import RunSpec


def write_predictions(path: Path, predicted: Mapping[str, Predicted], frame: pd.DataFrame) -> None:
    """Write one line a row, in file order: row number (from 1), its part, true values, predictions, probabilities."""
    tables = []
    for part, one in predicted.items():
        columns: list[tuple[str, object]] = [("row", one.rows + 1), ("split", part)]
        for target in one.targets:
            columns.append((target.name, frame[target.name].iloc[one.rows].to_numpy()))
        columns += prediction_columns(one).items()
        names = distinct_names([name for name, _ in columns])
        tables.append(pd.DataFrame(dict(zip(names, [values for _, values in columns], strict=True))))
    lines = pd.concat(tables, ignore_index=True).sort_values("row", kind="stable")
    write_table(path, lines)


def original_rows(workspace: Path, spec: RunSpec, frame: pd.DataFrame, rows: Ints) -> pd.DataFrame:
    """Return rows of the dataset by position, in the order asked for, with all columns, ignored ones included.

    Where the snapshot cannot be read any more, the columns of the frame must do.
    """
    import duckdb

    from engine.datasets import parquet_path

    path = parquet_path(workspace, spec.data.dataset)
    wanted = ", ".join(str(int(row)) for row in rows)
    if not len(rows) or not path.is_file():
        return frame.iloc[rows].reset_index(drop=True)
    query = f"SELECT * FROM read_parquet(?, file_row_number = true) WHERE file_row_number IN ({wanted})"
    try:
        with duckdb.connect() as db:
            found: pd.DataFrame = db.execute(query, [str(path)]).df()
    except duckdb.Error:
        return frame.iloc[rows].reset_index(drop=True)
    found = found.set_index("file_row_number").loc[np.asarray(rows)]
    return found.reset_index(drop=True)
