"""The files of an evaluated run: written so that a reader finds the old one or the new one, never a half.
Parquet goes through DuckDB; must not compute metrics."""

import os
from collections.abc import Collection
from pathlib import Path

import pandas as pd

from engine.datasets.database import quoted
from engine.runs.evaluation import Evaluation
from engine.training.weights import write_whole

EVALUATION_FILE = "evaluation.json"
PREDICTIONS_FILE = "predictions.parquet"


def write_evaluation(folder: Path, evaluation: Evaluation) -> None:
    """Write what is known about a run's model into its folder."""
    write_whole(folder / EVALUATION_FILE, evaluation.model_dump_json(indent=1).encode())


def read_evaluation(folder: Path) -> Evaluation | None:
    """Return what was written into a run's folder, or None where the run has not been evaluated."""
    path = folder / EVALUATION_FILE
    return Evaluation.model_validate_json(path.read_text(encoding="utf-8")) if path.is_file() else None


def write_table(path: Path, lines: pd.DataFrame, days: Collection[str] = ()) -> None:
    """Write a table as Parquet; times of the columns `days` as dates alone."""
    import duckdb

    unfinished = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with duckdb.connect() as db:
            db.register("lines", lines)
            db.sql(f"SELECT {_columns(lines, days)} FROM lines").write_parquet(str(unfinished), compression="zstd")
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def _columns(lines: pd.DataFrame, days: Collection[str]) -> str:
    names = [(name, quoted(name)) for name in lines.columns]
    return ", ".join(f"CAST({safe} AS DATE) AS {safe}" if name in days else safe for name, safe in names)
