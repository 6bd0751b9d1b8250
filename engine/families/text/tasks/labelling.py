"""Any number of labels a text: each is there or not, whatever the others are (binary cross-entropy)."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional

from engine.families.supervised.splitting import Fold, Rows
from engine.families.supervised.targets import TargetEncoding
from engine.families.text.encoder import Sequences, TextEncoder
from engine.families.text.live_samples import LETTERS, ranked
from engine.families.text.reading_examples import read_labelled, truth_of
from engine.families.text.scores.classes import LabelScores, score_labels
from engine.families.text.tasks.head import Head, Judged, Samples, batches, device_of
from engine.families.text.trained import TrainedText
from engine.runs.text_samples import TextSample
from engine.spec import RunSpec
from engine.training.loader import Batch

Marks = NDArray[np.bool_]


class LabelsHead(Head):
    """Learns labels from a 0/1 column for each; measures F1 over all of them and each one's own."""

    def __init__(self, data: Path, spec: RunSpec) -> None:
        super().__init__(spec)
        self._examples = read_labelled(data, self.own)

    @property
    def rows(self) -> Rows:
        """Return where the texts stand in the dataset."""
        return self._examples.rows

    @property
    def notes(self) -> tuple[str, ...]:
        """Return sentences about rows that are left out."""
        return self._examples.notes

    def texts(self, rows: Rows) -> Sequence[str]:
        """Return the texts, then the second ones."""
        seconds = self._seconds(rows) or []
        return [*(self._examples.texts[row] for row in rows), *seconds]

    def targets(self) -> tuple[str, tuple[TargetEncoding, ...]]:
        """Return the labels."""
        return "labels", tuple(TargetEncoding(name=name) for name in self._examples.names)

    def encoder(self, fold: Fold, told: list[str]) -> TextEncoder:
        """Return the encoder; networks of our own read words without begin and end."""
        made = super().encoder(fold, told)
        framed = self.own.task != "text-classifier" or self.own.tokenizer.kind not in {"words", "characters"}
        return TextEncoder(made.tokenizer, made.max_length, made.task, made.targets, framed)

    def samples(self, rows: Rows, encoder: TextEncoder, device: torch.device) -> Samples:
        """Return texts with their labels."""
        ids, kinds = encoder.encode([self._examples.texts[row] for row in rows], self._seconds(rows))
        target = torch.from_numpy(np.asarray(self._examples.targets[rows], dtype=np.float32))
        return _Samples(ids, kinds, target, encoder.pad).to(device)

    def loss(self, network: nn.Module, batch: Batch) -> torch.Tensor:
        """Return the mean loss over all labels of a batch."""
        logits = network(batch)["logits"].float()
        return functional.binary_cross_entropy_with_logits(logits, batch["target"])

    def judge(
        self, network: nn.Module, _encoder: TextEncoder, rows: Rows, samples: Samples, /, whole: bool = False
    ) -> Judged:
        """Return loss, the share of texts with every label right (accuracy), and F1."""
        names = self._examples.names
        chances, losses = _chances(network, samples, len(names))
        truth, told = self._examples.targets[rows] > 0.5, chances > 0.5
        found = score_labels(truth, told)
        metrics = {"loss": float(losses.mean()), **_metrics(found)}
        if not whole:
            return Judged(metrics)
        examples = [
            self.example(row, self._examples.texts[row], _listed(its, names), _listed(ours, names), error)
            for row, its, ours, error in zip(rows.tolist(), truth, told, losses.tolist(), strict=True)
        ]
        by_class = {
            name: {"f1": f1, "support": float(count)}
            for name, f1, count in zip(names, found.f1, truth.sum(axis=0).tolist(), strict=True)
            if f1 is not None
        }
        return Judged(metrics, examples, by_class)

    def look(
        self, network: nn.Module, _encoder: TextEncoder, rows: Rows, samples: Samples, /
    ) -> tuple[TextSample, ...]:
        """Return the labels of texts beside the true ones."""
        names = self._examples.names
        chances, _ = _chances(network, samples, len(names))
        truth = self._examples.targets[rows] > 0.5
        return tuple(
            TextSample(
                given=self._examples.texts[row][:LETTERS],
                made=_listed(own > 0.5, names),
                wanted=_listed(its, names),
                is_right=bool(((own > 0.5) == its).all()),
                chances=ranked(names, own),
            )
            for row, own, its in zip(rows.tolist(), chances, truth, strict=True)
        )

    def _seconds(self, rows: Rows) -> list[str] | None:
        seconds = self._examples.seconds
        return None if seconds is None else [seconds[row] for row in rows]


class _Samples(Sequences):
    @property
    def lengths(self) -> NDArray[np.int64]:
        """Return how many tokens each text has."""
        return self.ids.lengths

    def to(self, device: torch.device) -> "_Samples":
        """Return the tensors on a device."""
        moved = super().to(device)
        return _Samples(moved.ids, moved.kinds, moved.target, moved.pad)


def predict_labels(model: TrainedText, frame: pd.DataFrame) -> tuple[dict[str, pd.Series], list[tuple[Marks, Marks]]]:
    """Return the labels and the chance of each as columns, and where the file has all labels pairs of true and told ones."""
    assert model.spec.text is not None
    columns, names = model.spec.text.columns, [one.name for one in model.encoder.targets]
    texts = frame[columns.text].tolist()
    ids, kinds = model.encoder.encode(texts, frame[columns.second].tolist() if columns.second else None)
    samples = _Samples(ids, kinds, None, model.encoder.pad).to(device_of(model.network))
    model.network.eval()
    with torch.inference_mode():
        chances, _ = _chances(model.network, samples, len(names))
    told = chances > 0.5
    found: dict[str, pd.Series] = {"predicted labels": pd.Series([_listed(one, names) for one in told], dtype=object)}
    found |= {f"probability of {name}": pd.Series(chances[:, place]) for place, name in enumerate(names)}
    if not all(name in frame.columns for name in names):
        return found, []
    truth = np.array([[truth_of(cell) for cell in frame[name]] for name in names]).T
    known = np.isin(truth, (0, 1)).all(axis=1)
    return found, [(its > 0.5, ours) for its, ours in zip(truth[known], told[known], strict=True)]


def score_many(pairs: Sequence[tuple[Marks, Marks]]) -> dict[str, float]:
    """Return the metrics of true and told labels; nothing where there are none."""
    if not pairs:
        return {}
    return _metrics(score_labels(np.stack([one for one, _ in pairs]), np.stack([one for _, one in pairs])))


def _metrics(found: LabelScores) -> dict[str, float]:
    return {"accuracy": found.exact, "f1_macro": found.f1_macro, "f1_micro": found.f1_micro}


def _listed(marks: Marks, names: Sequence[str]) -> str:
    return ", ".join(name for name, there in zip(names, marks.tolist(), strict=True) if there)


def _chances(network: nn.Module, samples: Samples, labels: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the chance of each label [rows, labels], and each row's mean loss where its labels are known."""
    count = len(samples.lengths)
    found, losses = np.zeros((count, labels)), np.zeros(count)
    for rows, batch in batches(samples):
        logits = network(batch)["logits"].double()
        found[rows] = logits.sigmoid().cpu().numpy()
        if "target" in batch:
            own = functional.binary_cross_entropy_with_logits(logits, batch["target"].double(), reduction="none")
            losses[rows] = own.mean(dim=1).cpu().numpy()
    return found, losses
