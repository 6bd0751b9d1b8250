"""Which settings of a specification come first in a form, and which do not matter for it. Pure data and functions."""

from collections.abc import Iterator

from engine.catalog.gallery import PRETRAINABLE
from engine.catalog.models import model
from engine.catalog.schedules import Option, optimizers, schedules
from engine.catalog.schema import CatalogError
from engine.catalog.text_fields import COMMON_TEXT_FIELDS, text_idle, text_metrics
from engine.spec import DISTRIBUTIONS, ForecastingSpec, RunSpec

# By dotted key; every other field of a group is folded away.
COMMON_FIELDS = frozenset(
    {
        "trainer.epochs",
        "trainer.batch_size",
        "trainer.seed",
        "trainer.device",
        "trainer.optimizer.name",
        "trainer.optimizer.learning_rate",
        "trainer.optimizer.weight_decay",
        "trainer.schedule.name",
        "trainer.schedule.warmup",
        "trainer.schedule.num_cycles",
        "trainer.schedule.power",
        "trainer.schedule.min_lr_ratio",
        "trainer.schedule.decay",
        "trainer.schedule.patience",
        "trainer.schedule.factor",
        "trainer.early_stopping.enabled",
        "trainer.early_stopping.monitor",
        "trainer.early_stopping.patience",
        "trainer.checkpoints.top_k",
        "trainer.checkpoints.monitor",
        "tabular.preprocess.missing_continuous",
        "tabular.preprocess.missing_categorical",
        "tabular.preprocess.missing_target",
        "tabular.preprocess.continuous_transform",
        "tabular.preprocess.target_transform",
        "tabular.balance.class_weights",
        "tabular.balance.balanced_sampling",
        "tabular.pretrain.enabled",
        "tabular.pretrain.epochs",
        "tabular.pretrain.noise_probability",
        "forecasting.timeline.column",
        "forecasting.timeline.frequency",
        "forecasting.timeline.missing_steps",
        "forecasting.timeline.duplicates",
        "forecasting.timeline.missing_target",
        "forecasting.windows.encoder_length",
        "forecasting.windows.horizon",
        "forecasting.windows.step",
        "forecasting.scaling.normaliser",
        "forecasting.scaling.transformation",
        "forecasting.inputs.series",
        "forecasting.loss",
        "forecasting.quantiles",
        "split.valid_steps",
        "split.test_steps",
        "split.valid_from",
        "split.test_from",
        "split.column",
        "split.valid",
        "split.test",
        "split.folds",
        "split.stratified",
        "split.train_value",
        "split.valid_value",
        "split.test_value",
        *COMMON_TEXT_FIELDS,
    }
)

# A model parameter that matters only while another one has this value.
_PARAM_NEEDS: dict[str, tuple[str, object]] = {
    "shared_embedding_fraction": ("share_embedding_strategy", "fraction"),
    "gflu_feature_init_sparsity": ("feature_mask_function", "t-softmax"),
    "tree_feature_init_sparsity": ("feature_mask_function", "t-softmax"),
    "learnable_sparsity": ("feature_mask_function", "t-softmax"),
    "tree_wise_attention_dropout": ("tree_wise_attention", True),
}
# AutoInt's deep part is off unless asked for; other models have no such switch.
_DEEP_PART = ("layers", "activation", "use_batch_norm", "dropout")


def idle_fields(spec: RunSpec) -> frozenset[str]:
    """Return the dotted keys that change nothing about this run, so that a form need not show them.

    A key that stands for a group (tabular.balance) makes the whole group idle.
    """
    if spec.family == "forecasting":
        return frozenset((*_trainer_idle(spec), *_forecasting_idle(spec)))
    if spec.family == "text":
        return frozenset((*_trainer_idle(spec), *text_idle(spec)))
    return frozenset((*_trainer_idle(spec), *_tabular_idle(spec), *_params_idle(spec)))


def common_metrics(spec: RunSpec) -> tuple[str, ...]:
    """Return the metric keys that can be watched for this task, the usual one first."""
    if spec.family == "forecasting":
        return ("valid/loss", "valid/mae", "valid/rmse", "valid/smape", "valid/mase")
    if spec.family == "text":
        return text_metrics(spec)
    if spec.tabular.task == "classification":
        return ("valid/loss", "valid/accuracy", "valid/f1_macro")
    return ("valid/loss", "valid/mae", "valid/rmse", "valid/r2")


def _trainer_idle(spec: RunSpec) -> Iterator[str]:
    trainer = spec.trainer
    yield from _unread("trainer.optimizer", optimizers(), trainer.optimizer.name)
    yield from _unread("trainer.schedule", schedules(), trainer.schedule.name)
    if trainer.gradient_clip == 0:
        yield "trainer.gradient_clip_algorithm"
    if not trainer.early_stopping.enabled:
        for name in ("monitor", "mode", "patience", "min_delta"):
            yield f"trainer.early_stopping.{name}"
    if trainer.checkpoints.top_k == 0:
        yield from ("trainer.checkpoints.monitor", "trainer.checkpoints.mode")
    if trainer.device.startswith(("cuda", "mps")):
        yield "trainer.threads"


def _forecasting_idle(spec: RunSpec) -> Iterator[str]:
    own = spec.forecasting or ForecastingSpec()
    if own.loss not in {"quantile", *DISTRIBUTIONS}:
        yield "forecasting.quantiles"
    if own.scaling.normaliser == "none":
        yield from ("forecasting.scaling.method", "forecasting.scaling.center")
    try:
        info = model(spec.model.name)
    except CatalogError:
        return
    if not info.losses:
        yield from ("forecasting.loss", "forecasting.scaling", "forecasting.windows.step")
    if not info.inputs or not info.losses:
        yield from ("forecasting.inputs.series", "forecasting.inputs.target_scales")
    if not (info.inputs and info.losses and info.relative_time):
        yield "forecasting.inputs.relative_time"


def _tabular_idle(spec: RunSpec) -> Iterator[str]:
    tabular = spec.tabular
    if tabular.task == "classification":
        yield "tabular.preprocess.target_transform"
    else:
        yield "tabular.balance"
    if not spec.data.roles.categorical:
        yield from ("tabular.preprocess.missing_categorical", "tabular.preprocess.max_categories")
    if not tabular.pretrain.enabled:
        if spec.model.name not in PRETRAINABLE:
            yield "tabular.pretrain"
        for name in ("epochs", "noise_strategy", "noise_probability", "freeze"):
            yield f"tabular.pretrain.{name}"


def _params_idle(spec: RunSpec) -> Iterator[str]:
    try:
        info = model(spec.model.name)
    except CatalogError:
        return
    values = {param.name: spec.model.params.get(param.name, param.default) for param in info.params}
    for name, (other, wanted) in _PARAM_NEEDS.items():
        if name in values and other in values and values[other] != wanted:
            yield f"model.params.{name}"
    if values.get("deep_layers") is False:
        yield from (f"model.params.{name}" for name in _DEEP_PART)
    if not spec.data.roles.categorical:
        yield from (f"model.params.{name}" for name in ("embedding_dims", "embedding_dropout") if name in values)


def _unread(group: str, options: tuple[Option, ...], name: str) -> Iterator[str]:
    read = next(option.fields for option in options if option.name == name)
    for field in dict.fromkeys(field for option in options for field in option.fields):
        if field not in read:
            yield f"{group}.{field}"
