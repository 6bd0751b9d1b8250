"""Which weights of a training are kept: the best k by a metric, each a whole file. What a run is resumed from is a state."""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from engine.spec import CheckpointSpec, EarlyStoppingSpec
from engine.training.failures import RunFailed
from engine.training.recorder import Recorder
from engine.training.validation import Validation
from engine.training.weights import save_weights, write_whole

Weights = dict[str, torch.Tensor]
_SPLITS = {"train": "training", "valid": "validation"}


def better(value: float, than: float | None, mode: str, by: float = 0.0) -> bool:
    """Whether a value beats another by more than `by`; a value that is no number never does."""
    if math.isnan(value):
        return False
    if than is None:
        return True
    return value < than - by if mode == "min" else value > than + by


def watched(metrics: Mapping[str, float], key: str, setting: str) -> float:
    """Return the metric that a setting names. Raises RunFailed where this run does not have it."""
    if key not in metrics:
        raise RunFailed(
            f"{setting} watches “{key}”, which this run does not measure.",
            f"Choose one of {', '.join(sorted(metrics))}.",
        )
    return metrics[key]


def metric_words(key: str) -> str:
    """Return a metric's key as it is said in a sentence: `valid/f1_macro` is called validation f1 macro."""
    split, _, metric = key.partition("/")
    return f"{_SPLITS.get(split, split)} {metric.replace('_', ' ')}".strip()


@dataclass
class Patience:
    """Counts the validations without improvement of a metric."""

    settings: EarlyStoppingSpec
    best: float | None = None
    best_epoch: float = 0
    waited: int = 0

    def is_over(self, metrics: Mapping[str, float], epoch: float) -> bool:
        """Take the metrics of a validation after so many epochs; whether the training should end."""
        if not self.settings.enabled:
            return False
        value = watched(metrics, self.settings.monitor, "Early stopping")
        if better(value, self.best, self.settings.mode, self.settings.min_delta):
            self.best, self.best_epoch, self.waited = value, epoch, 0
        else:
            self.waited += 1
        return self.waited >= self.settings.patience

    def words(self, epoch: float, unit: str) -> str:
        """Say why a training ended after so many epochs; what was counted are epochs or validations, the `unit`."""
        best = "" if self.best is None else f"; the best was epoch {self.best_epoch}"
        waited = f"{self.waited} {unit if self.waited == 1 else unit + 's'}"
        name = metric_words(self.settings.monitor)
        return f"Stopped early after epoch {epoch}: the {name} was no better for {waited}{best}."

    def state(self) -> dict[str, Any]:
        """Return what was counted."""
        return {"best": self.best, "best_epoch": self.best_epoch, "waited": self.waited}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on counting."""
        self.best, self.waited = state["best"], int(state["waited"])
        self.best_epoch = state.get("best_epoch", 0)  # states of earlier versions do not have it


class CheckpointKeeper:
    """Keeps checkpoints in a folder, and the best weights in memory for the end of the training."""

    def __init__(self, folder: Path, settings: CheckpointSpec, recorder: Recorder, prefix: str = "") -> None:
        self._folder = folder
        self._settings = settings
        self._recorder = recorder
        self._prefix = prefix
        self._kept: list[tuple[float, Path]] = []
        self.best: Weights | None = None
        self.best_value: float | None = None
        self.best_epoch: float = 0

    def offer(self, at: Validation, metrics: Mapping[str, float], model: torch.nn.Module) -> None:
        """Take the weights as they were validated and keep what the settings ask for."""
        value = watched(metrics, self._settings.monitor, "The checkpoint policy")
        if better(value, self.best_value, self._settings.mode):
            self.best_value, self.best_epoch = value, at.epoch
            self.best = {name: tensor.detach().clone() for name, tensor in model.state_dict().items()}
            key = self._prefix + self._settings.monitor
            self._recorder.event("best", epoch=at.epoch, step=at.step, key=key, value=value)
        if at.count % self._settings.every_epochs:
            return
        content = {"epoch": at.epoch, "step": at.step, "metrics": dict(metrics)}
        if self._settings.top_k:
            self._keep_if_among_best(value, content, model)

    def state(self) -> dict[str, Any]:
        """Return what is kept, the best weights with it."""
        kept = [[value, path.name] for value, path in self._kept]
        return {"kept": kept, "best": self.best, "best_value": self.best_value, "best_epoch": self.best_epoch}

    def restore(self, state: Mapping[str, Any], device: torch.device) -> None:
        """Go on with what another keeper of the same folder kept; files that are gone are passed over."""
        kept = [(float(value), self._folder / str(name)) for value, name in state["kept"]]
        self._kept = [(value, path) for value, path in kept if path.is_file()]
        best = state["best"]
        self.best = None if best is None else {name: tensor.to(device) for name, tensor in best.items()}
        self.best_value, self.best_epoch = state["best_value"], state["best_epoch"]

    def _keep_if_among_best(self, value: float, content: dict[str, object], model: torch.nn.Module) -> None:
        full = len(self._kept) >= self._settings.top_k
        if full and not better(value, self._kept[-1][0], self._settings.mode):
            return
        path = self._write(self._file_name(content), content, model)
        self._kept = [(kept, one) for kept, one in self._kept if one != path]
        self._kept.append((value, path))
        sign = 1 if self._settings.mode == "min" else -1
        self._kept.sort(key=lambda pair: math.inf if math.isnan(pair[0]) else sign * pair[0])
        for _, dropped in self._kept[self._settings.top_k :]:
            dropped.unlink(missing_ok=True)
            dropped.with_suffix(".json").unlink(missing_ok=True)
        self._kept = self._kept[: self._settings.top_k]

    def _write(self, name: str, content: dict[str, object], model: torch.nn.Module) -> Path:
        path = self._folder / f"{name}.safetensors"
        save_weights(path, model.state_dict())
        write_whole(path.with_suffix(".json"), json.dumps(content).encode())
        return path

    def _file_name(self, content: dict[str, object]) -> str:
        metrics = content["metrics"]
        epoch = content["epoch"]
        assert isinstance(metrics, dict) and isinstance(epoch, int | float)
        known = {"epoch": math.ceil(epoch), "step": content["step"]}  # templates write whole epochs: {epoch:03d}
        known |= {key.replace("/", "-"): value for key, value in metrics.items()}
        try:
            name = re.sub(r"\{([^}:]+)", _Slot(list(known)), self._settings.filename).format(*known.values())
        except (ValueError, IndexError, KeyError) as error:
            raise RunFailed(
                f"The checkpoint's file-name template “{self._settings.filename}” cannot be filled in ({error}).",
                f"It knows {', '.join('{' + key + '}' for key in known)}.",
            ) from error
        return re.sub(r"[^\w.=+\-]", "_", name)[:150]


class _Slot:
    """Replaces a name in braces by its place: `str.format` takes no names with a minus, and must reach no attribute."""

    def __init__(self, names: list[str]) -> None:
        self._names = names

    def __call__(self, found: "re.Match[str]") -> str:
        name = found.group(1)
        if name not in self._names:
            raise KeyError(name)
        return "{" + str(self._names.index(name))
