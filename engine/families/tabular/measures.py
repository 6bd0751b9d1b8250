"""Metrics of a split over all its rows, on the device: sums of the whole, never means of batches' means."""

from collections.abc import Sequence

import torch

from engine.families.tabular.encoding import TargetEncoding
from engine.families.tabular.objective import Objective


def measure(
    objective: Objective, targets: Sequence[TargetEncoding], raw: Sequence[torch.Tensor], truth: Sequence[torch.Tensor]
) -> dict[str, float]:
    """Return loss and metrics of a split from its batches' outputs; with several targets each metric is also by name.

    Classes: accuracy, f1_macro and, of two classes, auroc. Numbers: mae, rmse and r2 in the target's own unit.
    """
    sums = torch.stack([objective.sums(one, two) for one, two in zip(raw, truth, strict=True)]).sum(dim=0)
    whole, target = torch.cat(list(raw)), torch.cat(list(truth))
    by_target = []
    if objective.task == "classification":
        for place, probabilities in enumerate(objective.probabilities(whole)):
            by_target.append(_of_classes(probabilities, target[:, place]))
    else:
        values = objective.values(whole).double()
        for place, encoding in enumerate(targets):
            by_target.append(_of_numbers(values[:, place], target[:, place].double(), encoding.scale))
    losses = sums[:, 0] / sums[:, 1].clamp(min=1e-12)
    found = {"loss": losses.mean()}
    for key in by_target[0]:
        found[key] = torch.stack([one[key] for one in by_target]).mean()
    if len(targets) > 1:
        for encoding, loss, one in zip(targets, losses, by_target, strict=True):
            found |= {f"{encoding.name}/{key}": value for key, value in {"loss": loss, **one}.items()}
    numbers = torch.stack([value.double() for value in found.values()]).tolist()
    return dict(zip(found, numbers, strict=True))


def _of_classes(probabilities: torch.Tensor, labels: torch.Tensor) -> dict[str, torch.Tensor]:
    known = labels >= 0
    probabilities, labels = probabilities[known], labels[known]
    count = probabilities.shape[1]
    predicted = probabilities.argmax(dim=1)
    matrix = torch.bincount(labels * count + predicted, minlength=count * count).view(count, count).double()
    right = matrix.diagonal()
    involved = matrix.sum(dim=0) + matrix.sum(dim=1)
    present = involved > 0
    found = {
        "accuracy": right.sum() / matrix.sum().clamp(min=1),
        "f1_macro": (2 * right[present] / involved[present]).mean(),
    }
    if count == 2:
        found["auroc"] = _auroc(probabilities[:, 1], labels)
    return found


def _auroc(scores: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Return the share of pairs in the right order, ties counting half (Mann and Whitney 1947); NaN with one class."""
    values, places = torch.unique(scores.double(), return_inverse=True)
    positive = torch.bincount(places, weights=labels.double(), minlength=len(values))
    negative = torch.bincount(places, weights=1.0 - labels.double(), minlength=len(values))
    below = torch.cumsum(negative, 0) - negative
    return (positive * (below + negative / 2)).sum() / (positive.sum() * negative.sum())


def _of_numbers(values: torch.Tensor, truth: torch.Tensor, scale: float) -> dict[str, torch.Tensor]:
    error = values - truth
    spread = (truth - truth.mean()).square().sum()
    return {
        "mae": error.abs().mean() * scale,
        "rmse": error.square().mean().sqrt() * scale,
        "r2": 1 - error.square().sum() / spread,
    }
