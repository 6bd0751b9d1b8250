"""From a specification to a module of pytorch-tabular with its first weights: build(spec, encoder).
Must not train, and must leave no file, log line or warning behind."""

from typing import Any

import torch
from torch import nn

from engine.families.tabular import library
from engine.families.tabular.encoding import Encoder, Tensors
from engine.spec import RunSpec
from engine.training.failures import Fault, FaultKind, RunFailed, is_out_of_memory
from engine.training.randomness import seed_everything

DATA_AWARE_ROWS = library.DATA_AWARE_ROWS
FEWEST_AWARE_ROWS = 128
AWARE_BYTES = 1_500_000_000


def build(spec: RunSpec, encoder: Encoder) -> nn.Module:
    """Return the model with weights drawn from the trainer's seed, on the CPU.

    Its forward takes {"continuous": f32 [n, c], "categorical": i64 [n, k]} and returns the library's dict: "logits"
    [n, classes of all targets] or [n, targets], or for a mixture density network "pi", "sigma" and "mu" [n, gaussians].
    Raises RunFailed where the parameters do not make a model.
    """
    library.import_library()
    _check(spec, encoder)
    seed_everything(spec.trainer.seed)
    with library.quiet():
        try:
            model = _denoising(spec, encoder) if spec.tabular.pretrain.enabled else _plain(spec, encoder)
        except RunFailed:
            raise
        except Exception as error:
            if is_out_of_memory(error):
                raise RunFailed(
                    "The machine ran out of memory.",
                    f"{spec.model.name} with these settings is larger than its memory: choose a smaller model.",
                    Fault(FaultKind.HOST_MEMORY),
                ) from error
            raise RunFailed(
                f"{spec.model.name} could not be built: {type(error).__name__}: {error}",
                "Check the model's parameters.",
            ) from error
    _unfreeze_configs(model)
    return model


def initialise(model: nn.Module, tensors: Tensors) -> None:
    """Let models that start from the data (NODE, GATE, GANDALF) see up to 2,000 training rows, as the library does.

    Of a NODE with thousands of deep trees they are fewer: 2,000 rows at once would take ten gigabytes.
    """
    rows = aware_rows(model, len(tensors))
    step = max(1, len(tensors) // rows)
    batch = tensors.batch(slice(0, step * rows, step))
    with library.quiet(), torch.no_grad():
        model.data_aware_initialization(_OneBatch(batch))  # type: ignore[operator]
        if any(torch.isnan(parameter).any() for parameter in model.parameters() if parameter.is_floating_point()):
            # NODE inside a stack: its thresholds are set by the first rows that it sees.
            model.train()
            model(batch)


def aware_rows(model: nn.Module, rows: int) -> int:
    """Return how many of `rows` training rows a model that starts from the data looks at."""
    each = aware_row_bytes(model)
    return max(1, min(rows, DATA_AWARE_ROWS, max(FEWEST_AWARE_ROWS, AWARE_BYTES // each) if each else DATA_AWARE_ROWS))


def aware_row_bytes(model: nn.Module) -> int:
    """Return about the bytes that NODE's trees take for a row as they start from the data, 0 for other models.

    Every level of a tree says yes or no to each of its leaves; measured, three such tables stand there at once.
    """
    trees: list[Any] = [module for module in model.modules() if type(module).__name__ == "ODST"]
    return max((12 * one.num_trees * one.depth * 2**one.depth for one in trees), default=0)


def parameter_count(model: nn.Module) -> int:
    """Return how many numbers training can change."""
    return sum(parameter.numel() for parameter in model.parameters() if parameter.requires_grad)


def _check(spec: RunSpec, encoder: Encoder) -> None:
    if spec.model.name == "mdn" and (spec.tabular.task != "regression" or len(encoder.targets) != 1):
        raise RunFailed(
            "A mixture density network predicts exactly one number.",
            "Choose one target and regression, or another model.",
        )
    if spec.tabular.pretrain.enabled and spec.model.name != "category_embedding":
        raise RunFailed(
            f"Pre-training works with category_embedding only, not with {spec.model.name}.",
            "Choose category_embedding, or switch pre-training off.",
        )
    if spec.model.name == "tab_transformer" and not encoder.categorical and not encoder.continuous:
        raise RunFailed("The model has no input.", "Give at least one column the role of an input.")


def _plain(spec: RunSpec, encoder: Encoder) -> nn.Module:
    from pytorch_tabular.utils import getattr_nested

    config = library.model_config(spec.model.name, spec.model.params, encoder, spec.tabular.task)
    dims = getattr(config, "embedding_dims", None)
    model: nn.Module = getattr_nested(config._module_src, config._model_name)(
        library.whole_config(config, spec, encoder), inferred_config=library.inferred_config(encoder, dims)
    )
    return model


def _denoising(spec: RunSpec, encoder: Encoder) -> nn.Module:
    """Return the library's fine-tuning model on a denoising autoencoder, whose encoder is the specified network."""
    from pytorch_tabular.models.base_model import _GenericModel
    from pytorch_tabular.ssl_models import DenoisingAutoEncoderConfig, DenoisingAutoEncoderModel

    settings = spec.tabular.pretrain
    params: dict[str, Any] = dict(spec.model.params)
    head = dict(params.pop("head_config", None) or {"layers": ""})
    backbone_config = library.model_config(spec.model.name, params, encoder, "backbone")
    dims = backbone_config.embedding_dims
    config = DenoisingAutoEncoderConfig(
        encoder_config=backbone_config,
        noise_strategy=settings.noise_strategy,
        default_noise_probability=settings.noise_probability,
        embedding_dropout=backbone_config.embedding_dropout,
        batch_norm_continuous_input=bool(encoder.continuous),
    )
    autoencoder = DenoisingAutoEncoderModel(
        library.whole_config(config, spec, encoder), inferred_config=library.inferred_config(encoder, dims)
    )
    if settings.noise_strategy == "zero":
        # pytorch-tabular 1.2 declares this choice and swaps all the same (ssl_models/dae/dae.py:62).
        autoencoder.featurizer.swap_noise = ZeroNoise(autoencoder.featurizer.swap_noise.probas)
    # With one-hot columns alone the library feeds integers to its first linear layer.
    autoencoder.encoder.register_forward_pre_hook(_as_float)
    whole = library.whole_config(
        library.model_config(spec.model.name, params, encoder, spec.tabular.task), spec, encoder
    )
    model: nn.Module = _GenericModel(
        backbone=autoencoder,
        head="LinearHead",
        head_config=head,
        config=whole,
        inferred_config=library.inferred_config(encoder, dims),
    )
    # _GenericModel has no embedding step of its own: the autoencoder embeds, and "finetune" is its plain forward.
    autoencoder.mode = "finetune"
    return model


class ZeroNoise(nn.Module):
    """Sets each input to zero with its own probability; returns what is left and which inputs changed."""

    def __init__(self, probas: torch.Tensor) -> None:
        super().__init__()
        self.probas = probas

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Take [n, inputs]; return the corrupted inputs and the 0/1 mask of the changes."""
        hit = torch.bernoulli(self.probas.to(x.device).expand(x.shape))
        corrupted = torch.where(hit == 1, torch.zeros_like(x), x)
        return corrupted, (corrupted != x).float()


class _OneBatch:
    """What data_aware_initialization asks of a data module: a loader whose first batch is large."""

    def __init__(self, batch: dict[str, torch.Tensor]) -> None:
        self._batch = batch

    def train_dataloader(self, batch_size: int | None = None) -> list[dict[str, torch.Tensor]]:
        """Return the one batch, whatever the size asked for."""
        del batch_size
        return [self._batch]


def _as_float(module: nn.Module, inputs: tuple[torch.Tensor, ...]) -> tuple[torch.Tensor, ...]:
    return tuple(one if one.is_floating_point() else one.to(next(module.parameters()).dtype) for one in inputs)


def _unfreeze_configs(model: nn.Module) -> None:
    """Replace OmegaConf objects, which models ask in every forward pass, by dicts: a lookup is 30 times faster."""
    from omegaconf import DictConfig, OmegaConf
    from pytorch_lightning.utilities.parsing import AttributeDict

    for module in model.modules():
        for name in ("_hparams", "hparams", "config"):
            found: Any = module.__dict__.get(name)
            if isinstance(found, DictConfig):
                module.__dict__[name] = AttributeDict(OmegaConf.to_container(found, resolve=False))
