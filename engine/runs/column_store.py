"""What a store offers to a table of runs: any setting and any metric as one value a run. It reads and never writes."""

import json
import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from engine.runs.connection import StoreConnection

AT_ONCE = 500  # ids in one statement; SQLite of old took 999 values at most
NAN = math.nan


class ColumnStore(StoreConnection):
    """The part of RunStore that answers for many runs at once. Ids that are left out mean every run."""

    def spec_fields(self) -> list[str]:
        """Return the dotted name of every setting that any run's specification has, such as trainer.batch_size."""
        return sorted(self.more_spec_fields(0, -1)[0])

    def more_spec_fields(self, after: int, at_most: int) -> tuple[set[str], int]:
        """Return the settings of the next runs in the order they were made, and where they end; 0 begins.

        Specifications never change: whoever has read so far needs to read on from there alone.
        """
        part = "SELECT rowid, spec FROM runs WHERE rowid > ? ORDER BY rowid LIMIT ?"
        with self._reading():
            end = self._db.execute(f"SELECT max(rowid) FROM ({part})", (after, at_most)).fetchone()[0]
            rows = self._db.execute(
                f"SELECT DISTINCT tree.fullkey FROM ({part}) AS part, json_tree(part.spec) AS tree "
                "WHERE tree.type <> 'object' AND instr(tree.fullkey, '[') = 0",
                (after, at_most),
            ).fetchall()
        return {key.removeprefix("$.").replace('"', "") for (key,) in rows}, end or after

    def run_ids(self) -> list[str]:
        """Return the ids of the runs that are not in the trash, newest first."""
        with self._reading():
            rows = self._db.execute("SELECT id FROM runs WHERE trashed IS NULL ORDER BY created DESC").fetchall()
        return [run_id for (run_id,) in rows]

    def metric_keys(self) -> list[str]:
        """Return every metric that any run has recorded or has in its summary; “best/…” of a summary is left out."""
        with self._reading():
            # One step of the index a key: half a million series are not walked through.
            recorded = self._db.execute(
                "WITH RECURSIVE keys (key) AS (SELECT min(key) FROM series UNION ALL "
                "SELECT (SELECT min(series.key) FROM series WHERE series.key > keys.key) FROM keys WHERE key IS NOT NULL) "
                "SELECT key FROM keys WHERE key IS NOT NULL"
            ).fetchall()
            summed = self._db.execute(
                "SELECT DISTINCT each.key FROM runs, json_each(runs.summary) AS each WHERE trashed IS NULL"
            ).fetchall()
        keys = {key for (key,) in (*recorded, *summed)}
        return sorted(key for key in keys if not key.startswith("best/"))

    def spec_values(self, field: str, ids: Sequence[str] | None = None) -> dict[str, Any]:
        """Return a setting by run: a text, a number, a boolean, a list or None; runs without such a setting are left out."""
        path = "$." + ".".join(f'"{part}"' for part in field.split("."))
        rows = self._each("SELECT id, json_type(spec, ?), json_extract(spec, ?) FROM runs", "id", ids, (path, path))
        return {run_id: _value(kind, value) for run_id, kind, value in rows if kind is not None}

    def last_values(self, key: str, ids: Sequence[str] | None = None) -> dict[str, float]:
        """Return the last recorded value of a metric by run, or the one of the summary where none was recorded."""
        path = f'$."{key}"'
        rows = self._each(
            "SELECT id, json_extract(summary, ?) FROM runs",
            "id",
            ids,
            (path,),
            "json_type(summary, ?) IS NOT NULL",
            (path,),
        )
        found = {run_id: NAN if value is None else float(value) for run_id, value in rows}
        rows = self._each("SELECT run, last_value FROM series", "run", ids, (), "key = ? AND count > 0", (key,))
        return found | {run_id: NAN if value is None else float(value) for run_id, value in rows}

    def best_values(self, key: str, smaller_is_better: bool, ids: Sequence[str] | None = None) -> dict[str, float]:
        """Return the best finite value of a metric by run, or the one of the summary where none was recorded."""
        path = f'$."{key}"'
        rows = self._each(
            "SELECT id, json_extract(summary, ?) FROM runs",
            "id",
            ids,
            (path,),
            "json_type(summary, ?) IS NOT NULL",
            (path,),
        )
        found = {run_id: NAN if value is None else float(value) for run_id, value in rows}
        chunks = self._each(
            'SELECT run, "values" FROM series JOIN chunks ON chunks.series = series.id',
            "run",
            ids,
            (),
            "key = ?",
            (key,),
        )
        best: dict[str, float] = {}
        for run_id, blob in chunks:
            values = np.frombuffer(blob, dtype=np.float64)
            values = values[np.isfinite(values)]
            if not len(values):
                best.setdefault(run_id, NAN)
                continue
            value = float(values.min() if smaller_is_better else values.max())
            known = best.get(run_id, NAN)
            if math.isnan(known) or (value < known if smaller_is_better else value > known):
                best[run_id] = value
        return found | best

    def _each(
        self,
        select: str,
        column: str,
        ids: Sequence[str] | None,
        before: Sequence[Any],
        where: str = "1",
        after: Sequence[Any] = (),
    ) -> Iterator[tuple[Any, ...]]:
        """Read rows of these runs, or of all; `column` holds the run's id."""
        with self._reading():
            if ids is None:
                yield from self._db.execute(f"{select} WHERE {where}", (*before, *after))
                return
            for first in range(0, len(ids), AT_ONCE):
                part = ids[first : first + AT_ONCE]
                marks = ", ".join("?" * len(part))
                yield from self._db.execute(
                    f"{select} WHERE {where} AND {column} IN ({marks})", (*before, *after, *part)
                )


def _value(kind: str, value: Any) -> Any:
    if kind in {"true", "false"}:
        return kind == "true"
    return json.loads(value) if kind in {"array", "object"} else value
