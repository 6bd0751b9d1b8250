"""Which metric goes into which plot, and how its curve is called and told apart. Pure functions of metric keys."""

import re
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from app.pages.run.wording import metric_title

GAUGES = ("lr", "grad_norm", "rows_per_second", "tokens_per_second", "pairs_per_second", "device/memory")
ORDER = (
    "loss",
    "perplexity",
    "pseudo_perplexity",
    "exact_match",
    "f1",
    "rouge1",
    "rouge2",
    "rougeL",
    "rougeLsum",
    "accuracy",
    "auroc",
    "r2",
    "rmse",
    "mae",
    "balanced_accuracy",
    "f1_macro",
    "f1_micro",
    "average_precision",
)
_KEY = re.compile(r"^(?:fold(?P<fold>\d+)/)?(?:(?P<split>train|valid|test|pretrain)/)?(?P<metric>.+)$")
SPLIT_COLOURS = {"train": 0, "valid": 1, "test": 2, "pretrain": 3, "": 0}


@dataclass(frozen=True)
class CurveName:
    """A metric key, taken apart. `fold` is 0 where there are no folds, `split` empty where there is none."""

    key: str
    fold: int
    split: str
    metric: str

    @property
    def plot(self) -> str:
        """The plot that the curve belongs to: curves of one metric share one."""
        return f"pretrain/{self.metric}" if self.split == "pretrain" and not self.is_gauge else self.metric

    @property
    def is_gauge(self) -> bool:
        """Whether it tells of the training itself, in a small plot, rather than of the model."""
        return self.metric in GAUGES

    @property
    def colour(self) -> int:
        """The index of the curve's colour: one a fold, otherwise one a split."""
        return self.fold - 1 if self.fold else SPLIT_COLOURS[self.split]

    @property
    def is_secondary(self) -> bool:
        """Whether the curve steps back behind its sibling: with folds, colours tell folds and training is paler."""
        return bool(self.fold) and self.split == "train"

    @property
    def label(self) -> str:
        """The curve's direct label."""
        split = {
            "train": _tr("train"),
            "valid": _tr("valid"),
            "test": _tr("test"),
            "pretrain": _tr("pre-training"),
            "": "",
        }[self.split]
        if not self.fold:
            return split
        fold = _tr("fold {0}").format(self.fold)
        return f"{fold} {split}".strip() if self.split == "train" else fold


def curve_name(key: str) -> CurveName:
    """Take a metric key apart: `fold2/train/loss` → fold 2, split train, metric loss."""
    found = _KEY.match(key)
    if found is None:
        return CurveName(key, 0, "", key)
    return CurveName(key, int(found["fold"] or 0), found["split"] or "", found["metric"])


def plot_title(plot: str) -> str:
    """Return a plot's title."""
    if plot.startswith("pretrain/"):
        return _tr("Pre-training: {0}").format(metric_title(plot.removeprefix("pretrain/")).lower())
    return metric_title(plot)


def rank(plot: str) -> tuple[int, str]:
    """Return what plots are ordered by: the loss, then well-known metrics, then the others by name."""
    return (ORDER.index(plot) if plot in ORDER else len(ORDER), plot)


def _tr(text: str) -> str:
    return QCoreApplication.translate("RunPlots", text)
