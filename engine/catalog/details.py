"""What the library does not say about its parameters: ranges, choices, which come first, and plainer help.
Written by hand; must not repeat what tabular.json holds."""

from dataclasses import dataclass

from pydantic import JsonValue

ACTIVATIONS = ("ReLU", "LeakyReLU", "GELU", "SiLU", "Mish", "ELU", "SELU", "Tanh", "Sigmoid")
GATED_ACTIVATIONS = ("GEGLU", "ReGLU", "SwiGLU", *ACTIVATIONS)
BACKBONES = (
    "CategoryEmbeddingModelConfig",
    "AutoIntConfig",
    "DANetConfig",
    "FTTransformerConfig",
    "GANDALFConfig",
    "GatedAdditiveTreeEnsembleConfig",
)


@dataclass(frozen=True)
class Detail:
    """What is added to a derived parameter; None leaves it as the library has it."""

    minimum: float | None = None
    maximum: float | None = None
    help: str | None = None
    choices: tuple[str, ...] | None = None


_SHARE = Detail(0, 0.95)
_COUNT = Detail(1, 64)

# By parameter name, for every model that has it.
DETAILS: dict[str, Detail] = {
    "layers": Detail(help="Width of each hidden layer, joined by hyphens: 128-64-32 is three layers."),
    "activation": Detail(choices=ACTIVATIONS, help="The non-linearity after each linear layer."),
    "block_activation": Detail(choices=ACTIVATIONS, help="The non-linearity inside the blocks."),
    "transformer_activation": Detail(
        choices=GATED_ACTIVATIONS,
        help="The non-linearity of the feed-forward layers; GEGLU, ReGLU and SwiGLU are gated.",
    ),
    "use_batch_norm": Detail(help="Normalise each hidden layer's output over the batch."),
    "initialization": Detail(help="How the linear layers' weights are drawn at the start."),
    "dropout": Detail(0, 0.95, help="Share of hidden units that are dropped at each training step."),
    "attn_embed_dim": Detail(1, 4096, help="Width of the attention layers; a multiple of the number of heads."),
    "num_heads": Detail(1, 64, help="Attention heads; the width must be a multiple of them."),
    "num_attn_blocks": Detail(1, 64, help="How many attention blocks are stacked."),
    "attn_dropouts": _SHARE,
    "attn_dropout": _SHARE,
    "add_norm_dropout": _SHARE,
    "ff_dropout": _SHARE,
    "embedding_dropout": _SHARE,
    "gflu_dropout": _SHARE,
    "tree_dropout": _SHARE,
    "tree_wise_attention_dropout": _SHARE,
    "input_dropout": _SHARE,
    "dropout_rate": _SHARE,
    "has_residuals": Detail(help="Add each column's embedding to what attention makes of it."),
    "embedding_dim": Detail(1, 4096, help="Width of the embedding of each column."),
    "input_embed_dim": Detail(
        1, 4096, help="Width of the embedding of each column; a multiple of the number of heads."
    ),
    "embedding_bias": Detail(help="Add a learned bias to the embeddings."),
    "shared_embedding_fraction": Detail(0, 0.95),
    "transformer_head_dim": Detail(1, 4096, help="Width of each attention head; empty takes the embedding's width."),
    "ff_hidden_multiplier": Detail(1, 64, help="The feed-forward layers are this many times as wide as the embedding."),
    "n_layers": Detail(1, 128, help="How many blocks are stacked; each has two abstract layers."),
    "abstlay_dim_1": Detail(1, 4096, help="Width of the first abstract layer of a block."),
    "abstlay_dim_2": Detail(1, 4096, help="Width of the second abstract layer; empty is twice the first."),
    "k": Detail(1, 256, help="How many groups the columns are sorted into by each abstract layer."),
    "gflu_stages": Detail(1, 64, help="How many gated feature-learning stages follow one another."),
    "gflu_feature_init_sparsity": Detail(
        0, 1, help="Share of the columns that a stage leaves out at the start; applies to the mask t-softmax."
    ),
    "tree_feature_init_sparsity": Detail(
        0, 1, help="Share of the columns that a split leaves out at the start; applies to the mask t-softmax."
    ),
    "learnable_sparsity": Detail(help="Learn how many columns are left out rather than keep the starting share."),
    "tree_depth": Detail(1, 12, help="Depth of each soft decision tree."),
    "depth": Detail(1, 12, help="Depth of each oblivious tree; memory doubles with each level."),
    "num_trees": Detail(1, 16_384, help="How many trees a layer or the ensemble has."),
    "num_layers": Detail(1, 32, help="How many layers of trees feed one another."),
    "additional_tree_output_dim": Detail(0, 256),
    "max_features": Detail(1, None),
    "chain_trees": Detail(help="Each tree sees the one before it (boosting) rather than all standing side by side."),
    "threshold_init_beta": Detail(
        0.001, None, help="How thresholds start: 1 follows the data's own spread, larger goes to the median."
    ),
    "threshold_init_cutoff": Detail(
        0.001, None, help="Margin of the starting thresholds; below 1 some points start where the gradient is zero."
    ),
    "n_d": Detail(1, 512, help="Width of the decision part; usually 4 to 64."),
    "n_a": Detail(1, 512, help="Width of the attention part; usually the same as the decision part."),
    "n_steps": Detail(1, 32, help="How many times the model looks at the columns; usually 3 to 10."),
    "gamma": Detail(1, 5, help="1 uses each column in one step only; larger lets columns be used again."),
    "n_independent": Detail(1, 16, help="Gated layers of their own in each step."),
    "n_shared": Detail(0, 16, help="Gated layers shared by all steps."),
    "mask_type": Detail(help="How columns are chosen at each step; both leave most of them at exactly zero."),
    "grouped_features": Detail(help='Columns that share their attention, such as [["width", "height"], ["r", "g"]].'),
    "batch_norm_continuous_input": Detail(help="Normalise the continuous columns over the batch before the model."),
    "virtual_batch_size": Detail(2, 1_000_000, help="Batch normalisation looks at this many rows; empty is the batch."),
    "embedding_dims": Detail(
        help="Width of each categorical column’s embedding, such as [8, 4]; empty takes min(50, (cardinality + 1) / 2)."
    ),
    "head_config": Detail(
        help='Hidden layers between the model and its output, such as {"layers": "32", "dropout": 0.1}.'
    ),
    "backbone_config_class": Detail(choices=BACKBONES, help="The model whose features the mixture is made from."),
    "backbone_config_params": Detail(help='Parameters of that model, such as {"layers": "64-32"}.'),
    "model_configs": Detail(
        help='The models whose features are joined, such as [{"name": "gandalf", "params": {"gflu_stages": 4}}].'
    ),
}

# Where one model means something of its own by the same name.
DETAILS_OF: dict[str, dict[str, Detail]] = {
    "mdn": {
        "head_config": Detail(
            help='The mixture: {"num_gaussian": 3} is three bell curves; also softmax_temperature, n_samples …'
        )
    },
    "autoint": {"layers": Detail(help="Width of each layer of the deep part, joined by hyphens.")},
}

# What stands in for a library default with which the model cannot be built.
DEFAULTS: dict[str, dict[str, JsonValue]] = {
    "mdn": {
        "backbone_config_class": "CategoryEmbeddingModelConfig",
        "backbone_config_params": {},
        "head_config": {"num_gaussian": 3},
    },
    "stacking": {
        "model_configs": [
            {"name": "category_embedding", "params": {}},
            {"name": "gandalf", "params": {}},
        ]
    },
}

# The parameters that come first in the form, in this order; the rest is folded.
COMMON: dict[str, tuple[str, ...]] = {
    "category_embedding": ("layers", "activation", "dropout", "use_batch_norm", "embedding_dropout"),
    "autoint": ("attn_embed_dim", "num_heads", "num_attn_blocks", "attn_dropouts", "embedding_dim"),
    "danet": ("n_layers", "abstlay_dim_1", "k", "dropout_rate"),
    "ft_transformer": ("input_embed_dim", "num_heads", "num_attn_blocks", "attn_dropout", "ff_dropout"),
    "gandalf": ("gflu_stages", "gflu_dropout", "gflu_feature_init_sparsity", "learnable_sparsity"),
    "gate": ("gflu_stages", "num_trees", "tree_depth", "tree_dropout", "chain_trees"),
    "node": ("num_layers", "num_trees", "depth", "additional_tree_output_dim"),
    "tab_transformer": ("input_embed_dim", "num_heads", "num_attn_blocks", "attn_dropout", "ff_dropout"),
    "tabnet": ("n_d", "n_a", "n_steps", "gamma", "mask_type"),
    "mdn": ("backbone_config_class", "head_config"),
    "stacking": ("model_configs",),
}
