"""What fields, choices and groups are called for people. Words only; keys stay as the specification has them."""

import re

from pydantic import JsonValue
from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from app.forms import forecasting_words, text_words
from app.forms.field import Field
from engine.catalog import Option, optimizers, schedules
from engine.spec import TextColumns


def say(text: str) -> str:
    """Return a sentence of the forms in the user's language."""
    return QCoreApplication.translate("Forms", text)


def label_of(key: str) -> str:
    """Return what a field is called: “Learning rate” for learning_rate; a dotted key may have a name of its own."""
    name = key.rpartition(".")[2]
    known = _known_label(key)
    if known is not None:
        return QCoreApplication.translate("Fields", str(known))
    words = name.replace("_", " ")
    return words[:1].upper() + words[1:]


def _known_label(key: str) -> object | None:
    return _LABELS_OF_KEYS.get(key) or _OF_FAMILIES.get(key) or _LABELS.get(key.rpartition(".")[2])


def name_of(field: Field) -> str:
    """Return what a field is called: its own label, or the name of its key."""
    return QCoreApplication.translate("Fields", field.label) if field.label else label_of(field.key)


def plain_words(sentence: str) -> str:
    """Return a sentence of the engine with the settings that it names by their keys called as the form calls them."""
    return _KEY.sub(_in_words, sentence)


def _in_words(found: re.Match[str]) -> str:
    key, values = found["key"], found["values"]
    if _known_label(key) is None:
        return found[0]
    label = f"“{label_of(key)}”"
    return f"{label}: {_VALUE.sub(lambda value: choice_label(value[0], key), values)}" if values else label


def choice_label(value: JsonValue, key: str = "") -> str:
    """Return what a choice is called; schedules have the catalogue's titles, and columns are called what they are."""
    if key in COLUMN_KEYS:
        return str(value)
    if value is None:
        return say("None")
    option = _option(value, key)
    own = {**forecasting_words.CHOICES, **text_words.CHOICES}.get(key, {}).get(str(value))
    known = option.title if option is not None else own or _CHOICES.get(str(value))
    return QCoreApplication.translate("Choices", str(known)) if known is not None else str(value)


def choice_help(value: JsonValue, key: str) -> str:
    """Return a line on what a choice means, or the value itself."""
    option = _option(value, key)
    return QCoreApplication.translate("Choices", option.help) if option is not None else str(value)


def _option(value: JsonValue, key: str) -> Option | None:
    options = {"trainer.schedule.name": schedules, "trainer.optimizer.name": optimizers}.get(key)
    return None if options is None else next((one for one in options() if one.name == value), None)


_OF_FAMILIES: dict[str, object] = {**forecasting_words.LABELS, **text_words.LABELS}
COLUMN_KEYS = frozenset({"data.roles.target", "data.roles.group", "forecasting.timeline.column"}) | {
    f"text.columns.{name}" for name in TextColumns.model_fields
}
_KEY = re.compile(
    r"(?P<key>(?:data|forecasting|split|text|trainer)(?:\.[a-z_]+)+)"
    r"(?: = (?P<values>[a-z_]+(?:, [a-z_]+)*(?: or [a-z_]+)?))?"
)
_VALUE = re.compile(r"\b(?!or\b)[a-z_]+")
_LABELS_OF_KEYS = {
    "trainer.optimizer.name": QT_TRANSLATE_NOOP("Fields", "Optimizer"),
    "trainer.schedule.name": QT_TRANSLATE_NOOP("Fields", "Shape"),
    "trainer.optimizer": QT_TRANSLATE_NOOP("Fields", "Optimizer"),
    "trainer.schedule": QT_TRANSLATE_NOOP("Fields", "Learning-rate schedule"),
    "tabular.preprocess": QT_TRANSLATE_NOOP("Fields", "Preparation of the columns"),
    "tabular.balance": QT_TRANSLATE_NOOP("Fields", "Rare classes"),
    "tabular.pretrain": QT_TRANSLATE_NOOP("Fields", "Pre-training"),
    "split.kind": QT_TRANSLATE_NOOP("Fields", "Rows are dealt out"),
}

_LABELS = {
    "name": QT_TRANSLATE_NOOP("Fields", "Name"),
    "epochs": QT_TRANSLATE_NOOP("Fields", "Epochs"),
    "batch_size": QT_TRANSLATE_NOOP("Fields", "Batch size"),
    "accumulate_grad_batches": QT_TRANSLATE_NOOP("Fields", "Accumulate batches"),
    "validate_every_steps": QT_TRANSLATE_NOOP("Fields", "Validate every … steps"),
    "gradient_clip": QT_TRANSLATE_NOOP("Fields", "Clip gradients at"),
    "gradient_clip_algorithm": QT_TRANSLATE_NOOP("Fields", "Clip by"),
    "threads": QT_TRANSLATE_NOOP("Fields", "CPU threads"),
    "drop_last": QT_TRANSLATE_NOOP("Fields", "Drop last batch"),
    "beta1": QT_TRANSLATE_NOOP("Fields", "Beta 1"),
    "beta2": QT_TRANSLATE_NOOP("Fields", "Beta 2"),
    "warmup": QT_TRANSLATE_NOOP("Fields", "Warm-up"),
    "num_cycles": QT_TRANSLATE_NOOP("Fields", "Cycles"),
    "min_lr_ratio": QT_TRANSLATE_NOOP("Fields", "Floor"),
    "enabled": QT_TRANSLATE_NOOP("Fields", "Switched on"),
    "monitor": QT_TRANSLATE_NOOP("Fields", "Watched metric"),
    "mode": QT_TRANSLATE_NOOP("Fields", "Better is"),
    "min_delta": QT_TRANSLATE_NOOP("Fields", "Smallest improvement"),
    "top_k": QT_TRANSLATE_NOOP("Fields", "Best ones kept"),
    "every_epochs": QT_TRANSLATE_NOOP("Fields", "Every … epochs"),
    "keep_last": QT_TRANSLATE_NOOP("Fields", "Keep the last one"),
    "filename": QT_TRANSLATE_NOOP("Fields", "File name"),
    "missing_continuous": QT_TRANSLATE_NOOP("Fields", "Missing numbers"),
    "missing_categorical": QT_TRANSLATE_NOOP("Fields", "Missing categories"),
    "missing_target": QT_TRANSLATE_NOOP("Fields", "Missing targets"),
    "missing_indicator": QT_TRANSLATE_NOOP("Fields", "Columns that mark gaps"),
    "continuous_transform": QT_TRANSLATE_NOOP("Fields", "Scaling of numbers"),
    "target_transform": QT_TRANSLATE_NOOP("Fields", "Scaling of the target"),
    "max_categories": QT_TRANSLATE_NOOP("Fields", "Most categories"),
    "class_weights": QT_TRANSLATE_NOOP("Fields", "Class weights"),
    "balanced_sampling": QT_TRANSLATE_NOOP("Fields", "Balanced sampling"),
    "noise_strategy": QT_TRANSLATE_NOOP("Fields", "Noise"),
    "noise_probability": QT_TRANSLATE_NOOP("Fields", "Share of noise"),
    "freeze": QT_TRANSLATE_NOOP("Fields", "Freeze the encoder"),
    "valid": QT_TRANSLATE_NOOP("Fields", "Validation share"),
    "test": QT_TRANSLATE_NOOP("Fields", "Test share"),
    "train_value": QT_TRANSLATE_NOOP("Fields", "Training value"),
    "valid_value": QT_TRANSLATE_NOOP("Fields", "Validation value"),
    "test_value": QT_TRANSLATE_NOOP("Fields", "Test value"),
    "stratified": QT_TRANSLATE_NOOP("Fields", "Same class mix"),
    "task": QT_TRANSLATE_NOOP("Fields", "Task"),
    "layers": QT_TRANSLATE_NOOP("Fields", "Hidden layers"),
    "use_batch_norm": QT_TRANSLATE_NOOP("Fields", "Batch normalisation"),
    "batch_norm_continuous_input": QT_TRANSLATE_NOOP("Fields", "Normalise inputs"),
    "virtual_batch_size": QT_TRANSLATE_NOOP("Fields", "Virtual batch size"),
    "head_config": QT_TRANSLATE_NOOP("Fields", "Head"),
    "embedding_dims": QT_TRANSLATE_NOOP("Fields", "Embedding widths"),
    "embedding_dim": QT_TRANSLATE_NOOP("Fields", "Embedding width"),
    "input_embed_dim": QT_TRANSLATE_NOOP("Fields", "Embedding width"),
    "attn_embed_dim": QT_TRANSLATE_NOOP("Fields", "Attention width"),
    "num_heads": QT_TRANSLATE_NOOP("Fields", "Attention heads"),
    "num_attn_blocks": QT_TRANSLATE_NOOP("Fields", "Attention blocks"),
    "attn_dropout": QT_TRANSLATE_NOOP("Fields", "Attention dropout"),
    "attn_dropouts": QT_TRANSLATE_NOOP("Fields", "Attention dropout"),
    "ff_dropout": QT_TRANSLATE_NOOP("Fields", "Feed-forward dropout"),
    "add_norm_dropout": QT_TRANSLATE_NOOP("Fields", "Residual dropout"),
    "ff_hidden_multiplier": QT_TRANSLATE_NOOP("Fields", "Feed-forward factor"),
    "transformer_head_dim": QT_TRANSLATE_NOOP("Fields", "Width of a head"),
    "transformer_activation": QT_TRANSLATE_NOOP("Fields", "Activation"),
    "block_activation": QT_TRANSLATE_NOOP("Fields", "Activation"),
    "embedding_initialization": QT_TRANSLATE_NOOP("Fields", "Embedding start"),
    "initialization": QT_TRANSLATE_NOOP("Fields", "Initial weights"),
    "share_embedding_strategy": QT_TRANSLATE_NOOP("Fields", "Shared embedding"),
    "shared_embedding_fraction": QT_TRANSLATE_NOOP("Fields", "Shared share"),
    "has_residuals": QT_TRANSLATE_NOOP("Fields", "Residual connections"),
    "n_layers": QT_TRANSLATE_NOOP("Fields", "Blocks"),
    "abstlay_dim_1": QT_TRANSLATE_NOOP("Fields", "First width"),
    "abstlay_dim_2": QT_TRANSLATE_NOOP("Fields", "Second width"),
    "k": QT_TRANSLATE_NOOP("Fields", "Column groups"),
    "dropout_rate": QT_TRANSLATE_NOOP("Fields", "Dropout"),
    "gflu_stages": QT_TRANSLATE_NOOP("Fields", "Stages"),
    "gflu_dropout": QT_TRANSLATE_NOOP("Fields", "Stage dropout"),
    "gflu_feature_init_sparsity": QT_TRANSLATE_NOOP("Fields", "Stage sparsity"),
    "tree_feature_init_sparsity": QT_TRANSLATE_NOOP("Fields", "Tree sparsity"),
    "learnable_sparsity": QT_TRANSLATE_NOOP("Fields", "Learn the sparsity"),
    "num_trees": QT_TRANSLATE_NOOP("Fields", "Trees"),
    "tree_depth": QT_TRANSLATE_NOOP("Fields", "Tree depth"),
    "depth": QT_TRANSLATE_NOOP("Fields", "Tree depth"),
    "num_layers": QT_TRANSLATE_NOOP("Fields", "Layers of trees"),
    "additional_tree_output_dim": QT_TRANSLATE_NOOP("Fields", "Extra tree outputs"),
    "max_features": QT_TRANSLATE_NOOP("Fields", "Most features"),
    "initialize_response": QT_TRANSLATE_NOOP("Fields", "Response start"),
    "initialize_selection_logits": QT_TRANSLATE_NOOP("Fields", "Selection start"),
    "threshold_init_beta": QT_TRANSLATE_NOOP("Fields", "Threshold spread"),
    "threshold_init_cutoff": QT_TRANSLATE_NOOP("Fields", "Threshold margin"),
    "tree_wise_attention_dropout": QT_TRANSLATE_NOOP("Fields", "Tree attention dropout"),
    "n_d": QT_TRANSLATE_NOOP("Fields", "Decision width"),
    "n_a": QT_TRANSLATE_NOOP("Fields", "Attention width"),
    "n_steps": QT_TRANSLATE_NOOP("Fields", "Steps"),
    "gamma": QT_TRANSLATE_NOOP("Fields", "Reuse of columns"),
    "mask_type": QT_TRANSLATE_NOOP("Fields", "Column mask"),
    "n_independent": QT_TRANSLATE_NOOP("Fields", "Own gated layers"),
    "n_shared": QT_TRANSLATE_NOOP("Fields", "Shared gated layers"),
    "backbone_config_class": QT_TRANSLATE_NOOP("Fields", "Backbone"),
    "backbone_config_params": QT_TRANSLATE_NOOP("Fields", "Backbone parameters"),
    "model_configs": QT_TRANSLATE_NOOP("Fields", "Models"),
}

_CHOICES = {
    "min": QT_TRANSLATE_NOOP("Choices", "smaller"),
    "max": QT_TRANSLATE_NOOP("Choices", "larger"),
    "norm": QT_TRANSLATE_NOOP("Choices", "norm of all gradients"),
    "value": QT_TRANSLATE_NOOP("Choices", "each value"),
    "32-true": QT_TRANSLATE_NOOP("Choices", "single (32 bit)"),
    "64-true": QT_TRANSLATE_NOOP("Choices", "double (64 bit)"),
    "bf16-mixed": QT_TRANSLATE_NOOP("Choices", "bfloat16, mixed"),
    "16-mixed": QT_TRANSLATE_NOOP("Choices", "half (16 bit), mixed"),
    "auto": QT_TRANSLATE_NOOP("Choices", "best available"),
    "cpu": QT_TRANSLATE_NOOP("Choices", "CPU"),
    "cuda": QT_TRANSLATE_NOOP("Choices", "GPU (CUDA)"),
    "mps": QT_TRANSLATE_NOOP("Choices", "GPU (Apple)"),
    "none": QT_TRANSLATE_NOOP("Choices", "none"),
    "mean": QT_TRANSLATE_NOOP("Choices", "the mean"),
    "median": QT_TRANSLATE_NOOP("Choices", "the median"),
    "zero": QT_TRANSLATE_NOOP("Choices", "zero"),
    "swap": QT_TRANSLATE_NOOP("Choices", "another row’s value"),
    "drop": QT_TRANSLATE_NOOP("Choices", "leave the row out"),
    "refuse": QT_TRANSLATE_NOOP("Choices", "refuse to run"),
    "category": QT_TRANSLATE_NOOP("Choices", "a category of its own"),
    "standard": QT_TRANSLATE_NOOP("Choices", "mean 0, deviation 1"),
    "quantile_normal": QT_TRANSLATE_NOOP("Choices", "quantiles to a bell curve"),
    "yeo-johnson": QT_TRANSLATE_NOOP("Choices", "Yeo–Johnson power"),
    "balanced": QT_TRANSLATE_NOOP("Choices", "by inverse frequency"),
    "random": QT_TRANSLATE_NOOP("Choices", "at random"),
    "stratified": QT_TRANSLATE_NOOP("Choices", "at random, same class mix"),
    "group": QT_TRANSLATE_NOOP("Choices", "by group"),
    "order": QT_TRANSLATE_NOOP("Choices", "in their order"),
    "time": QT_TRANSLATE_NOOP("Choices", "by time"),
    "column": QT_TRANSLATE_NOOP("Choices", "as a column says"),
    "kfold": QT_TRANSLATE_NOOP("Choices", "cross-validation (k folds)"),
    "classification": QT_TRANSLATE_NOOP("Choices", "classification"),
    "regression": QT_TRANSLATE_NOOP("Choices", "regression"),
    "CategoryEmbeddingModelConfig": QT_TRANSLATE_NOOP("Choices", "Category embedding"),
    "AutoIntConfig": QT_TRANSLATE_NOOP("Choices", "AutoInt"),
    "DANetConfig": QT_TRANSLATE_NOOP("Choices", "DANet"),
    "FTTransformerConfig": QT_TRANSLATE_NOOP("Choices", "FT-Transformer"),
    "GANDALFConfig": QT_TRANSLATE_NOOP("Choices", "GANDALF"),
    "GatedAdditiveTreeEnsembleConfig": QT_TRANSLATE_NOOP("Choices", "GATE"),
}
