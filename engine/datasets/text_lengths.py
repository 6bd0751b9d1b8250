"""How long the texts of a dataset's columns are: what tells sentences from names. Looks at the first rows only."""

from pathlib import Path

from engine.datasets.database import connect, literal, quoted
from engine.datasets.snapshots import load_dataset, parquet_path

LOOKED_AT = 200


def text_lengths(workspace: Path, dataset_id: str) -> dict[str, float]:
    """Return the mean number of letters of each text column's values: none of what is mostly digits, such as dates and
    numbers that no one could read. Raises DatasetError."""
    dataset = load_dataset(workspace, dataset_id)
    names = [column.name for column in dataset.columns if column.type == "text"]
    if not names:
        return {}
    wanted = ", ".join(_letters(quoted(name)) for name in names)
    with connect() as db:
        path = literal(str(parquet_path(workspace, dataset.id)))
        row = db.execute(f"SELECT {wanted} FROM (SELECT * FROM read_parquet({path}) LIMIT {LOOKED_AT})").fetchone()
    assert row is not None
    return {name: float(mean or 0.0) for name, mean in zip(names, row, strict=True)}


def _letters(column: str) -> str:
    digits = f"length(regexp_replace({column}, '[^0-9]', '', 'g'))"
    return f"avg(CASE WHEN 2 * {digits} > length({column}) THEN 0 ELSE length({column}) END)"
