"""A run that learns a label or a number for each text: fit each fold, evaluate, save, say how it ended."""

import numpy as np
import torch

from engine.families.fitting import Training
from engine.families.fold_scores import fold_scores
from engine.families.folds import Fitted, State, best_of, ended, fit_folds, save
from engine.families.frames import numbers
from engine.families.live_file import ShownLive
from engine.families.supervised.evaluation import best_of_folds, conclude, metrics_of
from engine.families.supervised.objective import Objective
from engine.families.supervised.predicted import Predicted, joined
from engine.families.supervised.scores import normalised
from engine.families.supervised.splitting import Fold, Rows
from engine.families.supervised.task import SupervisedTask
from engine.families.text.encoder import tokens_in
from engine.families.text.labelled import LabelledRows, lengths_told, on_device, read_rows
from engine.families.text.live_samples import LiveSamples, of_labels, to_look_at
from engine.families.text.loader import SequenceLoader
from engine.families.text.networks import text_of
from engine.families.text.preparing import prepare
from engine.families.text.trained import TOKENS_AT_ONCE, TrainedText
from engine.runs import Outcome
from engine.training.loader import Batch, BatchPlan
from engine.training.recorder import Recorder
from engine.training.state_keeper import StateKeeper
from engine.training.watch import Place


class _LabelTask(SupervisedTask):
    """Labels of texts: its speed is told in tokens."""

    def amount(self, batch: Batch) -> int | torch.Tensor:
        """Return how many tokens a batch has."""
        return tokens_in(batch)


def run_classifier(recorder: Recorder) -> Outcome:
    """Train, evaluate and save. Raises RunFailed for failures with a name."""
    rows = read_rows(recorder.workspace, recorder.spec)
    for note in rows.notes:
        recorder.log(note)

    def fit_one(fold: Fold, states: StateKeeper, place: Place, state: State | None) -> Fitted[TrainedText]:
        return fit(recorder, rows, fold, states, place, state)

    fitted = fit_folds(recorder, rows.folds, fit_one, TrainedText.load)
    if fitted:
        save(recorder, best_of(recorder, fitted).model.finished())
        evaluate([one.model for one in fitted], rows, recorder)
    return ended(recorder, fitted, len(rows.folds))


def fit(
    recorder: Recorder,
    rows: LabelledRows,
    fold: Fold,
    states: StateKeeper,
    place: Place,
    resumed: State | None = None,
) -> Fitted[TrainedText]:
    """Train on a fold, or go on from the content of a state. Raises RunFailed, Stopped."""
    own = text_of(recorder.spec)
    ready = prepare(recorder, fold, resumed, lambda told: rows.encoder(fold, told))
    encoder, trainer = ready.encoder, ready.trainer
    train, valid = (
        on_device(rows.sequences(part, encoder), ready.device, ready.dtype) for part in (fold.train, fold.valid)
    )
    lengths = train.ids.lengths
    ready.use_threads(trainer.batch_size * float(lengths.mean()))
    ready.tell([lengths_told(lengths, own.max_length)])
    plan = BatchPlan.of(len(fold.train), trainer.batch_size, trainer.drop_last)
    at_once = max(1, TOKENS_AT_ONCE // max(1, int(valid.ids.lengths.max(initial=1))))
    by_length = lengths if own.length_buckets else None
    validation = SequenceLoader(
        len(fold.valid), BatchPlan.of(len(fold.valid), at_once, merge_single=False), valid.batch
    )
    objective = Objective.of(encoder, smoothing=own.label_smoothing).to(ready.device, ready.dtype)
    shown = to_look_at(fold.valid)
    truth = rows.sequences(shown, encoder).target
    assert truth is not None
    made = of_labels(ready.model, rows.texts(shown), rows.seconds(shown), truth.numpy())
    live = LiveSamples(recorder, fold.name, made)
    training = Training(
        recorder,
        trainer,
        ready.device,
        fold,
        _LabelTask(ready.network, objective, validation),
        SequenceLoader(len(fold.train), plan, train.batch, trainer.seed, by_length),
        model=ready.model,
        heard=lambda watch: ShownLive(watch, live),
    )
    return training.run(states, place, resumed)


def evaluate(models: list[TrainedText], rows: LabelledRows, recorder: Recorder) -> None:
    """Evaluate on the test rows (the validation rows where there are none), of several folds on all their validation
    rows together; write the files and set the run's summary.
    """
    recorder.progress(stage="evaluating")
    folds = rows.folds[: len(models)]
    if len(rows.folds) == 1:
        parts = {"valid": folds[0].valid, "test": folds[0].test}
        predicted = {part: predict(models[0], rows, own) for part, own in parts.items() if len(own)}
        conclude(predicted, "test" if "test" in predicted else "valid", rows.frame, recorder, rows.task)
        return
    validated = [predict(model, rows, fold.valid) for model, fold in zip(models, folds, strict=True)]
    by_fold = [{f"valid/{key}": value for key, value in metrics_of(part).items()} for part in validated]
    recorder.summary(best_of_folds(recorder, recorder.spec, folds))
    conclude({"valid": joined(validated)}, "valid", rows.frame, recorder, rows.task, fold_scores(by_fold))


def predict(model: TrainedText, rows: LabelledRows, own: Rows) -> Predicted:
    """Return a model's predictions for rows beside their true targets."""
    outputs = model.predict(rows.texts(own), rows.seconds(own))
    targets = model.encoder.targets
    if rows.task == "classification":
        actual = rows.sequences(own, model.encoder).target
        assert actual is not None
        chances = tuple(normalised(np.asarray(one)) for one in outputs)
        return Predicted(own, targets, actual.numpy(), probabilities=chances)
    truth = np.stack([numbers(rows.frame[target.name].iloc[own]) for target in targets], axis=1)
    return Predicted(own, targets, truth, values=np.asarray(outputs, dtype=np.float64))
