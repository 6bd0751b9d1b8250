"""Which settings matter for which optimizer and learning-rate schedule, with a line of help each. Pure data."""

from pydantic import BaseModel, ConfigDict


class Option(BaseModel):
    """One optimizer or schedule: its name in the specification, and which fields beside the name it reads."""

    model_config = ConfigDict(frozen=True)

    name: str
    title: str
    help: str
    fields: tuple[str, ...]


_ADAM = ("learning_rate", "weight_decay", "beta1", "beta2", "epsilon")

_OPTIMIZERS = (
    Option(name="AdamW", title="AdamW", help="Adam with honest weight decay; a good first choice.", fields=_ADAM),
    Option(name="Adam", title="Adam", help="Each weight has its own step size.", fields=_ADAM),
    Option(name="NAdam", title="NAdam", help="Adam that looks one step ahead.", fields=_ADAM),
    Option(name="RAdam", title="RAdam", help="Adam that is careful in its first steps.", fields=_ADAM),
    Option(name="Adamax", title="Adamax", help="Adam by the largest gradient; calm with sparse inputs.", fields=_ADAM),
    Option(
        name="Adagrad",
        title="Adagrad",
        help="Steps shrink for weights that moved much; for sparse inputs.",
        fields=("learning_rate", "weight_decay", "epsilon"),
    ),
    Option(
        name="RMSprop",
        title="RMSprop",
        help="Steps scaled by the recent size of the gradient.",
        fields=("learning_rate", "weight_decay", "momentum", "epsilon"),
    ),
    Option(
        name="SGD",
        title="SGD",
        help="Plain gradient steps with momentum; wants a larger learning rate.",
        fields=("learning_rate", "weight_decay", "momentum"),
    ),
)

_SCHEDULES = (
    Option(name="constant", title="Constant", help="The learning rate stays as it is.", fields=()),
    Option(
        name="constant_with_warmup",
        title="Constant after warm-up",
        help="Rises to the learning rate and stays there.",
        fields=("warmup",),
    ),
    Option(name="linear", title="Linear", help="Rises, then falls in a straight line to zero.", fields=("warmup",)),
    Option(
        name="cosine",
        title="Cosine",
        help="Rises, then falls along a cosine; half a wave ends at zero.",
        fields=("warmup", "num_cycles"),
    ),
    Option(
        name="cosine_with_restarts",
        title="Cosine with restarts",
        help="Falls along a cosine and jumps back up, several times.",
        fields=("warmup", "num_cycles"),
    ),
    Option(
        name="cosine_with_min_lr",
        title="Cosine to a floor",
        help="Falls along a cosine to a share of the learning rate.",
        fields=("warmup", "num_cycles", "min_lr_ratio"),
    ),
    Option(
        name="cosine_warmup_with_min_lr",
        title="Cosine to a floor, gentle warm-up",
        help="As cosine to a floor, with a warm-up that is a cosine too.",
        fields=("warmup", "num_cycles", "min_lr_ratio"),
    ),
    Option(
        name="polynomial",
        title="Polynomial",
        help="Falls along a power of the remaining steps.",
        fields=("warmup", "power", "min_lr_ratio"),
    ),
    Option(
        name="inverse_sqrt",
        title="Inverse square root",
        help="Falls with one over the root of the step; fast first, then slowly.",
        fields=("warmup",),
    ),
    Option(
        name="warmup_stable_decay",
        title="Warm-up, stable, decay",
        help="Rises, stays for most of the run, and falls at the end.",
        fields=("warmup", "decay", "min_lr_ratio", "num_cycles"),
    ),
    Option(
        name="reduce_lr_on_plateau",
        title="Reduce on plateau",
        help="Falls whenever the validation loss no longer improves.",
        fields=("patience", "factor", "min_lr_ratio"),
    ),
    Option(
        name="greedy",
        title="Greedy",
        help="Rises while the validation loss improves, to ten times the rate at most, and falls while it does not.",
        fields=("patience", "factor", "min_lr_ratio"),
    ),
)


def optimizers() -> tuple[Option, ...]:
    """Return every optimizer of OptimizerSpec with the fields that it reads."""
    return _OPTIMIZERS


def schedules() -> tuple[Option, ...]:
    """Return every schedule of ScheduleSpec with the fields that it reads."""
    return _SCHEDULES
