"""Measures forecasters' training and prediction against pytorch-forecasting's own loader, Lightning trainer and predict:
same model, data, weights, order of windows, optimizer and threads, and what they learn is compared too.

Each figure is a ratio of the best of several turns; the smaller of wall clock and processor time counts.
"""

import argparse
import contextlib
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]

from bare_steps import bare_steps  # noqa: E402
from bench_forecasting import BATCH, ENCODER, HORIZON, table  # noqa: E402
from figures import Row, row, show  # noqa: E402

VALID, RATE, SEED, REPEATS, PREDICTIONS = 200, 1e-3, 42, 3, 8
PREDICTION_GOAL = 5.0


@dataclass(frozen=True)
class Measured:
    """A model that is measured, on how many series of 1,000 steps, and how much faster its training should be."""

    name: str
    model: str
    series: int
    goal: float
    settings: dict[str, Any] = field(default_factory=dict)


MODELS = {
    # 64 is the size of the library's own example, 512 its default: there arithmetic is most of the time, for both.
    "nhits": Measured("N-HiTS", "nhits", 20, 4.0, {"hidden_size": 64}),
    "nhits-512": Measured("N-HiTS, 512 wide", "nhits", 10, 4.0, {"hidden_size": 512}),
    "tft": Measured("TFT", "tft", 6, 1.5),
}
Seconds = tuple[float, float]


def main() -> None:
    """Print a row for each figure, as text or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--model", choices=sorted(MODELS), action="append")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        for name in options.model or MODELS:
            rows += measure(Path(folder) / name, MODELS[name])
    show(rows, options.json)


def measure(folder: Path, one: Measured) -> list[Row]:
    """Train and predict with one model, both ways."""
    import torch

    torch.set_num_threads(1)
    train_both(folder / "warm", one, 1)  # imports and first calls
    turns = [train_both(folder / str(turn), one, one.series) for turn in range(REPEATS)]
    first = turns[0]
    steps = float(np.abs(first["losses"] / first["library_losses"] - 1).max())
    valid = abs(first["valid"] / first["library_valid"] - 1)
    measured, ok = ratio([turn["library_seconds"] for turn in turns], [turn["seconds"] for turn in turns], one.goal)
    rows = [
        row(f"{one.name}, windows/s against the library's loader and trainer", measured, f"≥ {one.goal:g}×", ok),
        row(f"… loss of each of {len(first['losses'])} steps apart at most", f"{steps:.1e}", "≤ 1e-3", steps <= 1e-3),
        row("… validation loss apart", f"{valid:.1e}", "≤ 1e-3", valid <= 1e-3),
    ]
    if one.model == "nhits":
        network, count = first["forecaster"].network, len(first["losses"])
        bare = [timed_of(bare_steps(network, BATCH, count))[0] for _ in range(REPEATS)]
        bound, _ = ratio([turn["library_seconds"] for turn in turns], bare, 0.0)
        rows.append(row("… were there nothing but its matrix products and optimizer steps", bound, "", True))
    return [*rows, *predicting(one, first["forecaster"], first["held"])]


def ratio(library: list[Seconds], ours: list[Seconds], goal: float) -> tuple[str, bool]:
    """Return how many times faster ours is, in words, and whether that is enough."""
    wall, processor = (min(one[kind] for one in library) / min(one[kind] for one in ours) for kind in (0, 1))
    return f"{min(wall, processor):.1f}×", min(wall, processor) >= goal


@contextlib.contextmanager
def timed() -> Iterator[list[float]]:
    """Collect wall and processor seconds of what is done within."""
    found: list[float] = []
    started = time.perf_counter(), time.process_time()
    yield found
    found += [time.perf_counter() - started[0], time.process_time() - started[1]]


@contextlib.contextmanager
def timed_call(owner: type, name: str) -> Iterator[list[list[float]]]:
    """Collect the seconds that calls of a method take."""
    original, calls = getattr(owner, name), []

    def called(self: object, *arguments: object, **named: object) -> None:
        with timed() as seconds:
            original(self, *arguments, **named)
        calls.append(seconds)

    setattr(owner, name, called)
    try:
        yield calls
    finally:
        setattr(owner, name, original)


def the_spec(one: Measured) -> Any:
    """Return the specification of the measured run."""
    from engine.spec import parse

    return parse(
        {
            "family": "forecasting",
            "data": {"dataset": "0" * 16, "roles": {"target": ["y"], "group": ["series"], "continuous": ["x"]}},
            "split": {"kind": "holdout", "valid_steps": VALID, "test_steps": HORIZON},
            "model": {"name": one.model, "params": {"dropout": 0.0, **one.settings}},
            "forecasting": {
                "timeline": {"column": "hour"},
                "windows": {"encoder_length": ENCODER, "horizon": HORIZON},
                "inputs": {"known": ["x"], "series": True},
            },
            "trainer": {
                "epochs": 1,
                "batch_size": BATCH,
                "threads": 1,
                "device": "cpu",
                "seed": SEED,
                "drop_last": True,
                "gradient_clip": 0.0,
                "optimizer": {"name": "Adam", "learning_rate": RATE, "weight_decay": 0.0},
                "early_stopping": {"enabled": False},
            },
        }
    )


def train_both(folder: Path, one: Measured, series: int) -> dict[str, Any]:
    """Train as a run does, recorder and store included, and then with the library from the same weights."""
    from engine.families.forecasting.fitting import Material, fit
    from engine.families.forecasting.folds import split
    from engine.families.forecasting.running import trainable
    from engine.families.forecasting.series import prepare
    from engine.runs import RunStore
    from engine.training.loop import Loop
    from engine.training.recorder import Recorder
    from engine.training.state_files import fits_of
    from engine.training.state_keeper import StateKeeper
    from engine.training.watch import Place

    spec = the_spec(one)
    frame = table(series, 1000).astype({"series": str})
    rows = trainable(prepare(frame, spec), spec)
    material = Material(spec, rows, split(rows, spec)[0])
    with RunStore(folder) as store:
        run = store.create_run(spec)
    with Recorder(folder, run.id) as recorder, timed_call(Loop, "run") as seconds:
        states = StateKeeper(recorder, spec.trainer.checkpoints, fits_of(spec))
        fitted = fit(recorder, material, states, Place())
    with RunStore(folder) as store:
        losses = store.series(run.id, "train/loss").values
        valid = float(store.series(run.id, "valid/loss").values[-1])
    held = material.part(material.fold.valid, "validation")[0]
    return {
        "seconds": seconds[0],
        "losses": np.asarray(losses),
        "valid": valid,
        "forecaster": fitted.model.forecaster,
        "held": held,
        **train_library(spec, material, held),
    }


def train_library(spec: Any, material: Any, held: Any) -> dict[str, Any]:
    """Train the library's own model with Lightning, from the same weights, over windows in the same order."""
    import torch
    from pytorch_forecasting import metrics

    from engine.families.forecasting import library
    from engine.families.forecasting.forecaster import build
    from engine.families.forecasting.series import forecasting_of
    from engine.training.randomness import permutation, seed_everything

    seed_everything(SEED)
    same = build(spec, material.recipe).network.state_dict()
    chance = torch.get_rng_state()  # some layers drop out whatever they are told
    quantiles = list(forecasting_of(spec).quantiles)
    settings = {"output_size": len(quantiles)} if spec.model.name == "tft" else {}
    model = library.network_class(spec.model.name).from_dataset(
        material.train,
        loss=metrics.QuantileLoss(quantiles=quantiles),
        learning_rate=RATE,
        optimizer="adam",
        weight_decay=0.0,
        **spec.model.params,
        **settings,
    )
    model.load_state_dict(same, strict=False)

    class Ours(torch.utils.data.Sampler[int]):
        """Gives the windows in the order of our loader."""

        def __iter__(self) -> Iterator[int]:
            return iter(permutation(len(material.train), SEED, 0).tolist())

        def __len__(self) -> int:
            return len(material.train)

    found: list[torch.Tensor] = []
    own = torch.Generator()  # else the loader draws a seed of its own
    trainer = quiet_trainer(found)
    train = material.train.to_dataloader(train=True, batch_size=BATCH, sampler=Ours(), shuffle=False, generator=own)
    valid = held.to_dataloader(train=False, batch_size=10 * BATCH)
    torch.set_rng_state(chance)
    with library.quiet(), timed() as seconds:
        trainer.fit(model, train, valid)
    return {
        "library_seconds": seconds,
        "library_losses": torch.stack(found).double().numpy(),
        "library_valid": float(trainer.callback_metrics["val_loss"]),
    }


def quiet_trainer(found: list[Any]) -> Any:
    """Return a trainer for one epoch on the CPU, which does nothing beside it but to add each step's loss to `found`."""
    import lightning.pytorch as pl

    class Losses(pl.Callback):  # type: ignore[misc]
        """Keeps the loss of each step."""

        def on_train_batch_end(self, trainer: Any, module: Any, outputs: Any, *_: Any) -> None:
            found.append(outputs["loss"].detach())

    return pl.Trainer(
        max_epochs=1,
        accelerator="cpu",
        callbacks=[Losses()],
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        num_sanity_val_steps=0,
    )


def predicting(one: Measured, forecaster: Any, held: Any) -> list[Row]:
    """Forecast the quantiles of all validation windows with the same weights, both ways."""
    import torch

    from engine.families.forecasting import library

    network = forecaster.network
    network.eval()
    calm = {"logger": False, "enable_progress_bar": False, "enable_model_summary": False, "accelerator": "cpu"}

    def theirs() -> Any:
        with library.quiet():
            return network.predict(held, mode="quantiles", batch_size=10 * BATCH, trainer_kwargs=dict(calm))

    ours, other = [], []
    for _ in range(PREDICTIONS):
        ours.append(timed_of(lambda: predict(one, forecaster, held)))
        other.append(timed_of(theirs))
    apart = float((ours[0][1] - torch.as_tensor(other[0][1]).sort(dim=-1).values).abs().max())
    measured, ok = ratio([turn[0] for turn in other], [turn[0] for turn in ours], PREDICTION_GOAL)
    return [
        row(f"{one.name}, forecasts/s against the library's predict", measured, f"≥ {PREDICTION_GOAL:g}×", ok),
        row("… forecasts apart at most", f"{apart:.1e}", "≤ 1e-4", apart <= 1e-4),
    ]


def timed_of(action: Callable[[], Any]) -> tuple[Seconds, Any]:
    """Return wall and processor seconds of an action, and what it gave."""
    with timed() as seconds:
        found = action()
    return (seconds[0], seconds[1]), found


def predict(one: Measured, forecaster: Any, held: Any) -> Any:
    """Forecast as a prediction does, from the data set to quantiles on the CPU."""
    import torch

    from engine.families.forecasting.loading import loader_of
    from engine.families.forecasting.trained import windows_at_once
    from engine.training.loader import BatchPlan

    plan = BatchPlan.of(len(held), windows_at_once(the_spec(one), 1), merge_single=False)
    with torch.inference_mode():
        loader = loader_of(held, plan, None, torch.device("cpu"))
        return torch.cat([forecaster.forecast(batch)[0].quantiles for batch in loader])


if __name__ == "__main__":
    main()
