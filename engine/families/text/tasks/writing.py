"""Sequence to sequence: read a text and write another; where none is named, mend the spoilt text itself (denoising)."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from torch import nn
from torch.nn import functional

from engine.catalog.text_checks import denoises
from engine.families.supervised.splitting import Rows
from engine.families.text.beams import Hypothesis, as_beams, telling
from engine.families.text.encoder import TextEncoder
from engine.families.text.generating import Heard, readable
from engine.families.text.live_samples import LETTERS
from engine.families.text.masking import IGNORED
from engine.families.text.ragged import Ints, Ragged
from engine.families.text.reading_examples import read_alone, read_pairs
from engine.families.text.scores.rouge import rouge, score_texts
from engine.families.text.tasks.generation import beams, greedy, opening_of
from engine.families.text.tasks.head import TOKENS_AT_ONCE, Head, Judged, Samples, batches, device_of
from engine.families.text.tasks.noise import sentence_ends, spoilt
from engine.families.text.tasks.shown import written_pieces
from engine.families.text.trained import TrainedText
from engine.runs.evaluation import TextExample
from engine.runs.text_samples import TextPiece, TextSample
from engine.runs.texts import BLANK, Beam, Decoding
from engine.spec import DenoisingSpec, RunSpec
from engine.training.failures import RunFailed
from engine.training.loader import Batch
from engine.training.randomness import generator

SAMPLE = 32
"""Texts that are written at each validation."""
SHOWN = 64
"""Tokens that are written of a text to look at."""
SENTINEL = "<extra_id_0>"


@dataclass(frozen=True)
class PairSamples:
    """Ids of what is read, framed, and of what is to be written, with the end token and nothing before."""

    ids: Ragged
    targets: Ragged
    pad: int

    @property
    def lengths(self) -> Ints:
        """Return how many tokens are read and written together."""
        return self.ids.lengths + self.targets.lengths

    def batch(self, rows: Ints, _chance: torch.Generator | None = None) -> Batch:
        """Return input_ids and mask [n, source], labels [n, target] (-100 behind their ends)."""
        ids, real = self.ids.padded(rows, self.pad)
        return {"input_ids": ids, "mask": real, "labels": self.targets.padded(rows, IGNORED)[0]}


@dataclass(frozen=True)
class SpoiltSamples:
    """Texts without frame that are spoilt anew for every batch; each is its own target."""

    targets: Ragged
    begin: tuple[int, ...]
    end: int
    mask: int
    ends: Ints
    most: int
    settings: DenoisingSpec
    pad: int

    @property
    def lengths(self) -> Ints:
        """Return how many tokens each text has."""
        return self.targets.lengths

    def batch(self, rows: Ints, chance: torch.Generator) -> Batch:
        """Return input_ids and mask [n, source], spoilt, and labels [n, target] (-100 behind their ends)."""
        rng = np.random.default_rng(int(torch.randint(1 << 62, (1,), generator=chance)))
        values, device = self.targets.values, self.targets.values.device
        room = self.most - len(self.begin) - 1
        held = []
        for row in rows:
            own = values[self.targets.starts[row] : self.targets.starts[row + 1] - 1].cpu().numpy()
            mended = spoilt(own, self.settings, self.mask, self.ends, rng)[:room]
            held.append([*self.begin, *mended.tolist(), self.end])
        ids, real = Ragged.of(held, device).padded(np.arange(len(rows)), self.pad)
        return {"input_ids": ids, "mask": real, "labels": self.targets.padded(rows, IGNORED)[0]}


class WritingHead(Head):
    """Learns to write; measures loss and, on what it writes, ROUGE."""

    error = "1 - ROUGE-L"

    def __init__(self, data: Path, spec: RunSpec) -> None:
        super().__init__(spec)
        self._mends = denoises(self.own)
        self._examples = read_alone(data, self.own) if self._mends else read_pairs(data, self.own)

    @property
    def rows(self) -> Rows:
        """Return where the texts stand in the dataset."""
        return self._examples.rows

    @property
    def notes(self) -> tuple[str, ...]:
        """Return sentences about rows that are left out."""
        return self._examples.notes

    def texts(self, rows: Rows) -> Sequence[str]:
        """Return what is read, and what is written where that is something else."""
        sources = [self._examples.sources[row] for row in rows]
        return sources if self._mends else [*sources, *(self._examples.targets[row] for row in rows)]

    def samples(self, rows: Rows, encoder: TextEncoder, device: torch.device) -> Samples:
        """Return pairs, or texts that are spoilt."""
        targets = _targets(encoder, [self._examples.targets[row] for row in rows]).to(device)
        if not self._mends:
            return PairSamples(
                encoder.encode([self._examples.sources[row] for row in rows])[0].to(device), targets, encoder.pad
            )
        tokenizer = encoder.tokenizer
        begin = tokenizer.cls_token_id
        return SpoiltSamples(
            targets,
            (begin,) if isinstance(begin, int) else (),
            end_of(encoder),
            _mask_of(encoder),
            sentence_ends(tokenizer),
            encoder.max_length,
            self.own.denoising,
            encoder.pad,
        )

    def loss(self, network: nn.Module, batch: Batch) -> torch.Tensor:
        """Return the mean loss over the tokens that are to be written."""
        logits, labels = _asked(network, batch)
        return functional.cross_entropy(logits, labels, label_smoothing=self.own.label_smoothing)

    def judge(
        self, network: nn.Module, encoder: TextEncoder, rows: Rows, samples: Samples, /, whole: bool = False
    ) -> Judged:
        """Return loss and perplexity of all tokens, and ROUGE of what is written: for a few rows, or for the `whole`."""
        total, tokens = 0.0, 0
        for _, batch in batches(samples):
            logits, labels = _asked(network, batch)
            total += float(functional.cross_entropy(logits, labels, reduction="sum").double())
            tokens += len(labels)
        loss = total / max(1, tokens)
        places = np.arange(len(rows) if whole else min(SAMPLE, len(rows)))
        told = _written(network, encoder, samples, places)
        truth = [self._examples.targets[row] for row in rows[places]]
        perplexity = math.exp(loss) if loss < 700 else math.inf
        metrics = {"loss": loss, "perplexity": perplexity, **score_written(list(zip(truth, told, strict=True)))}
        if not whole:
            return Judged(metrics)
        examples = [
            self.example(row, self._examples.sources[row], its, ours, 1.0 - rouge(ours, its).rouge_l.f1)
            for row, its, ours in zip(rows.tolist(), truth, told, strict=True)
        ]
        return Judged(metrics, examples)

    def marked(self, _row: int, told: TextExample, /) -> tuple[TextPiece, ...]:
        """Return what was written, with the words that the reference has too."""
        return written_pieces(told.predicted[:LETTERS], told.reference)

    def look(self, network: nn.Module, encoder: TextEncoder, rows: Rows, samples: Samples, /) -> tuple[TextSample, ...]:
        """Return what is written beside its reference; of a text to be mended also how it was spoilt."""
        batch = samples.batch(np.arange(len(rows)), generator(0, 0))
        most = min(encoder.max_length, 2 * batch["labels"].shape[1] + 8, SHOWN)
        found = []
        for place, ids in enumerate(greedy(network, batch, end_of(encoder), most)):
            made = str(encoder.tokenizer.decode(ids, skip_special_tokens=True))
            wanted = self._examples.targets[rows[place]]
            given = self._examples.sources[rows[place]]
            if self._mends:
                given = readable(encoder, batch["input_ids"][place][batch["mask"][place]])
            pieces = written_pieces(made[:LETTERS], wanted)
            texts = {"given": given[:LETTERS], "made": made[:LETTERS], "wanted": wanted[:LETTERS]}
            found.append(TextSample(**texts, is_right=made.split() == wanted.split(), pieces=pieces))
        return tuple(found)


def score_written(pairs: Sequence[tuple[str, str]]) -> dict[str, float]:
    """Return mean F1 of ROUGE-1, -2, -L and -Lsum of true and told texts."""
    found = score_texts([ours for _, ours in pairs], [its for its, _ in pairs])
    return {
        "rouge1": found.rouge1.f1,
        "rouge2": found.rouge2.f1,
        "rougeL": found.rouge_l.f1,
        "rougeLsum": found.rouge_lsum.f1,
    }


def predict_texts(model: TrainedText, frame: pd.DataFrame) -> tuple[dict[str, pd.Series], list[tuple[str, str]]]:
    """Return what is written as a column, and where the file has targets pairs of true and told texts."""
    assert model.spec.text is not None
    columns = model.spec.text.columns
    ids, _ = model.encoder.encode(frame[columns.source or columns.text].tolist())
    nothing = Ragged.of([[end_of(model.encoder)]] * len(frame))
    device = device_of(model.network)
    samples = PairSamples(ids.to(device), nothing.to(device), model.encoder.pad)
    model.network.eval()
    with torch.inference_mode():
        told = _written(model.network, model.encoder, samples, np.arange(len(frame)), model.encoder.max_length)
    name = columns.target
    found = {f"predicted {name or 'text'}": pd.Series(told, dtype=object)}
    truth = frame[name].tolist() if name in frame.columns else []
    return found, [(its, ours) for its, ours in zip(truth, told, strict=False) if its.strip()]


def write_text(
    model: TrainedText,
    text: str,
    decoding: Decoding,
    cancelled: Callable[[], bool] = lambda: False,
    heard: Heard = lambda _text: None,
) -> tuple[str, tuple[str, ...], tuple[Beam, ...]]:
    """Return what is written to a text, what is to be said about it, and what a beam search kept where one is asked for."""
    encoder = model.encoder
    if model.spec.text is not None and denoises(model.spec.text):
        text = text.replace(BLANK, str(encoder.tokenizer.convert_ids_to_tokens(_mask_of(encoder))))
    ids, _ = encoder.encode([text])
    whole = len(encoder.tokenizer.backend_tokenizer.encode(text, add_special_tokens=encoder.framed).ids)
    device = device_of(model.network)
    batch = PairSamples(ids.to(device), Ragged.of([[end_of(encoder)]]).to(device), encoder.pad).batch(np.arange(1))
    model.network.eval()
    read, kept = partial(encoder.tokenizer.decode, skip_special_tokens=True), list[Hypothesis]()
    with torch.inference_mode():
        if decoding.beams > 1:
            told = telling(heard, read)
            kept = beams(model.network, batch, end_of(encoder), decoding, cancelled, told)
            made, was_cut = list(kept[0].ids), not kept[0].ended
        else:
            (made,) = greedy(model.network, batch, end_of(encoder), decoding.tokens, cancelled)
            was_cut = len(made) == decoding.tokens
    notes = [f"It was cut at {decoding.tokens:,} tokens."] if was_cut else []
    if whole > encoder.max_length:
        notes.append(f"Only the first {encoder.max_length:,} of {whole:,} tokens were read.")
    return str(read(made)), tuple(notes), as_beams(kept, read)


def end_of(encoder: TextEncoder) -> int:
    """Return the id that ends a text. Raises RunFailed where the tokenizer has none."""
    tokenizer = encoder.tokenizer
    for found in (tokenizer.eos_token_id, tokenizer.sep_token_id):
        if isinstance(found, int):
            return found
    raise RunFailed("The tokenizer has no token that ends a text.", "Choose another tokenizer.")


def _mask_of(encoder: TextEncoder) -> int:
    found = encoder.tokenizer.mask_token_id
    if isinstance(found, int):
        return found
    sentinel = encoder.tokenizer.get_vocab().get(SENTINEL)
    if sentinel is None:
        raise RunFailed(
            "The tokenizer has no mask token, which stands for what is hidden.", "Choose another tokenizer."
        )
    return int(sentinel)


def _targets(encoder: TextEncoder, texts: Sequence[str]) -> Ragged:
    """Return texts without a frame, each with the end token behind it, of the most tokens altogether."""
    end, most = end_of(encoder), encoder.max_length - 2
    found = encoder.tokenizer.backend_tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
    return Ragged.of([[*one.ids[:most], end] for one in found])


def _asked(network: nn.Module, batch: Batch) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the logits [k, vocabulary] and labels [k] of all tokens that are to be written."""
    opening, labels = opening_of(network), batch["labels"]
    before = labels.new_tensor(opening).expand(len(labels), -1)
    given = torch.cat([before, labels[:, :-1].clamp(min=0)], dim=1)
    logits = network({**batch, "decoder_ids": given})["logits"][:, len(opening) - 1 :]
    wanted = labels != IGNORED
    return logits[wanted].float(), labels[wanted]


def _written(network: nn.Module, encoder: TextEncoder, samples: Samples, places: Ints, most: int = 0) -> list[str]:
    """Return what is written for samples; without `most`, at most about twice the longest true text."""
    lengths = samples.lengths[places]
    texts = [""] * len(places)
    order = np.argsort(lengths, kind="stable")
    at_once = max(1, TOKENS_AT_ONCE // (2 * max(1, int(lengths.max(initial=1)))))
    for first in range(0, len(order), at_once):
        own = order[first : first + at_once]
        batch = samples.batch(places[own], torch.Generator().manual_seed(first))
        enough = most or min(encoder.max_length, 2 * batch["labels"].shape[1] + 8)
        for place, ids in zip(own.tolist(), greedy(network, batch, end_of(encoder), enough), strict=True):
            texts[place] = str(encoder.tokenizer.decode(ids, skip_special_tokens=True))
    return texts
