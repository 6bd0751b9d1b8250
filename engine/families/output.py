"""Predictions beside the rows they belong to, as a CSV or Parquet file that appears whole or not at all.
The input's own values never pass through pandas, so they come out as they went in; must not predict."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb
import pandas as pd

from engine.datasets.database import connect, is_disk_full, literal, quoted
from engine.training.failures import RunFailed


class Output:
    """Collects predictions for the rows of a Parquet file, piece by piece in its order."""

    def __init__(self, source: Path, scratch: Path) -> None:
        self.source = source
        self._scratch = scratch
        self._pieces: list[Path] = []

    def add(self, columns: Mapping[str, "pd.Series"]) -> None:
        """Keep the predictions of the next rows; text columns stay text even where a piece has none."""
        frame = pd.DataFrame(dict(columns))
        path = self._scratch / f"piece-{len(self._pieces):06}.parquet"
        wanted = ", ".join(
            f"CAST({quoted(name)} AS {'VARCHAR' if frame[name].dtype == object else 'DOUBLE'}) AS {quoted(name)}"
            for name in frame.columns
        )
        with connect(self._scratch) as db:
            db.register("piece", frame)
            db.execute(f"COPY (SELECT {wanted} FROM piece) TO {literal(str(path))} (FORMAT parquet)")
        self._pieces.append(path)

    def first(self, limit: int) -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
        """Return the columns, the input's before the predictions, and the first rows."""
        with connect(self._scratch) as db:
            found = db.execute(f"{self._query()} LIMIT {int(limit)}")
            return tuple(column[0] for column in found.description or ()), found.fetchall()

    def write(self, out: Path) -> None:
        """Write all rows, by the ending of the name. Raises RunFailed where that place cannot be written."""
        kind = "FORMAT csv, HEADER" if out.suffix.lower() == ".csv" else "FORMAT parquet, COMPRESSION zstd"
        unfinished = out.with_name(f".{out.name}.part")
        try:
            with connect(self._scratch) as db:
                db.execute(f"COPY ({self._query()}) TO {literal(str(unfinished))} ({kind})")
            unfinished.replace(out)
        except (duckdb.Error, OSError) as error:
            if is_disk_full(error):
                advice = "Free some space, or choose another place."
                raise RunFailed(f"{out} cannot be written: the disk is full.", advice) from error
            reason = getattr(error, "strerror", None) or str(error).splitlines()[0]
            raise RunFailed(f"{out} cannot be written ({reason}).", "Choose another place.") from error
        finally:
            unfinished.unlink(missing_ok=True)

    def _query(self) -> str:
        source = f"read_parquet({literal(str(self.source))})"
        if not self._pieces:
            return f"SELECT * FROM {source}"
        pieces = ", ".join(literal(str(path)) for path in self._pieces)
        return f"SELECT * FROM {source} POSITIONAL JOIN read_parquet([{pieces}])"


def distinct_names(names: Sequence[str], beside: Sequence[str] = ()) -> list[str]:
    """Return names that differ from each other, and from those beside them, in more than their case."""
    taken = {name.lower() for name in beside}
    found = []
    for name in names:
        free, count = name, 2
        while free.lower() in taken:
            free, count = f"{name} ({count})", count + 1
        taken.add(free.lower())
        found.append(free)
    return found
