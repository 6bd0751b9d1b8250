"""The one door to pytorch-tabular: imports it quietly and makes its configs from a specification.
No text from outside reaches OmegaConf as it stands, because OmegaConf resolves ${…}; features get plain names."""

import contextlib
import logging
import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from engine.catalog import settings as catalog_settings
from engine.families.tabular.encoding import Encoder
from engine.spec import ModelSpec, RunSpec
from engine.training.failures import RunFailed

CONFIGS = {
    "category_embedding": "CategoryEmbeddingModelConfig",
    "autoint": "AutoIntConfig",
    "danet": "DANetConfig",
    "ft_transformer": "FTTransformerConfig",
    "gandalf": "GANDALFConfig",
    "gate": "GatedAdditiveTreeEnsembleConfig",
    "node": "NodeConfig",
    "tab_transformer": "TabTransformerConfig",
    "tabnet": "TabNetModelConfig",
    "mdn": "MDNConfig",
    "stacking": "StackingModelConfig",
}
STACKED_BY_DEFAULT = ("category_embedding", "gandalf")
DATA_AWARE_ROWS = 2_000


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep the libraries' warnings and log lines to themselves; what matters is said in the run's own log."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in [*logging.root.manager.loggerDict, "pytorch_lightning", "lightning_fabric", "pytorch_tabular"]:
            wanted = name.startswith(("pytorch_tabular", "pytorch_lightning", "lightning"))
            # Setting a level makes logging forget what it knows about every logger: only where it changes something.
            if wanted and (logger := logging.getLogger(name)).level != logging.ERROR:
                logger.setLevel(logging.ERROR)
        yield


def import_library() -> Any:
    """Import pytorch-tabular (seconds) and return the package."""
    with quiet():
        import pytorch_tabular
    return pytorch_tabular


def feature_names(encoder: Encoder) -> dict[str, list[str]]:
    """Return the plain names that the library sees: c0, c1 … and k0, k1 … in the order of the tensors' columns."""
    return {
        "continuous_cols": [f"c{place}" for place in range(len(encoder.continuous))],
        "categorical_cols": [f"k{place}" for place in range(len(encoder.categorical))],
    }


def model_config(name: str, params: Mapping[str, Any], encoder: Encoder, task: str) -> Any:
    """Return the library's config dataclass of a model. Raises RunFailed naming a parameter that it refuses."""
    if name not in CONFIGS:
        raise RunFailed(f"There is no model “{name}”.", f"The models are: {', '.join(CONFIGS)}.")
    from pytorch_tabular import models

    wanted = catalog_settings(ModelSpec(name=name, params=dict(params)))
    settings = _settings(name, wanted, encoder, task)
    try:
        return getattr(models, CONFIGS[name])(task=task, **settings)
    except (TypeError, ValueError, AssertionError) as error:
        raise RunFailed(
            f"{name} cannot be made with these parameters: {error}.", "Correct them and try again."
        ) from error


def whole_config(config: Any, spec: RunSpec, encoder: Encoder) -> Any:
    """Return the merged config that a model of the library is made from."""
    from omegaconf import OmegaConf

    return OmegaConf.merge(
        OmegaConf.to_container(OmegaConf.structured(config)),
        {
            **feature_names(encoder),
            "target": [f"t{place}" for place in range(len(encoder.targets))],
            "batch_size": spec.trainer.batch_size,
            "data_aware_init_batch_size": DATA_AWARE_ROWS,
        },
    )


def inferred_config(encoder: Encoder, embedding_dims: Sequence[Sequence[int]] | None) -> Any:
    """Return what the library would have inferred from the data."""
    from omegaconf import OmegaConf
    from pytorch_tabular.config.config import InferredConfig

    cardinalities = encoder.cardinalities
    dims = embedding_dims or [(count, min(50, (count + 1) // 2)) for count in cardinalities]
    classes = [len(target.classes) for target in encoder.targets]
    is_classification = encoder.task == "classification"
    return OmegaConf.structured(
        InferredConfig(
            categorical_dim=len(cardinalities),
            continuous_dim=len(encoder.continuous),
            output_dim=sum(classes) if is_classification else len(classes),
            output_cardinality=classes if is_classification else None,
            categorical_cardinality=cardinalities,
            embedding_dims=[tuple(pair) for pair in dims],
        )
    )


def _settings(name: str, params: dict[str, Any], encoder: Encoder, task: str) -> dict[str, Any]:
    if "${" in repr(params):
        raise RunFailed("A model parameter contains “${”, which is not allowed.", "Write the value itself.")
    if not encoder.continuous:
        params["batch_norm_continuous_input"] = False
    if name == "ft_transformer":
        # The library copies its attention to the CPU in every forward pass for an importance that nobody reads.
        params.setdefault("attn_feature_importance", False)
    if name == "tabnet" and params.get("grouped_features"):
        params["grouped_features"] = _plain_groups(params["grouped_features"], encoder)
    if name == "mdn":
        _mdn_settings(params, encoder)
    if name == "stacking":
        params["model_configs"] = _stacked(params.get("model_configs") or STACKED_BY_DEFAULT, encoder, task)
    if params.get("embedding_dims"):
        params["embedding_dims"] = _embedding_dims(params["embedding_dims"], encoder)
    return params


def _mdn_settings(params: dict[str, Any], encoder: Encoder) -> None:
    name = _short_name(params.get("backbone_config_class") or "category_embedding")
    if name in {"node", "tabnet", "mdn", "stacking"}:
        raise RunFailed(f"A mixture density network cannot stand on {name}.", "Choose another backbone.")
    if name == "tab_transformer" and not encoder.categorical:
        raise RunFailed(
            "A mixture density network on tab_transformer needs a categorical input.", "Choose another backbone."
        )
    backbone = _settings(name, dict(params.get("backbone_config_params") or {}), encoder, "backbone")
    params["backbone_config_class"] = CONFIGS[name]
    params["backbone_config_params"] = {**backbone, "task": "backbone", "head": None}
    params["head_config"] = dict(params.get("head_config") or {})
    if "mu_bias_init" not in params["head_config"]:
        # Components that begin at one place collapse into one; spread over the standardised target they do not.
        count = int(params["head_config"].get("num_gaussian", 1))
        params["head_config"]["mu_bias_init"] = [2.0 * (place + 0.5) / count - 1.0 for place in range(count)]


def _stacked(wanted: Sequence[Any], encoder: Encoder, task: str) -> list[Any]:
    configs = []
    for one in wanted:
        name = one if isinstance(one, str) else one.get("name") or one.get("config_class") or ""
        name = _short_name(name)
        if name in {"tab_transformer", "mdn", "stacking"}:
            raise RunFailed(f"{name} cannot be stacked.", "Choose other models for the stack.")
        configs.append(model_config(name, {} if isinstance(one, str) else one.get("params") or {}, encoder, task))
    return configs


def _short_name(name: str) -> str:
    return {config: short for short, config in CONFIGS.items()}.get(name, name)


def _plain_groups(groups: Sequence[Sequence[str]], encoder: Encoder) -> list[list[str]]:
    names = feature_names(encoder)
    plain: dict[str, list[str]] = {}
    for feature, name in zip(encoder.continuous, names["continuous_cols"], strict=True):
        plain.setdefault(feature.column, []).append(name)
    for column, name in zip(encoder.categorical, names["categorical_cols"], strict=True):
        plain.setdefault(column.name, []).append(name)
    if unknown := sorted({name for group in groups for name in group} - set(plain)):
        raise RunFailed(f"grouped_features names {', '.join(unknown)}, which is no input.", "Name inputs only.")
    return [[name for column in group for name in plain[column]] for group in groups]


def _embedding_dims(dims: Sequence[Any], encoder: Encoder) -> list[tuple[int, int]]:
    """Return (cardinality, size) for each categorical input; plain sizes, or pairs whose first number is replaced."""
    if len(dims) != len(encoder.categorical):
        raise RunFailed(
            f"embedding_dims has {len(dims)} entries for {len(encoder.categorical)} categorical inputs.",
            "Give one size for each categorical input, or none at all.",
        )
    sizes = [one if isinstance(one, int) else one[-1] for one in dims]
    return [(count, int(size)) for count, size in zip(encoder.cardinalities, sizes, strict=True)]
