"""A run of a task that has a head of its own: fit each fold, judge, save, say how it ended. Must not know the task."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch

from engine.families.files import EVALUATION_FILE, PREDICTIONS_FILE, write_evaluation, write_table
from engine.families.fitting import Training
from engine.families.fold_scores import fold_scores
from engine.families.folds import Fitted, State, best_of, ended, fit_folds, save
from engine.families.live_file import ShownLive
from engine.families.supervised.evaluation import best_of_folds
from engine.families.supervised.splitting import Fold, Rows
from engine.families.text.labelled import lengths_told
from engine.families.text.live_samples import LiveSamples, to_look_at
from engine.families.text.loader import SequenceLoader
from engine.families.text.preparing import prepare
from engine.families.text.reading import snapshot
from engine.families.text.tasks.head import Head, HeadTask, Judged, device_of
from engine.families.text.tasks.heads import folds_of, head_of
from engine.families.text.trained import TrainedText
from engine.runs import Outcome
from engine.runs.evaluation import Evaluation, TextExample, TextReport
from engine.runs.text_samples import TextSample
from engine.training.loader import BatchPlan
from engine.training.recorder import Recorder
from engine.training.state_keeper import StateKeeper
from engine.training.watch import Place

SHOWN = 20
LETTERS = 500
"""Letters of a text that are kept to be looked at."""


@dataclass(frozen=True)
class _Run:
    recorder: Recorder
    head: Head
    folds: list[Fold]


def run_head(recorder: Recorder) -> Outcome:
    """Train, evaluate and save. Raises RunFailed for failures with a name."""
    spec = recorder.spec
    head = head_of(snapshot(recorder.workspace, spec.data.dataset), spec)
    for note in head.notes:
        recorder.log(note)
    run = _Run(recorder, head, folds_of(recorder.workspace, spec, head))

    def fit_one(fold: Fold, states: StateKeeper, place: Place, state: State | None) -> Fitted[TrainedText]:
        return fit(run.recorder, run.head, fold, states, place, state)

    fitted = fit_folds(recorder, run.folds, fit_one, TrainedText.load)
    if fitted:
        _evaluate([one.model for one in fitted], run)
        save(recorder, best_of(recorder, fitted).model.finished())
    return ended(recorder, fitted, len(run.folds))


def fit(
    recorder: Recorder,
    head: Head,
    fold: Fold,
    states: StateKeeper,
    place: Place,
    resumed: State | None = None,
) -> Fitted[TrainedText]:
    """Train on a fold, or go on from the content of a state. Raises RunFailed, Stopped."""
    own = head.own
    ready = prepare(recorder, fold, resumed, lambda told: head.encoder(fold, told))
    encoder, trainer = ready.encoder, ready.trainer
    train, valid = (head.samples(part, encoder, ready.device) for part in (fold.train, fold.valid))
    lengths = train.lengths
    ready.use_threads(trainer.batch_size * float(lengths.mean()))
    ready.tell([lengths_told(lengths, own.max_length)])
    plan = BatchPlan.of(len(lengths), trainer.batch_size, trainer.drop_last)
    by_length = lengths if own.length_buckets else None
    shown = to_look_at(fold.valid)
    seen = head.samples(shown, encoder, ready.device)

    def look() -> tuple[TextSample, ...]:
        ready.network.eval()
        with torch.inference_mode():
            return head.look(ready.network, encoder, shown, seen)

    training = Training(
        recorder,
        trainer,
        ready.device,
        fold,
        HeadTask(head, ready.network, encoder, fold.valid, valid),
        SequenceLoader(len(lengths), plan, train.batch, trainer.seed, by_length),
        model=ready.model,
        heard=lambda watch: ShownLive(watch, LiveSamples(recorder, fold.name, look)),
    )
    return training.run(states, place, resumed)


def _evaluate(models: Sequence[TrainedText], run: _Run) -> None:
    """Judge the test rows (the validation rows where there are none), of several folds each model on its validation rows;
    write the files and set the run's summary.
    """
    recorder, head = run.recorder, run.head
    recorder.progress(stage="evaluating")
    folds = run.folds[: len(models)]
    if len(run.folds) > 1:
        each = [_judged(model, head, fold.valid) for model, fold in zip(models, folds, strict=True)]
        scores = fold_scores([{f"valid/{key}": value for key, value in one.metrics.items()} for one in each])
        parts = {"valid": Judged({one.metric.removeprefix("valid/"): one.mean for one in scores}, _all(each))}
        recorder.summary(best_of_folds(recorder, recorder.spec, folds))
    else:
        rows = {"valid": folds[0].valid, "test": folds[0].test}
        parts = {part: _judged(models[0], head, own) for part, own in rows.items() if len(own)}
        scores = ()
    shown = "test" if "test" in parts else "valid"
    notes = () if shown == "test" else ("These figures are of the validation rows, which also chose the epoch.",)
    main = parts[shown]
    evaluation = Evaluation(
        task=head.own.task,
        split=shown,
        rows=len(main.examples),
        metrics={part: one.metrics for part, one in parts.items()},
        text=_report(head, main),
        folds=scores,
        notes=notes,
    )
    write_evaluation(recorder.folder, evaluation)
    write_table(recorder.folder / PREDICTIONS_FILE, _table(parts))
    recorder.artifact("evaluation", "evaluation", recorder.folder / EVALUATION_FILE)
    recorder.artifact("predictions", "table", recorder.folder / PREDICTIONS_FILE)
    means = {one.metric: one.mean for one in scores}
    recorder.summary(means or {f"{shown}/{key}": value for key, value in main.metrics.items()})


def _judged(model: TrainedText, head: Head, rows: Rows) -> Judged:
    network = model.network
    network.eval()
    with torch.inference_mode():
        samples = head.samples(rows, model.encoder, device_of(network))
        return head.judge(network, model.encoder, rows, samples, whole=True)


def _all(each: Sequence[Judged]) -> list[TextExample]:
    return sorted((example for one in each for example in one.examples), key=lambda one: one.row)


def _report(head: Head, judged: Judged) -> TextReport:
    found = judged.examples
    even = [found[place] for place in np.linspace(0, len(found) - 1, min(SHOWN, len(found)), dtype=np.int64)]
    worst = sorted(found, key=lambda one: -one.error)[:SHOWN]
    return TextReport(
        error=head.error,
        examples=tuple(_shown(head, one) for one in even),
        worst=tuple(_shown(head, one) for one in worst),
        by_class=judged.by_class,
    )


def _shown(head: Head, example: TextExample) -> TextExample:
    row = int(np.searchsorted(head.rows, example.row - 1))
    pieces = head.marked(row, example)
    cut_off = {
        name: text[:LETTERS] + " …"
        for name in ("text", "reference", "predicted")
        if len(text := getattr(example, name)) > LETTERS
    }
    return example.model_copy(update={**cut_off, "pieces": pieces})


def _table(parts: dict[str, Judged]) -> pd.DataFrame:
    lines = [
        (one.row, part, one.reference, one.predicted, one.error)
        for part, all_ in parts.items()
        for one in all_.examples
    ]
    table = pd.DataFrame(lines, columns=["row", "split", "reference", "predicted", "error"])
    return table.sort_values("row", kind="stable")
