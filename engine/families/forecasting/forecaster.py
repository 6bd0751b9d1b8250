"""Forecaster: a library network with its loss: what training makes small, and what a forecast is in the target's unit.
Must not know where batches come from or what becomes of forecasts."""

import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from engine.families.forecasting import library
from engine.families.forecasting.datasets import Names, template
from engine.families.forecasting.mended import mend
from engine.families.forecasting.quick_nhits import QuickNhits
from engine.families.forecasting.quick_tft import QuickTft
from engine.families.forecasting.recipe import Recipe
from engine.families.forecasting.series import forecasting_of
from engine.families.forecasting.together import TOGETHER
from engine.families.forecasting.window_loader import WindowBatch
from engine.spec import DISTRIBUTIONS, JOINT, ForecastingSpec, RunSpec
from engine.training.failures import RunFailed

SAMPLES = 200
"""Paths that a network which goes on from its own forecasts draws, and its quantiles are taken from."""
QUICK: dict[str, type[QuickTft] | type[QuickNhits]] = {"nhits": QuickNhits, "tft": QuickTft}


@dataclass(frozen=True)
class Forecast:
    """Forecasts of one target: the median or the one number [n, horizon], quantiles [n, horizon, levels] or None."""

    point: torch.Tensor
    quantiles: torch.Tensor | None


class Forecaster:
    """A network of the library, and what its output means."""

    def __init__(
        self,
        network: nn.Module,
        losses: Sequence[Any],
        spec: ForecastingSpec,
        samples: bool,
        rescale: bool,
        quick: QuickTft | QuickNhits | None = None,
    ) -> None:
        """`losses`: one a target; `samples`: the network draws its own past; `rescale`: its output is not in the target's
        unit yet; `quick`: a shorter way through it, where there is one.
        """
        self.network = network
        self._losses, self._spec = losses, spec
        self._samples, self._rescale = samples, rescale
        self._median = spec.quantiles.index(0.5)
        self._quick = quick

    def loss(self, batch: WindowBatch) -> torch.Tensor:
        """Return the mean loss of a batch; of a network that draws samples, with the true past shown to it."""
        if self._quick is not None:
            self._quick.forget()  # this loss may lead to a step
        x, (target, _) = self._cast(batch)
        return self._loss_from(self._run(x), x, target)

    def judged(self, batch: WindowBatch) -> tuple[torch.Tensor, list[Forecast]]:
        """Return loss and each target's forecasts of a batch, from one pass through the network unless it draws samples."""
        if self._samples:
            return self.loss(batch), self.forecast(batch)
        x, (target, _) = self._cast(batch)
        output = self._run(x)
        return self._loss_from(output, x, target), self._forecast_from(output, x)

    def output(self, batch: WindowBatch) -> Any:
        """Return all that the network itself has to say about a batch, by the library's names."""
        return self.network(self._cast(batch)[0])

    def forecast(self, batch: WindowBatch) -> list[Forecast]:
        """Return each target's forecasts of a batch. Where samples are drawn they come from torch's source of chance."""
        x, _ = self._cast(batch)
        if self._samples:
            return [self._of_samples(drawn.float()) for drawn in each(self.network(x, n_samples=SAMPLES)["prediction"])]
        return self._forecast_from(self._run(x), x)

    def _run(self, x: dict[str, Any]) -> Any:
        """Return what of the network's output a loss and forecasts are made of."""
        return self._quick(x) if self._quick is not None and self._quick.takes(x) else self.network(x)

    def _forecast_from(self, output: Any, x: dict[str, Any]) -> list[Forecast]:
        predictions = each(self._prediction(output, x))
        return [self._of_one(loss, one) for loss, one in zip(self._losses, predictions, strict=True)]

    def _of_one(self, loss: Any, prediction: torch.Tensor) -> Forecast:
        if self._spec.loss == "quantile":
            return self._of_quantiles(prediction)
        if self._spec.loss == "mqf2":
            return self._of_samples(loss.sample(prediction).float())
        if self._spec.loss in DISTRIBUTIONS:
            return self._of_quantiles(loss.to_quantiles(prediction, quantiles=list(self._spec.quantiles)))
        return Forecast(loss.to_prediction(prediction), None)

    def _loss_from(self, output: Any, x: dict[str, Any], target: Any) -> torch.Tensor:
        loss = self._sum_of(self._prediction(output, x), target, x)
        ratio = getattr(self.network.hparams, "backcast_loss_ratio", 0) or 0
        if not ratio:
            return loss
        # As NBeats.step and NHiTS.step weigh the two.
        weight = float(ratio) * self._spec.windows.horizon / self._spec.windows.encoder_length
        weight = weight / (weight + 1)
        backcast = self._sum_of(output["backcast"], x["encoder_target"], x)
        return loss * (1 - weight) + backcast * weight

    def _of_samples(self, drawn: torch.Tensor) -> Forecast:
        at = torch.tensor(self._spec.quantiles, device=drawn.device, dtype=drawn.dtype)
        return self._of_quantiles(torch.quantile(drawn, at, dim=-1).movedim(0, -1))

    def _of_quantiles(self, quantiles: torch.Tensor) -> Forecast:
        # Quantiles that were learned one by one may cross: sorted ones are never worse (Chernozhukov et al. 2010).
        ordered = quantiles.sort(dim=-1).values
        return Forecast(ordered[..., self._median], ordered)

    def _prediction(self, output: Any, x: dict[str, Any]) -> Any:
        prediction = output["prediction"]
        if self._rescale:
            network: Any = self.network
            return network.transform_output(prediction, target_scale=x["target_scale"])
        return prediction

    def _sum_of(self, prediction: Any, target: Any, x: dict[str, Any]) -> torch.Tensor:
        """Return the loss, or of several targets the sum of theirs, as the library's MultiLoss adds them."""
        parts = zip(self._losses, each(prediction), each(target), each(x["encoder_target"]), strict=True)
        first, *rest = (self._loss_of(*one, x.get(TOGETHER)) for one in parts)
        return sum(rest, first)

    def _loss_of(
        self,
        loss: Any,
        prediction: torch.Tensor,
        target: torch.Tensor,
        past: torch.Tensor,
        together: Sequence[torch.Tensor] | None,
    ) -> torch.Tensor:
        """Return the mean of the library's loss; not through its metric object, which adds up and synchronises."""
        kind = self._spec.loss
        if kind in JOINT:
            joint: torch.Tensor = loss.joint_loss(prediction, target, together)
            return joint
        if kind == "mase":
            scale = past.diff(dim=1).abs().mean(dim=1, keepdim=True).clamp(min=torch.finfo(past.dtype).eps)
            point: torch.Tensor = loss.to_prediction(prediction)
            return ((point - target).abs() / scale).mean()
        if self._spec.loss == "quantile":
            return quantile_losses(prediction, target, self._spec.quantiles).mean()
        losses: torch.Tensor = loss.loss(prediction, target)
        return losses.mean().sqrt() if kind == "rmse" else losses.mean()

    def _cast(self, batch: WindowBatch) -> WindowBatch:
        """Return the batch in the number format of the weights. Scales of single windows may be more exact than that."""
        dtype = next(one.dtype for one in self.network.parameters() if one.is_floating_point())
        x, (target, weight) = batch
        if dtype == torch.float32:
            return {**x, "target_scale": _as(x["target_scale"], dtype)}, (target, weight)
        return {name: _as(one, dtype) for name, one in x.items()}, (_as(target, dtype), weight)


def quantile_losses(prediction: torch.Tensor, target: torch.Tensor, quantiles: Sequence[float]) -> torch.Tensor:
    """Return the library's quantile losses [n, horizon, levels] of quantiles [n, horizon, levels] and a target [n, horizon]:
    all levels at once.
    """
    errors = target[..., None] - prediction
    below = errors.new_tensor([level - 1 for level in quantiles])
    above = errors.new_tensor(list(quantiles))
    return 2 * torch.maximum(errors * below, errors * above)


def each(value: Any) -> list[Any]:
    """Return the library's list of a thing a target as a list, and what is of one target as a list of it."""
    return list(value) if isinstance(value, list | tuple) else [value]


def _as(value: Any, dtype: torch.dtype) -> Any:
    if isinstance(value, list | tuple):
        return [_as(one, dtype) for one in value]
    return value.to(dtype) if value.is_floating_point() else value


def build(spec: RunSpec, recipe: Recipe) -> Forecaster:
    """Return the network that a specification names, with new weights. Raises RunFailed where it cannot be built."""
    own, name = forecasting_of(spec), spec.model.name
    try:
        with library.quiet():
            losses = [library.make_loss(own) for _ in spec.data.roles.target]
            dataset = template(Names.of(spec), recipe)
            settings = {**_needed(name, own, len(dataset.reals), len(losses)), **spec.model.params}
            loss = library.joined_loss(losses)
            network = _lean(library.network_class(name), dataset, {"loss": loss, **settings})
    except RunFailed:
        raise
    except Exception as error:
        raise RunFailed(
            f"{name} could not be built: {type(error).__name__}: {error}", "Check the model's parameters and its loss."
        ) from error
    mend(name, network, losses)
    kind = QUICK.get(name)
    quick = None if kind is None else kind(network)
    return Forecaster(network, losses, own, samples=name == "deepar", rescale=name == "xlstm", quick=quick)


def _lean(kind: Any, dataset: Any, settings: dict[str, Any]) -> Any:
    """Return the library's network for a data set, which remembers neither labels nor scales of its series.

    WORKAROUND pytorch-forecasting 1.8: a network writes each of its settings as YAML to see whether it can be, and copies
    them: with a hundred thousand series a minute for what only its own plots and checkpoints read.
    """
    forgotten: dict[str, Any] = {"dataset_parameters": {"target": dataset.target}, "output_transformer": None}
    if "embedding_labels" in inspect.signature(kind.__init__).parameters:
        forgotten["embedding_labels"] = {}
    network = kind.from_dataset(dataset, **forgotten, **settings)
    network.output_transformer = dataset.target_normalizer
    return network


def parameter_count(network: nn.Module) -> int:
    """Return how many numbers training can change."""
    return sum(one.numel() for one in network.parameters() if one.requires_grad)


def _needed(name: str, spec: ForecastingSpec, reals: int, targets: int) -> dict[str, Any]:
    """Return what a model's class does not take from the data by itself."""
    shared: dict[str, Any] = {"log_interval": -1}
    if name == "xlstm":
        return {**shared, "input_size": reals, "hidden_size": 64, "output_size": spec.windows.horizon}
    if name == "deepar":
        return {**shared, "n_validation_samples": SAMPLES}
    if name == "timexer":
        # “M” is its own word for several targets, “MS” for one among other inputs.
        features = {"features": "M"} if targets > 1 else {}
        return {**shared, **features, "patch_length": min(16, spec.windows.encoder_length)}
    if name in {"tft", "decoder_mlp", "recurrent", "tide"} and spec.loss == "quantile":
        sizes = [len(spec.quantiles)] * targets
        return {**shared, "output_size": sizes if targets > 1 else sizes[0]}
    return shared
