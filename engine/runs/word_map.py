"""Words as points in a plane, as a run of word2vec leaves them. Pure data; reads a file without torch."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict

PROJECTION_FILE = "projection.parquet"


class WordMap(BaseModel):
    """Words, the most frequent first, how often each occurs in the training texts, and where it lies."""

    model_config = ConfigDict(frozen=True)

    words: tuple[str, ...]
    counts: tuple[int, ...]
    x: tuple[float, ...]
    y: tuple[float, ...]


class Agreement(BaseModel):
    """How far a model's similarities rank like people's: Spearman's rho, None below three pairs whose words it knows."""

    model_config = ConfigDict(frozen=True)

    spearman: float | None
    known: int
    pairs: int


def read_word_map(folder: Path) -> WordMap | None:
    """Return the map that a run's folder holds, or None where there is none."""
    import duckdb

    path = folder / PROJECTION_FILE
    if not path.is_file():
        return None
    with duckdb.connect() as db:
        found = db.read_parquet(str(path)).project("word, count, x, y").fetchnumpy()
    return WordMap(
        words=tuple(map(str, found["word"].tolist())),
        counts=tuple(found["count"].tolist()),
        x=tuple(found["x"].tolist()),
        y=tuple(found["y"].tolist()),
    )
