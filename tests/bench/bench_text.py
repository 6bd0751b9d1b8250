"""Measures what the text family does before and around training: tokenising 100 MB, and word2vec's pairs a second."""

import argparse
import json
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from figures import Row, child, row, show

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
MEGABYTES = 100
WORD2VEC_S = 8.0
KINDS = ("wordpiece", "byte-bpe", "words")


def main() -> None:
    """Print a row for each figure, as text or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--megabytes", type=int, default=MEGABYTES)
    parser.add_argument("--child", nargs=2, metavar=("WHAT", "FOLDER"))
    options = parser.parse_args()
    if options.child:
        CHILDREN[options.child[0].split("=", maxsplit=1)[0]](options.child[0], Path(options.child[1]))
        return
    with tempfile.TemporaryDirectory() as folder:
        rows = measure(Path(folder), options.megabytes)
    show(rows, options.json)


def measure(folder: Path, megabytes: int) -> list[Row]:
    """Make a file of text, and time each step in a process of its own."""
    make_text(folder / "big.txt", megabytes)
    rows = [timed(f"import of {megabytes} MB of text by line", child(__file__, "import", folder), 30)]
    for kind in KINDS:
        found = child(__file__, f"tokens={kind}", folder)
        rows.append(timed(f"tokenising it, {kind}, {found['tokens'] / 1e6:.1f} M tokens", found, 30))
    rows.append(timed("… from the cache", child(__file__, "tokens=words", folder), 1))
    pairs = child(__file__, "word2vec", folder)["pairs"]
    figure = "word2vec, 200 k words, dim 100, pairs a second"
    whole = child(__file__, "run", folder)["pairs"]
    through = "word2vec, 200 k words, dim 100, as a run, pairs a second"
    rows.append(row(through, f"{whole:,.0f}", "≥ 200,000", whole >= 200_000))
    return [*rows, row(figure, f"{pairs:,.0f}", "≥ 200,000", pairs >= 200_000)]


def timed(figure: str, found: dict[str, float], limit: float) -> Row:
    """Return the line of a step that took so long and so much memory."""
    return row(figure, f"{found['seconds']:.1f} s, {found['peak']:.0f} MB", f"≤ {limit:g} s", found["seconds"] <= limit)


def make_text(path: Path, megabytes: int) -> None:
    """Write lines of the documentation of Python's language in an order of their own, as often as it takes."""
    import random
    from pydoc_data.topics import topics

    lines = [line.strip() for text in topics.values() for line in text.splitlines() if len(line.strip()) > 20]
    draw, size = random.Random(0), 0
    with path.open("w", encoding="utf-8") as file:
        while size < megabytes * 10**6:
            line = " ".join(draw.choices(lines, k=4))
            file.write(line + "\n")
            size += len(line.encode()) + 1


def tell(started: float, **more: float) -> None:
    """Print the step's seconds and the process's peak memory."""
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    print(json.dumps({"seconds": seconds, "peak": peak, **more}))


def whole_import(_what: str, folder: Path) -> None:
    """The import as the window does it."""
    from engine import datasets

    started = time.perf_counter()
    dataset = datasets.import_file(folder / "workspace", folder / "big.txt")
    tell(started, rows=dataset.rows)


def tokens(what: str, folder: Path) -> None:
    """Train a tokenizer on a part of the text, which is not timed, and make the ids of all of it."""
    from engine import datasets
    from engine.families.text.reading import iterate_texts, snapshot
    from engine.families.text.token_cache import column_tokens
    from engine.families.text.tokenizing import train_tokenizer
    from engine.spec.nlp import TokenizerSpec

    workspace = folder / "workspace"
    (dataset,) = datasets.list_datasets(workspace)
    spec = TokenizerSpec.model_validate({"kind": what.split("=")[1], "vocabulary": 8000})
    made = train_tokenizer(iterate_texts(snapshot(workspace, dataset.id), "text", 20_000), spec).tokenizer
    started = time.perf_counter()
    array = column_tokens(workspace, dataset.id, "text", made)
    tell(started, tokens=len(array.ids))


def word2vec(_what: str, _folder: Path) -> None:
    """Train on a million words of a vocabulary of 200 k that occur as words do, for some seconds."""
    import numpy as np
    import torch

    from engine.families.text.classic.pairs import PairMaker
    from engine.families.text.classic.skip_gram import SkipGram
    from engine.families.text.token_arrays import TokenArray

    chance = 1 / np.arange(1, 200_001)
    ids = np.random.default_rng(0).choice(200_000, 1_000_000, p=chance / chance.sum()).astype(np.int32)
    maker = PairMaker(TokenArray(ids, np.arange(0, 1_000_001, 20)), 200_000, centers=2048)
    model = SkipGram(maker.counts)
    optimizer = torch.optim.Adagrad(model.parameters(), lr=0.05)
    batches = iter(maker)
    next(batches)
    pairs, started = 0, time.perf_counter()
    for batch in batches:
        optimizer.zero_grad()
        model.loss(batch).backward()
        optimizer.step()
        pairs += len(batch)
        if time.perf_counter() - started > WORD2VEC_S:
            break
    print(json.dumps({"pairs": pairs / (time.perf_counter() - started)}))


def whole_run(_what: str, folder: Path) -> None:
    """Train on 200 k words as a run does, with its loop and its records; pairs a second between its first step and last."""
    import csv

    import numpy as np

    from engine import datasets, families
    from engine.catalog import new_text
    from engine.families.text.word_pairs_task import WordPairsTask
    from engine.runs import RunStore
    from engine.spec import DataSpec, parse
    from engine.training.recorder import Recorder
    from engine.training.watch import Watch

    chance = 1 / np.arange(1, 20_001)
    words = np.random.default_rng(0).choice(20_000, 200_000, p=chance / chance.sum())
    with (folder / "words.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(
            [["text"], *([" ".join(f"w{one}" for one in text)] for text in words.reshape(-1, 20))]
        )
    workspace = folder / "vectors"
    dataset = datasets.import_file(workspace, folder / "words.csv")
    content = new_text(DataSpec(dataset=dataset.id), "word2vec", types={"text": "text"}).model_dump(mode="json")
    content["model"]["params"] = {"dimension": 100, "least_count": 1}
    content["trainer"] |= {"epochs": 3, "device": "cpu"}
    counted: list[int] = []
    told: list[float] = []
    loss, boundary = WordPairsTask.loss, Watch.boundary

    def counting(task: WordPairsTask, batch: Any) -> Any:
        counted.append(len(batch))
        return loss(task, batch)

    def timed(watch: Watch, step: int) -> None:
        told.append(time.perf_counter())
        boundary(watch, step)

    WordPairsTask.loss, Watch.boundary = counting, timed  # type: ignore[method-assign, assignment]
    with RunStore(workspace) as store:
        run_id = store.create_run(parse(content)).id
    with Recorder(workspace, run_id) as recorder:
        families.run(recorder)
    print(json.dumps({"pairs": sum(counted[1:]) / (told[-1] - told[0])}))


CHILDREN = {"run": whole_run, "import": whole_import, "tokens": tokens, "word2vec": word2vec}

if __name__ == "__main__":
    main()
