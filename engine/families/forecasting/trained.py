"""TrainedForecaster: a network with its recipe and specification, as files and back.
Files are safetensors and JSON: loading one runs no code of its maker."""

from dataclasses import dataclass
from pathlib import Path

from engine.families.forecasting.forecaster import Forecaster, build
from engine.families.forecasting.recipe import Recipe
from engine.families.forecasting.series import forecasting_of
from engine.families.model_files import read_model, write_model
from engine.spec import RunSpec, parse

NUMBERS_AT_ONCE = 1 << 18
"""Steps of windows that go through a network together without gradients."""


@dataclass(frozen=True)
class TrainedForecaster:
    """A model that can forecast; a baseline has no network. The network is in evaluation mode, on any device."""

    spec: RunSpec
    recipe: Recipe
    forecaster: Forecaster | None

    def save(self, folder: Path) -> None:
        """Write model.safetensors and model.json; each appears whole or not at all."""
        weights = {} if self.forecaster is None else self.forecaster.network.state_dict()
        description = {"spec": self.spec.model_dump(mode="json"), "recipe": self.recipe.model_dump(mode="json")}
        write_model(folder, weights, description)

    @classmethod
    def load(cls, folder: Path) -> "TrainedForecaster":
        """Rebuild a saved model on the CPU; it forecasts what it forecast before. Raises RunFailed without its files."""
        from engine.families.forecasting.library import BASELINES

        description, weights = read_model(folder)
        spec, recipe = parse(description["spec"]), Recipe.model_validate(description["recipe"])
        if spec.model.name in BASELINES:
            return cls(spec, recipe, None)
        forecaster = build(spec, recipe)
        dtype = next((one.dtype for one in weights.values() if one.is_floating_point()), None)
        forecaster.network.to(dtype).load_state_dict(weights)
        forecaster.network.eval()
        return cls(spec, recipe, forecaster)


def windows_at_once(spec: RunSpec, batch_size: int) -> int:
    """Return how many windows may go through a network without gradients; fewer where each draws many samples, or leaves
    much behind on its way."""
    own = forecasting_of(spec)
    steps = own.windows.encoder_length + own.windows.horizon
    parts = 16 if own.loss == "mqf2" else {"deepar": 16, "tft": 2}.get(spec.model.name, 1)
    return max(1, min(4_096, max(batch_size, NUMBERS_AT_ONCE // steps) // parts))
