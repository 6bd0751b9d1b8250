"""How a model is trained: the settings that every family shares."""

import math
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, PlainSerializer

from engine.spec.base import SpecModel

Precision = Literal["32-true", "bf16-mixed", "16-mixed", "64-true"]
ScheduleName = Literal[
    "linear",
    "cosine",
    "cosine_with_restarts",
    "polynomial",
    "constant",
    "constant_with_warmup",
    "inverse_sqrt",
    "reduce_lr_on_plateau",
    "cosine_with_min_lr",
    "cosine_warmup_with_min_lr",
    "warmup_stable_decay",
    "greedy",
]
BY_VALIDATION: tuple[ScheduleName, ...] = ("reduce_lr_on_plateau", "greedy")
"""Schedules that listen to the validation loss, and so are not known before a run."""


def _plain(number: float) -> int | float:
    """Return a whole number as one."""
    return int(number) if number == int(number) else number


Epochs = Annotated[float, AfterValidator(_plain), PlainSerializer(_plain, return_type=int | float)]
"""Whole numbers stay whole; 1.5 is an epoch and half of the next one's steps."""
OptimizerName = Literal["AdamW", "Adam", "NAdam", "RAdam", "Adamax", "Adagrad", "RMSprop", "SGD"]


class OptimizerSpec(SpecModel):
    """The optimizer of torch.optim and its settings."""

    name: OptimizerName = Field(default="AdamW", description="The optimizer class of torch.optim.")
    learning_rate: float = Field(default=1e-3, gt=0, le=10, description="Size of the steps; the schedule scales it.")
    weight_decay: float = Field(default=0.01, ge=0, le=1, description="Pulls weights towards zero; AdamW decouples it.")
    momentum: float = Field(
        default=0.9, ge=0, lt=1, description="For SGD and RMSprop: how much of the last step is kept."
    )
    beta1: float = Field(default=0.9, ge=0, lt=1, description="For Adam's kin: decay of the gradient's running mean.")
    beta2: float = Field(default=0.999, ge=0, lt=1, description="For Adam's kin: decay of its running square.")
    epsilon: float = Field(default=1e-8, gt=0, le=1, description="For Adam's kin: keeps the division finite.")


class ScheduleSpec(SpecModel):
    """How the learning rate moves over the steps (transformers.get_scheduler)."""

    name: ScheduleName = Field(default="constant", description="The shape of the learning-rate curve.")
    warmup: float = Field(
        default=0.0, ge=0, description="Steps of linear warm-up; below 1 it is a share of all optimizer steps."
    )
    num_cycles: float = Field(default=0.5, gt=0, description="For the cosine schedules: waves, or hard restarts.")
    power: float = Field(default=1.0, gt=0, description="For polynomial: the exponent.")
    min_lr_ratio: float = Field(
        default=0.0, ge=0, le=1, description="For schedules with a floor: the floor as a share of the learning rate."
    )
    decay: float = Field(
        default=0.2, ge=0, le=1, description="For warmup_stable_decay: the share of the steps that decays at the end."
    )
    patience: int = Field(default=3, ge=0, description="For reduce_lr_on_plateau and greedy: validations to wait.")
    factor: float = Field(
        default=0.5,
        gt=0,
        lt=1,
        description="For reduce_lr_on_plateau: what the rate is multiplied by; greedy divides by it too.",
    )


class EarlyStoppingSpec(SpecModel):
    """Stops when a validation metric no longer improves."""

    enabled: bool = Field(default=True, description="Stop when the metric below no longer improves.")
    monitor: str = Field(default="valid/loss", description="The metric that is watched.")
    mode: Literal["min", "max"] = Field(default="min", description="Whether smaller or larger is better.")
    patience: int = Field(
        default=10, ge=1, description="Epochs without improvement to wait; validations where they come every … steps."
    )
    min_delta: float = Field(default=0.0, ge=0, description="A change smaller than this is no improvement.")


class CheckpointSpec(SpecModel):
    """Which checkpoints are kept."""

    monitor: str = Field(default="valid/loss", description="The metric that ranks checkpoints.")
    mode: Literal["min", "max"] = Field(default="min", description="Whether smaller or larger is better.")
    top_k: int = Field(default=1, ge=0, le=100, description="How many of the best are kept beside the last one.")
    every_epochs: int = Field(
        default=1, ge=1, description="Epochs between two checkpoints; validations where they come every … steps."
    )
    keep_last: bool = Field(default=True, description="Keep the latest state, which a run is resumed from.")
    every_steps: int = Field(
        default=0, ge=0, description="Optimizer steps between two states; 0 leaves it to epochs and minutes."
    )
    every_minutes: float = Field(default=5.0, ge=0, description="Minutes between two states; 0 leaves it to epochs.")
    filename: str = Field(
        default="epoch={epoch:03d}-step={step:06d}",
        min_length=1,
        max_length=120,
        description="File-name template; knows {epoch}, {step} and metric names with “/” written “-”.",
    )


class TrainerSpec(SpecModel):
    """How long, how fast and on what a model is trained."""

    epochs: Epochs = Field(
        default=20,
        gt=0,
        le=100_000,
        description="How often the training rows are gone through; 1.5 is once and a half.",
    )
    batch_size: int = Field(default=256, ge=1, le=1_000_000, description="Rows a step.")
    accumulate_grad_batches: int = Field(
        default=1, ge=1, le=10_000, description="Batches summed into one optimizer step."
    )
    validate_every_steps: int = Field(
        default=0, ge=0, description="Optimizer steps between validations; 0 is after each epoch."
    )
    gradient_clip: float = Field(
        default=0.0, ge=0, description="Largest gradient norm; 0 leaves gradients as they are."
    )
    gradient_clip_algorithm: Literal["norm", "value"] = Field(
        default="norm", description="Clip the norm or each value."
    )
    precision: Precision = Field(default="32-true", description="Number format of the computation.")
    device: str = Field(default="auto", pattern=r"^(auto|cpu|cuda(:\d+)?|mps)$", description="Where the model runs.")
    threads: int = Field(default=0, ge=0, le=256, description="CPU threads; 0 lets the program choose.")
    seed: int = Field(default=42, ge=0, lt=2**31, description="Makes weights, shuffling and dropout repeatable.")
    drop_last: bool = Field(default=False, description="Leave out a last batch that is not full.")
    optimizer: OptimizerSpec = OptimizerSpec()
    schedule: ScheduleSpec = ScheduleSpec()
    early_stopping: EarlyStoppingSpec = EarlyStoppingSpec()
    checkpoints: CheckpointSpec = CheckpointSpec()

    def steps(self, steps_per_epoch: int) -> int:
        """Return the optimizer steps of the whole training; a step that is begun is taken."""
        whole = math.floor(self.epochs)
        part = math.ceil(round((self.epochs - whole) * steps_per_epoch, 6))
        return whole * steps_per_epoch + part
