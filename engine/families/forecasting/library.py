"""Everything that asks pytorch-forecasting for its classes: networks, losses, encoders. Imports it when used, quietly."""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from engine.spec import DISTRIBUTIONS, ForecastingSpec, LossName

CLASSES = {
    "nhits": "NHiTS",
    "tft": "TemporalFusionTransformer",
    "nbeats": "NBeats",
    "nbeats_kan": "NBeatsKAN",
    "tide": "TiDEModel",
    "decoder_mlp": "DecoderMLP",
    "deepar": "DeepAR",
    "recurrent": "RecurrentNetwork",
    "timexer": "TimeXer",
    "xlstm": "xLSTMTime",
}
"""The library's class of each model of the catalogue that is a network."""
BASELINES = ("last_value", "seasonal_naive")

_POINTS: dict[LossName, str] = {
    "mae": "MAE",
    "rmse": "RMSE",
    "smape": "SMAPE",
    "mase": "MASE",
    "poisson": "PoissonLoss",
    "tweedie": "TweedieLoss",
}
_DISTRIBUTIONS: dict[LossName, str] = {
    "normal": "NormalDistributionLoss",
    "lognormal": "LogNormalDistributionLoss",
}


@contextmanager
def quiet() -> Iterator[None]:
    """Keep the libraries' warnings and log lines to themselves; what matters is said in the run's own log."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in ("lightning", "lightning.pytorch", "lightning.fabric", "pytorch_forecasting"):
            if (logger := logging.getLogger(name)).level != logging.ERROR:
                logger.setLevel(logging.ERROR)
        yield


def import_library() -> Any:
    """Import pytorch-forecasting (seconds) and return the package."""
    with quiet():
        import pytorch_forecasting
    return pytorch_forecasting


def network_class(name: str) -> Any:
    """Return the library's class of a model."""
    found = CLASSES[name]
    package = import_library()
    if hasattr(package, found):
        return getattr(package, found)
    with quiet():
        from pytorch_forecasting import models
    return getattr(models, found)


def joined_loss(losses: list[Any]) -> Any:
    """Return what a network takes for its loss: the one, or of several targets their sum."""
    if len(losses) == 1:
        return losses[0]
    from pytorch_forecasting.metrics import MultiLoss

    return MultiLoss(losses)


def make_loss(spec: ForecastingSpec) -> Any:
    """Return the library's loss, which knows how a network's output is rescaled too."""
    import_library()
    from pytorch_forecasting import metrics

    quantiles = list(spec.quantiles)
    if spec.loss == "quantile":
        return metrics.QuantileLoss(quantiles=quantiles)
    if spec.loss == "implicit_quantile":
        from engine.families.forecasting.implicit_quantiles import ImplicitQuantiles

        return ImplicitQuantiles(quantiles)
    if spec.loss == "multivariate_normal":
        from engine.families.forecasting.joint_normals import JointNormals

        return JointNormals(quantiles=quantiles)
    if spec.loss == "mqf2":
        from engine.families.forecasting.quantile_functions import QuantileFunctions

        return QuantileFunctions(spec.windows.horizon, quantiles)
    if spec.loss in {"beta", "negative_binomial"}:
        from engine.families.forecasting.exact_quantiles import ExactBeta, ExactNegativeBinomial

        return (ExactBeta if spec.loss == "beta" else ExactNegativeBinomial)(quantiles=quantiles)
    if spec.loss in DISTRIBUTIONS:
        return getattr(metrics, _DISTRIBUTIONS[spec.loss])(quantiles=quantiles)
    return getattr(metrics, _POINTS[spec.loss])()
