"""A run that learns vectors of words: fit, compare with what people find alike, save, say how it ended."""

import math
from dataclasses import dataclass, replace

import numpy as np
import torch

from engine.catalog import settings
from engine.families.files import EVALUATION_FILE, write_evaluation, write_table
from engine.families.fitting import Training
from engine.families.folds import Fitted, State, ended, fit_folds, save
from engine.families.live_file import ShownLive
from engine.families.supervised.splitting import Fold, Rows
from engine.families.text.classic.pairs import PairMaker, WordPairs
from engine.families.text.classic.skip_gram import SkipGram
from engine.families.text.corpus import Corpus, corpus_of
from engine.families.text.corpus_tokens import unheard
from engine.families.text.encoder import TextEncoder
from engine.families.text.live_samples import LiveSamples
from engine.families.text.networks import text_of
from engine.families.text.preparing import prepare
from engine.families.text.token_arrays import TokenArray
from engine.families.text.trained import TrainedText
from engine.families.text.word_neighbours import projection, samples_of, shown_words
from engine.families.text.word_pairs_task import WordPairsTask, mean_loss
from engine.families.text.word_similarity import Judged, judged, read_judgements
from engine.runs import Outcome
from engine.runs.evaluation import Evaluation
from engine.runs.word_map import PROJECTION_FILE
from engine.spec import RunSpec, TrainerSpec
from engine.training.failures import RunFailed
from engine.training.optimizers import takes_sparse
from engine.training.recorder import Recorder
from engine.training.state_keeper import StateKeeper
from engine.training.watch import Place

SLOW = (
    "{name} moves every vector at each step, which takes long for many words; Adagrad without weight decay moves only "
    "those of the words that were met."
)


@dataclass(frozen=True)
class _Words:
    """The texts of a run as words, and what people judged."""

    corpus: Corpus
    judgements: tuple[Judged, ...]

    def tokens(self, rows: Rows, encoder: TextEncoder) -> TokenArray:
        """Return the words of rows, without those that have no vector."""
        found = self.corpus.ids(rows, encoder)
        known = found.ids != encoder.tokenizer.unk_token_id
        ends = np.concatenate([[0], np.cumsum(known)])[found.offsets]
        return TokenArray(found.ids[known], ends.astype(np.int64))


def run_word_vectors(recorder: Recorder) -> Outcome:
    """Train, evaluate and save. Raises RunFailed for failures with a name."""
    spec = recorder.spec
    corpus = corpus_of(recorder, with_least_count(spec))
    words = _Words(corpus, read_judgements(text_of(spec).similarity_file))

    def fit_one(fold: Fold, states: StateKeeper, place: Place, state: State | None) -> Fitted[TrainedText]:
        return fit(recorder, words, fold, states, place, state)

    fitted = fit_folds(recorder, corpus.folds, fit_one, TrainedText.load)
    if not fitted:
        return ended(recorder, fitted, 1)
    best = fitted[0]
    save(recorder, best.model)
    found = evaluate(best.model, words, recorder)
    alike = f"; its similarities rank like people’s with {found['spearman']:.2f}" if "spearman" in found else ""
    detail = f"The model of epoch {best.best_epoch} is kept: its loss is {found['loss']:.4g}{alike}."
    return ended(recorder, fitted, 1, detail)


def with_least_count(spec: RunSpec) -> RunSpec:
    """Return a specification whose tokenizer leaves out words as rare as the model's parameter says."""
    own = text_of(spec)
    made = own.tokenizer.model_copy(update={"min_frequency": _whole(spec, "least_count")})
    return spec.model_copy(update={"text": own.model_copy(update={"tokenizer": made})})


def fit(
    recorder: Recorder, words: _Words, fold: Fold, states: StateKeeper, place: Place, resumed: State | None = None
) -> Fitted[TrainedText]:
    """Train, or go on from the content of a state. Raises RunFailed, Stopped."""
    spec = recorder.spec
    ready = prepare(recorder, fold, resumed, lambda told: words.corpus.encoder(fold, told))
    encoder, trainer, device, network = ready.encoder, ready.trainer, ready.device, ready.network
    assert isinstance(network, SkipGram)
    tokens = words.tokens(fold.train, encoder)
    train = _pairs(spec, tokens, encoder, trainer, device)
    valid = _pairs_or_none(spec, words.tokens(fold.valid, encoder), encoder, trainer, device)
    if valid is None:
        raise RunFailed(
            "No validation text has two words that have a vector.",
            "Import more text, or lower model.params.least_count.",
        )
    network.set_counts(train.counts)
    ready.use_threads(0.0)  # what is shared among cores here costs more than it gains
    told = [f"{len(tokens.ids):,} words to learn from."]
    if not takes_sparse(trainer):
        told.append(SLOW.format(name=trainer.optimizer.name))
    ready.tell(told)
    chosen = shown_words(encoder, train.counts, text_of(spec).words)
    live = LiveSamples(recorder, fold.name, lambda: samples_of(ready.model(), chosen))
    training = Training(
        recorder,
        trainer,
        device,
        fold,
        WordPairsTask(network, valid),
        train,
        model=ready.model,
        heard=lambda watch: ShownLive(watch, live),
    )
    return training.run(states, place, resumed)


def evaluate(model: TrainedText, words: _Words, recorder: Recorder) -> dict[str, float]:
    """Measure the loss and what people judged, write the evaluation and a picture of the words; returns what is shown."""
    recorder.progress(stage="evaluating")
    words = replace(words, corpus=replace(words.corpus, hear=unheard))
    fold, spec, network = words.corpus.folds[0], recorder.spec, model.network
    assert isinstance(network, SkipGram)
    metrics: dict[str, dict[str, float]] = {}
    for part, rows in (("valid", fold.valid), ("test", fold.test)):
        if len(rows):
            tokens = words.tokens(rows, model.encoder)
            maker = _pairs_or_none(spec, tokens, model.encoder, spec.trainer, network.noise.device)
            metrics[part] = {"loss": mean_loss(network, maker), "words": float(len(tokens.ids))}
    shown, notes = "test" if "test" in metrics else "valid", []
    if words.judgements:
        agreement, known = judged(model, words.judgements)
        metrics[shown] |= {"pairs": float(known), **({} if math.isnan(agreement) else {"spearman": agreement})}
        notes.append(f"{known:,} of {len(words.judgements):,} judged pairs have words with vectors.")
    counts = torch.bincount(torch.from_numpy(words.tokens(fold.train, model.encoder).ids).long())
    write_table(recorder.folder / PROJECTION_FILE, projection(model, counts))
    recorder.artifact("projection", "projection", recorder.folder / PROJECTION_FILE)
    rows_shown = len(fold.test if shown == "test" else fold.valid)
    whole = Evaluation(task="word2vec", split=shown, rows=rows_shown, metrics=metrics, notes=tuple(notes))
    write_evaluation(recorder.folder, whole)
    recorder.artifact("evaluation", "evaluation", recorder.folder / EVALUATION_FILE)
    recorder.summary({f"{shown}/{key}": value for key, value in metrics[shown].items()})
    return metrics[shown]


def pairs_of(corpus: Corpus, rows: Rows, encoder: TextEncoder, spec: RunSpec) -> WordPairs:
    """Return the first batch of pairs of a run on these rows. Raises RunFailed."""
    tokens = _Words(corpus, ()).tokens(rows, encoder)
    return next(iter(_pairs(spec, tokens, encoder, spec.trainer, torch.device("cpu"))))


def _pairs(
    spec: RunSpec, tokens: TokenArray, encoder: TextEncoder, trainer: TrainerSpec, device: torch.device
) -> PairMaker:
    window, thinned = _whole(spec, "window"), settings(spec.model)["subsample"]
    assert isinstance(thinned, int | float)
    try:
        return PairMaker(tokens, encoder.vocabulary, trainer.batch_size, window, thinned, trainer.seed, device)
    except ValueError as error:
        raise RunFailed(str(error), "Import more text, or lower model.params.least_count.") from error


def _pairs_or_none(
    spec: RunSpec, tokens: TokenArray, encoder: TextEncoder, trainer: TrainerSpec, device: torch.device
) -> PairMaker | None:
    try:
        return _pairs(spec, tokens, encoder, trainer, device)
    except RunFailed:
        return None


def _whole(spec: RunSpec, name: str) -> int:
    value = settings(spec.model)[name]
    assert isinstance(value, int)
    return value
