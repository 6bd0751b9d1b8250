"""predict: use a run's model on a new file and say what became of it."""

import sys
from argparse import Namespace
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from engine.commands.output import DONE, BadInput, as_json, complain, number, table
from engine.commands.runs import find
from engine.runs import RunStore
from engine.runs.texts import Beam, TextAnswer
from engine.spec import LABELLED, TextSpec

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
    if options.text is not None or options.pair is not None or options.choice:
        if options.file or options.data or options.output:
            raise BadInput("--text stands alone: a file is predicted without it, without --pair and --choice")
        return answer_command(options)
    if (options.file is None) == (options.data is None):
        raise BadInput("name one file, either FILE or --data FILE, or give --text")
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


def answer_command(options: Namespace) -> int:
    """Print what a text model says to a typed text."""
    with RunStore(options.workspace) as store:
        run = find(store, options.run)
    if run.spec.text is not None:
        _check_typed(run.spec.text, options.text, options.pair, options.choice or ())
    with _told("Loading the model …"):
        from engine.families.text.typed import answer
        from engine.runs.texts import Decoding

        given = {name: value for name in Decoding.model_fields if (value := getattr(options, name, None)) is not None}
        try:
            decoding = Decoding.model_validate({"top_k": 20, **given})
        except ValueError as error:
            raise BadInput(f"these settings draw no text: {error}") from error
        found = answer(
            options.workspace, run.id, options.text or "", options.pair, decoding, choices=options.choice or ()
        )
    if options.json:
        as_json(found)
    else:
        _show_answer(found)
    return DONE


def _show_answer(found: TextAnswer) -> None:
    for note in found.notes:
        complain(note)
    for one in found.targets:
        rows = [[chance.label or "–", number(chance.probability)] for chance in one.chances]
        if one.value is not None:
            print(f"{one.target} {number(one.value)}")
        else:
            table([one.target, "probability"], rows, right=["probability"])
    for place, chances in enumerate(found.blanks, start=1):
        rows = [[chance.label, number(chance.probability)] for chance in chances]
        table([f"mask {place}", "probability"], rows, right=["probability"])
    for span in found.spans if found.task != "question-answering" else ():  # the answer stands above
        print(f"{found.text[span.start : span.end]}  {span.label}".rstrip())
    if found.near:
        table(["word", "similarity"], [[one.word, number(one.similarity)] for one in found.near], right=["similarity"])
    for text in (found.filled, found.written, None if found.continuation is None else found.text + found.continuation):
        if text is not None:
            print(text)
    _show_beams(found.beams)
    if found.perplexity is not None:
        print(f"{found.perplexity_name} {number(found.perplexity)}")


def _check_typed(own: TextSpec, text: str | None, pair: str | None, choices: Sequence[str]) -> None:
    """Raise BadInput where what was typed is not what the model reads, saying what it does."""
    chooses, asks = own.task == "multiple-choice", own.task == "question-answering"
    if asks and not (text and text.strip() and pair and pair.strip()):
        raise BadInput(
            "this model answers questions: give --text with what holds the answer, and --pair with the question"
        )
    if chooses and len([one for one in choices if one.strip()]) < 2:
        raise BadInput("this model chooses: give each choice with a --choice of its own, two or more")
    if choices and not chooses:
        raise BadInput("--choice is for a model of multiple choice, which this one is not")
    is_paired = own.columns.second if own.task in LABELLED else own.columns.context and own.columns.question
    if pair is not None and not asks and not ((chooses or own.task in LABELLED) and is_paired):
        raise BadInput("--pair is for questions and for pairs of texts, and this model reads one text alone")
    if text is None and (not chooses or own.columns.context or own.columns.question):
        raise BadInput("--text is missing: the text that stands before it")


def _show_beams(beams: Sequence[Beam]) -> None:
    rows = [[number(one.score), number(one.total), f"{one.tokens:,}", " ".join(one.text.split())] for one in beams]
    if rows:
        table(["score", "log-probability", "tokens", "beam"], rows, right=["score", "log-probability", "tokens"])


@contextmanager
def _told(text: str) -> Iterator[None]:
    if sys.stderr.isatty():
        with Console(stderr=True).status(text):
            yield
    else:
        yield
