"""predict: use a run's model on a new file and say what became of it."""

import sys
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from engine.commands.output import DONE, BadInput, as_json, complain, number, table
from engine.commands.runs import find
from engine.runs import RunStore

PREVIEW_ROWS = 20
TOLD_VALUES = 3


def score_command(options: Namespace) -> int:
    """Score a run's model on a file that has the truth, beside the baselines where the family has some."""
    with RunStore(options.workspace) as store:
        run = find(store, options.run)
    _check_file(options.data)
    with _told("Loading the model and comparing …"):
        from engine.families.prediction import score

        report = score(options.workspace, run.id, options.data)
    if options.json:
        as_json(report)
        return DONE
    for note in report.notes:
        complain(note)
    names = [name.replace("_", " ") for name in report.baselines]
    rows = [
        [key, number(value), *(_figure(one.get(key)) for one in report.baselines.values())]
        for key, value in report.metrics.items()
    ]
    table(["metric", run.spec.model.name, *names], rows, right=[run.spec.model.name, *names])
    complain(f"over {report.what} in {options.data.name}")
    return DONE


def _figure(value: float | None) -> str:
    return "–" if value is None else number(value)


def _check_file(file: Path) -> None:
    if not file.is_file():
        raise BadInput(f"{file}: there is no such file")


def predict_command(options: Namespace) -> int:
    """Predict every row of a file, or of series what comes after; print the first rows, or write all with -o."""
    if (options.file is None) == (options.data is None):
        raise BadInput("name one file: either FILE or --data FILE")
    options.file = options.file or options.data
    with RunStore(options.workspace) as store:
        run = find(store, options.run)
    _check_file(options.file)
    with _told("Loading the model and predicting …"):
        from engine.families.prediction import predict

        report = predict(
            options.workspace,
            run.id,
            options.file,
            out=options.output,
            limit=PREVIEW_ROWS,
            allow_missing=options.allow_missing,
        )
    if options.json:
        as_json(report)
        return DONE
    for column, values in report.unseen.items():
        shown = ", ".join(list(values)[:TOLD_VALUES])
        complain(f"{column}: {sum(values.values()):,} rows have values never seen in training, such as {shown}")
    for note in report.notes:
        complain(note)
    if options.output is None:
        table(report.columns, [["" if value is None else value for value in row] for row in report.preview])
        if report.rows > len(report.preview):
            complain(f"these are the first {len(report.preview)} of {report.rows:,} rows; -o OUT writes them all")
        return DONE
    print(f"{report.rows:,} predictions in {options.output}")
    for name, value in report.metrics.items():
        print(f"{name} {number(value)}")
    return DONE


@contextmanager
def _told(text: str) -> Iterator[None]:
    if sys.stderr.isatty():
        with Console(stderr=True).status(text):
            yield
    else:
        yield
