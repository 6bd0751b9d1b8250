"""What a trained network tells of itself: which inputs and past steps it looks at, and which parts make up a forecast.
Asks the library's own outputs; must not train or judge."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from engine.families.forecasting.forecaster import Forecaster, each
from engine.families.forecasting.library import quiet
from engine.families.forecasting.loading import loader_of
from engine.families.forecasting.series import Floats, Ints
from engine.families.forecasting.trained import TrainedForecaster
from engine.runs.forecasts import ForecastInsight, ForecastParts, Weight
from engine.spec import DISTRIBUTIONS
from engine.training.loader import BatchPlan

if TYPE_CHECKING:
    from engine.families.forecasting.evaluation import Judged
    from engine.training.recorder import Recorder

MOST_WINDOWS = 256
WITH_PARTS = 12
"""Windows whose forecasts are taken apart."""
ATTENTIVE = ("tft",)
IN_PARTS = ("nhits", "nbeats", "nbeats_kan")


def insight_of(
    models: Sequence[TrainedForecaster], found: Sequence["Judged"], recorder: "Recorder"
) -> ForecastInsight | None:
    """Return what the networks of all folds tell about evenly drawn windows, or None where they tell nothing."""
    name = models[0].spec.model.name
    if models[0].forecaster is None or name not in (*ATTENTIVE, *IN_PARTS):
        return None
    recorder.progress(stage="looking into the network")
    most = max(1, (MOST_WINDOWS if name in ATTENTIVE else WITH_PARTS) // len(found))
    told = []
    try:
        with quiet(), torch.inference_mode():
            for model, one in zip(models, found, strict=True):
                assert model.forecaster is not None
                places = np.unique(np.linspace(0, len(one.placed) - 1, most).round().astype(np.int64))
                told.append(_told(model.forecaster, name, one, places))
    except (RuntimeError, KeyError, IndexError) as error:
        # It is an extra: the model, its metrics and its forecasts stay as good as they are.
        recorder.log(f"The network could not be looked into: {type(error).__name__}: {error}", "warning")
        return None
    return _merged([one for one in told if one is not None])


def _merged(told: list[ForecastInsight]) -> ForecastInsight | None:
    """Return what folds tell as one: means of what is looked at, and the parts of all their forecasts."""
    if len(told) < 2:
        return told[0] if told else None

    def shares(of: Callable[[ForecastInsight], tuple[Weight, ...]]) -> tuple[Weight, ...]:
        every = [{one.name: one.share for one in of(fold)} for fold in told]
        means = [Weight(name=name, share=sum(one.get(name, 0.0) for one in every) / len(told)) for name in every[0]]
        return tuple(sorted(means, key=lambda one: -one.share))

    return ForecastInsight(
        windows=sum(one.windows for one in told),
        past=shares(lambda one: one.past),
        future=shares(lambda one: one.future),
        static=shares(lambda one: one.static),
        attention={
            step: tuple(np.mean([one.attention[step] for one in told], axis=0).tolist()) for step in told[0].attention
        },
        parts=tuple(part for one in told for part in one.parts),
    )


def _told(forecaster: Forecaster, name: str, found: "Judged", places: Ints) -> ForecastInsight | None:
    device = next(forecaster.network.parameters()).device
    plan = BatchPlan.of(len(found.dataset), len(places), merge_single=False)
    batch = loader_of(found.dataset, plan, None, device).take(torch.from_numpy(places))
    output = forecaster.output(batch)
    if name in ATTENTIVE:
        return _attentive(forecaster.network, output, found, len(places))
    own = found.material.names.spec
    if own.scaling.transformation != "none" or own.loss in DISTRIBUTIONS:
        return None  # parts add up before the transformation, or to numbers of a distribution: not in the target's unit
    centre = each(batch[0]["target_scale"])[found.place][:, 0].double().cpu().numpy()
    names, parts, total = _parts(name, forecaster.network, output, found)
    return ForecastInsight(
        windows=len(places),
        parts=tuple(
            _in_words(found, int(window), float(centre[place]), names, parts[:, place], total[place])
            for place, window in enumerate(places)
        ),
    )


def _attentive(network: Any, output: Any, found: "Judged", windows: int) -> ForecastInsight:
    """Return the variable selection and the attention of a Temporal Fusion Transformer.

    Lim et al., Temporal Fusion Transformers for interpretable multi-horizon time series forecasting, 2021.
    """
    original, calendar = found.material.names.original, found.material.names.spec.inputs.calendar

    def weights(key: str, variables: list[str]) -> tuple[Weight, ...]:
        if not variables:
            return ()
        shares = _array(output[key]).reshape(-1, len(variables)).mean(axis=0)
        summed: dict[str, float] = {}
        for plain, share in zip(variables, (shares / max(shares.sum(), 1e-12)).tolist(), strict=True):
            # A part of the date is two numbers, a sine and a cosine: one input to a person.
            part = plain.removesuffix("_sin").removesuffix("_cos")
            name = part if part in calendar else original(plain)
            summed[name] = summed.get(name, 0.0) + share
        told = [Weight(name=name, share=share) for name, share in summed.items()]
        return tuple(sorted(told, key=lambda one: -one.share))

    # Windows are as long as they can be, so nothing of the attention is a mask.
    attention = _array(output["encoder_attention"]).mean(axis=(0, 2))  # [horizon, past]
    attention /= np.maximum(attention.sum(axis=1, keepdims=True), 1e-12)
    ahead = sorted({1, (len(attention) + 1) // 2, len(attention)})
    return ForecastInsight(
        windows=windows,
        past=weights("encoder_variables", list(network.encoder_variables)),
        future=weights("decoder_variables", list(network.decoder_variables)),
        static=weights("static_variables", list(network.static_variables)),
        attention={step: tuple(attention[step - 1].tolist()) for step in ahead},
    )


def _parts(name: str, network: Any, output: Any, found: "Judged") -> tuple[tuple[str, ...], Floats, Floats]:
    """Return the names of parts, the parts [parts, windows, horizon] and their sum, all in the target's unit."""
    if name == "nhits":
        blocks = [_middle(each(block)[found.place], found) for block in output["block_forecasts"]]
        count = sum(network.hparams.n_blocks)
        names = [f"block {place + 1}" for place in range(count)]
        # Its forecast begins with the last value, to which the blocks add.
        names = names if len(blocks) == count else ["last value", *names]
        return tuple(names), np.stack(blocks), _middle(each(output["prediction"])[found.place], found)
    known = {"trend": output["trend"], "season": output["seasonality"], "rest": output["generic"]}
    parts = {key: _array(value)[:, -found.placed.horizon :, 0] for key, value in known.items()}
    return tuple(parts), np.stack(list(parts.values())), _array(output["prediction"])[:, :, 0]


def _in_words(
    found: "Judged", window: int, centre: float, names: tuple[str, ...], parts: Floats, total: Floats
) -> ForecastParts:
    series, row = found.material.series, int(found.placed.row[window])
    kept = [place for place in range(len(names)) if not np.allclose(parts[place], centre, atol=1e-9)]
    return ForecastParts(
        series=series.names[int(found.placed.number[window])],
        origin=series.moment(row - 1),
        centre=centre,
        names=tuple(names[place] for place in kept),
        parts=tuple(tuple((parts[place] - centre).tolist()) for place in kept),
        total=tuple((total - centre).tolist()),
    )


def _middle(values: torch.Tensor, found: "Judged") -> Floats:
    """Return the median of what is forecast [windows, horizon], or the forecast where it is one number."""
    array = _array(values)
    return array[:, :, found.material.names.spec.quantiles.index(0.5) if array.shape[2] > 1 else 0]


def _array(values: torch.Tensor) -> Floats:
    found: Floats = values.double().cpu().numpy()
    return found
