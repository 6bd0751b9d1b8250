"""Metrics of an epoch as sums on the device: exact over all rows however they were batched, read once at its end.
Must not keep more than it needs; the full reports are made after training elsewhere."""

import math
from collections.abc import Mapping
from typing import Any

import torch

from engine.families.supervised.objective import Objective

BUFFERED = 1 << 20
"""Numbers of raw output that wait before they are reduced: a reduction costs the same for ten rows as for a million."""

Numbers = dict[str, float]


class Measures:
    """Collects raw outputs and targets of an epoch, gives loss and metrics by name, and begins anew.

    Classes: accuracy, f1_macro, log_loss and, for two classes, auroc. Numbers: mae, rmse and r2 in the target's own
    unit. With several targets each metric also stands as “metric/target”, and the plain one is their mean. What is not
    defined for the rows (auroc with one class, r2 without spread) is left out.
    """

    def __init__(self, objective: Objective, ranked: bool = True) -> None:
        """Without `ranked` there is no auroc, the one metric that needs every row's score kept and sorted."""
        self._objective = objective
        self._ranked = ranked
        self._clear()

    def add(self, raw: torch.Tensor, target: torch.Tensor) -> None:
        """Take a batch; nothing is computed until many rows wait."""
        self._buffer.append((raw.detach(), target))
        self._waiting += raw.numel()
        if self._waiting >= BUFFERED:
            self._reduce()

    def compute(self) -> Numbers:
        """Return the metrics of everything added since the last call; empty where that was nothing."""
        self._reduce()
        if self._losses is None:
            return {}
        sums = self._losses.cpu()
        losses = (sums[:, 0] / sums[:, 1].clamp(min=1e-12)).tolist()
        each = self._of_classes() if self._objective.task == "classification" else self._of_numbers()
        each = [{"loss": loss, **metrics} for loss, metrics in zip(losses, each, strict=True)]
        found = {
            key: sum(metrics[key] for metrics in each) / len(each)
            for key in each[0]
            if all(key in metrics for metrics in each)
        }
        if len(each) > 1:
            for target, metrics in zip(self._objective.targets, each, strict=True):
                found |= {f"{key}/{target.name}": value for key, value in metrics.items()}
        self._clear()
        return found

    def _clear(self) -> None:
        self._buffer: list[tuple[torch.Tensor, torch.Tensor]] = []
        self._waiting = 0
        self._losses: torch.Tensor | None = None
        self._counts: list[torch.Tensor] = []
        self._surprises: list[torch.Tensor] = []
        self._scores: list[list[tuple[torch.Tensor, torch.Tensor]]] = [[] for _ in self._objective.targets]
        self._moments: torch.Tensor | None = None

    def state(self) -> dict[str, Any]:
        """Return everything added since the last call of `compute`. What waits is not reduced: sums keep their order."""
        waiting = [torch.cat(part) for part in zip(*self._buffer, strict=True)] if self._buffer else []
        return {
            "waiting": waiting,
            "losses": self._losses,
            "counts": self._counts,
            "surprises": self._surprises,
            "scores": [[list(pair) for pair in pairs] for pairs in self._scores],
            "moments": self._moments,
        }

    def restore(self, state: Mapping[str, Any], device: torch.device) -> None:
        """Go on from another one's state."""
        here = _on(state, device)
        self._buffer = [(here["waiting"][0], here["waiting"][1])] if here["waiting"] else []
        self._waiting = sum(raw.numel() for raw, _ in self._buffer)
        self._losses, self._moments = here["losses"], here["moments"]
        self._counts, self._surprises = here["counts"], here["surprises"]
        self._scores = [[(scores, labels) for scores, labels in pairs] for pairs in here["scores"]]

    def _reduce(self) -> None:
        if not self._buffer:
            return
        raw = torch.cat([one for one, _ in self._buffer])
        raw = raw if raw.dtype == torch.float64 else raw.float()
        target = torch.cat([one for _, one in self._buffer])
        self._buffer, self._waiting = [], 0
        with torch.no_grad():
            losses = self._objective.sums(raw, target)
            self._losses = losses if self._losses is None else self._losses + losses
            if self._objective.task == "classification":
                self._add_classes(raw, target)
            else:
                self._add_numbers(raw, target)

    def _add_classes(self, raw: torch.Tensor, target: torch.Tensor) -> None:
        """Add for each class its hits, rows and guesses, the summed log loss, and two classes' scores."""
        first = not self._counts
        for place, part in enumerate(raw.split(self._objective.sizes, dim=1)):
            known = target[:, place] >= 0
            labels, logits = target[known, place], part[known]
            size, guessed = logits.shape[1], logits.argmax(dim=1)
            counts = torch.stack(
                [torch.bincount(codes, minlength=size) for codes in (labels[labels == guessed], labels, guessed)]
            )
            surprise = torch.nn.functional.cross_entropy(logits, labels, reduction="sum").double()
            if first:
                self._counts.append(counts)
                self._surprises.append(surprise)
            else:
                self._counts[place] = self._counts[place] + counts
                self._surprises[place] = self._surprises[place] + surprise
            if size == 2 and self._ranked:
                self._scores[place].append((logits[:, 1] - logits[:, 0], labels))

    def _add_numbers(self, raw: torch.Tensor, target: torch.Tensor) -> None:
        """Add [targets, 5]: rows, Σ|error|, Σerror², Σtarget and Σtarget², on the training scale."""
        wide = target.double()
        error = self._objective.values(raw).double() - wide
        parts = [torch.ones_like(wide), error.abs(), error.square(), wide, wide.square()]
        moments = torch.stack(parts, dim=2).sum(dim=0)
        self._moments = moments if self._moments is None else self._moments + moments

    def _of_classes(self) -> list[Numbers]:
        found = []
        for counts, surprise, scores in zip(self._counts, self._surprises, self._scores, strict=True):
            hits, truth, guesses = counts.double().cpu()
            rows, seen = max(1.0, float(truth.sum())), (truth + guesses) > 0
            metrics = {
                "accuracy": float(hits.sum()) / rows,
                "f1_macro": float((2 * hits[seen] / (truth + guesses)[seen]).mean()),
                "log_loss": float(surprise) / rows,
            }
            if scores:
                area = auroc(torch.cat([one for one, _ in scores]), torch.cat([one for _, one in scores]))
                metrics |= {} if area is None else {"auroc": area}
            found.append(metrics)
        return found

    def _of_numbers(self) -> list[Numbers]:
        assert self._moments is not None
        found = []
        for target, row in zip(self._objective.targets, self._moments.tolist(), strict=True):
            rows, absolute, squares, total, total_squares = row
            spread = total_squares - total * total / rows
            metrics = {"mae": absolute / rows * target.scale, "rmse": math.sqrt(squares / rows) * target.scale}
            if spread > 1e-12 * total_squares:
                metrics["r2"] = 1 - squares / spread
            found.append(metrics)
        return found


def _on(value: Any, device: torch.device) -> Any:
    """Return nested tensors on a device."""
    if isinstance(value, torch.Tensor):
        return value.to(device)
    if isinstance(value, Mapping):
        return {key: _on(one, device) for key, one in value.items()}
    return [_on(one, device) for one in value] if isinstance(value, list) else value


def auroc(scores: torch.Tensor, labels: torch.Tensor) -> float | None:
    """Return the share of pairs of both classes in the right order, ties counting half (Mann and Whitney 1947).

    None where a class is absent or a score is no number.
    """
    positives = int(labels.sum())
    negatives = len(labels) - positives
    if not positives or not negatives or not bool(torch.isfinite(scores).all()):
        return None
    ordered, order = torch.sort(scores)
    hits = labels[order].double()
    _, counts = torch.unique_consecutive(ordered, return_counts=True)
    ends = torch.cumsum(counts, 0)
    # Of each run of equal scores: its positives, and the negatives before it and within it.
    positive_ends = torch.cumsum(hits, 0)[ends - 1]
    positive = torch.diff(positive_ends, prepend=positive_ends.new_zeros(1))
    negative = counts.double() - positive
    below = torch.cumsum(negative, 0) - negative
    return float((positive * (below + negative / 2)).sum() / (positives * negatives))
