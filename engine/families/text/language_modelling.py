"""A run that learns a language: fit each fold, measure perplexity, save, say how it ended."""

from dataclasses import replace

import torch
from torch import nn

from engine.catalog import settings
from engine.families.files import EVALUATION_FILE, write_evaluation
from engine.families.fitting import Training
from engine.families.folds import Fitted, State, ended, fit_folds, save
from engine.families.live_file import ShownLive
from engine.families.supervised.splitting import Fold, Rows
from engine.families.text.blocks import Blocks, StreamLoader, joined
from engine.families.text.corpus import Corpus, corpus_of, samples
from engine.families.text.corpus_tokens import unheard
from engine.families.text.encoder import TextEncoder
from engine.families.text.labelled import lengths_told
from engine.families.text.language_report import language_report
from engine.families.text.language_samples import of_language
from engine.families.text.language_task import LanguageTask, exponential, surprise
from engine.families.text.live_samples import LiveSamples, to_look_at
from engine.families.text.loader import SequenceLoader
from engine.families.text.masking import MaskedSequences
from engine.families.text.networks import text_of
from engine.families.text.preparing import prepare
from engine.families.text.trained import TOKENS_AT_ONCE, TrainedText
from engine.runs import Outcome
from engine.runs.evaluation import Evaluation
from engine.spec import RunSpec, TrainerSpec
from engine.training.failures import RunFailed
from engine.training.loader import Batch, BatchPlan, EpochLoader
from engine.training.recorder import Recorder
from engine.training.state_keeper import StateKeeper
from engine.training.watch import Place

BPTT = 35
VALIDATION_STREAMS = 10
MEASURED = 5_000
"""Texts whose lengths are told."""


def run_language_model(recorder: Recorder) -> Outcome:
    """Train, evaluate and save. Raises RunFailed for failures with a name."""
    corpus = corpus_of(recorder, recorder.spec)

    def fit_one(fold: Fold, states: StateKeeper, place: Place, state: State | None) -> Fitted[TrainedText]:
        return fit(recorder, corpus, fold, states, place, state)

    fitted = fit_folds(recorder, corpus.folds, fit_one, TrainedText.load)
    if not fitted:
        return ended(recorder, fitted, 1)
    best = fitted[0]
    save(recorder, best.model.finished())
    found = evaluate(best.model, corpus, recorder)
    name = perplexity_name(recorder.spec)
    words = name.replace("_", "-")
    detail = f"The model of epoch {best.best_epoch} is kept: its {words} is {found[name]:,.1f}."
    return ended(recorder, fitted, 1, detail)


def perplexity_name(spec: RunSpec) -> str:
    """Return what exp(loss) is called: it is no perplexity where the model sees both sides of a token."""
    return "pseudo_perplexity" if text_of(spec).task == "masked-lm" else "perplexity"


def fit(
    recorder: Recorder,
    corpus: Corpus,
    fold: Fold,
    states: StateKeeper,
    place: Place,
    resumed: State | None = None,
) -> Fitted[TrainedText]:
    """Train on a fold, or go on from the content of a state. Raises RunFailed, Stopped."""
    spec = recorder.spec
    ready = prepare(recorder, fold, resumed, lambda told: corpus.encoder(fold, told))
    encoder, trainer, device = ready.encoder, ready.trainer, ready.device
    train = loader_of(corpus, fold.train, encoder, trainer, device, trainer.seed)
    valid = loader_of(corpus, fold.valid, encoder, trainer, device, None)
    ready.use_threads(trainer.batch_size * (bptt_of(spec) if text_of(spec).task == "rnn-lm" else encoder.max_length))
    lengths = corpus.ids(fold.train[:MEASURED], encoder).lengths
    ready.tell([lengths_told(lengths, 1 << 62)])
    live = LiveSamples(recorder, fold.name, of_language(ready.model, corpus.texts(to_look_at(fold.valid))))
    training = Training(
        recorder,
        trainer,
        device,
        fold,
        LanguageTask(ready.network, valid, perplexity_name(spec)),
        train,
        model=ready.model,
        heard=lambda watch: ShownLive(watch, live),
    )
    return training.run(states, place, resumed)


def loader_of(
    corpus: Corpus,
    rows: Rows,
    encoder: TextEncoder,
    trainer: TrainerSpec,
    device: torch.device,
    seed: int | None,
) -> EpochLoader[Batch]:
    """Return the batches of rows for the run's task; without a seed in their own order, as many at once as fit."""
    own = text_of(corpus.spec)
    ids, words = corpus.tokens(rows, encoder)
    if own.task == "masked-lm":
        masked, numbers = samples(ids, words, encoder)
        mask = encoder.tokenizer.mask_token_id
        assert isinstance(mask, int)
        made = MaskedSequences(masked, numbers, encoder.pad, mask, encoder.vocabulary, own.masking).to(device)
        plan = _plan(len(masked), trainer, int(masked.lengths.max(initial=1)), seed)
        by_length = masked.lengths if seed is not None and own.length_buckets else None
        return SequenceLoader(len(masked), plan, made.batch, seed, by_length)
    end = encoder.tokenizer.eos_token_id
    tokens = joined(ids.to(device), end if isinstance(end, int) else encoder.pad)
    if len(tokens) < 3:
        raise RunFailed("There are too few tokens to learn from.", "Import more text, or make the other parts smaller.")
    if own.task == "rnn-lm":
        return StreamLoader(
            tokens, trainer.batch_size if seed is not None else VALIDATION_STREAMS, bptt_of(corpus.spec)
        )
    blocks = Blocks(tokens, own.max_length, encoder.pad)
    return SequenceLoader(len(blocks), _plan(len(blocks), trainer, own.max_length, seed), blocks.batch, seed)


def evaluate(model: TrainedText, corpus: Corpus, recorder: Recorder) -> dict[str, float]:
    """Measure the validation and the test texts, write the evaluation, set the run's summary; returns what is shown."""
    recorder.progress(stage="evaluating")
    corpus = replace(corpus, hear=unheard)  # who stops a run keeps its model and its figures
    fold, spec = corpus.folds[0], corpus.spec
    device = next(model.network.parameters()).device
    name, metrics = perplexity_name(spec), {}
    for part, rows in (("valid", fold.valid), ("test", fold.test)):
        if len(rows):
            metrics[part] = _measured(
                model.network, loader_of(corpus, rows, model.encoder, spec.trainer, device, None), name
            )
    shown = "test" if "test" in metrics else "valid"
    notes = () if shown == "test" else ("These figures are of the validation texts, which also chose the epoch.",)
    rows = fold.test if shown == "test" else fold.valid
    task = text_of(spec).task
    found = Evaluation(
        task=task,
        split=shown,
        rows=len(rows),
        metrics=metrics,
        language=language_report(model, corpus, rows),
        notes=notes,
    )
    write_evaluation(recorder.folder, found)
    recorder.artifact("evaluation", "evaluation", recorder.folder / EVALUATION_FILE)
    recorder.summary({f"{shown}/{key}": value for key, value in metrics[shown].items()})
    return metrics[shown]


def _measured(network: nn.Module, loader: EpochLoader[Batch], name: str) -> dict[str, float]:
    network.eval()
    with torch.inference_mode():
        loss, tokens = surprise(network, loader)
    return {"loss": loss, name: exponential(loss), "tokens": float(tokens)}


def _plan(count: int, trainer: TrainerSpec, longest: int, seed: int | None) -> BatchPlan:
    if seed is not None:
        return BatchPlan.of(count, trainer.batch_size, trainer.drop_last)
    return BatchPlan.of(count, max(1, TOKENS_AT_ONCE // max(1, longest)), merge_single=False)


def bptt_of(spec: RunSpec) -> int:
    """Return through how many tokens a recurrent model is trained back."""
    found = settings(spec.model).get("bptt", BPTT)
    return int(found) if isinstance(found, int | float) else BPTT
