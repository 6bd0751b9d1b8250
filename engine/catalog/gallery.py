"""The cards of the gallery: titles, two-line descriptions, papers, presets and what a model cannot do.
Written by hand; parameters come from tabular.json."""

from dataclasses import dataclass

from pydantic import JsonValue

from engine.catalog.schema import Preset

Values = dict[str, JsonValue]


@dataclass(frozen=True)
class Card:
    """The hand-written part of a model."""

    name: str
    title: str
    description: str
    paper: str
    paper_url: str
    config_class: str
    small: Values
    large: Values
    regression_only: bool = False
    needs_categorical: bool = False
    several_targets: bool = True
    notes: tuple[str, ...] = ()

    def presets(self) -> dict[Preset, Values]:
        """Return the three presets; the default one changes nothing."""
        return {"small": self.small, "default": {}, "large": self.large}


CARDS: tuple[Card, ...] = (
    Card(
        name="category_embedding",
        title="Category embedding",
        description="Embedded categories, then layers.\nFast, steady; the one to try first.",
        paper="Guo & Berkhahn, Entity Embeddings of Categorical Variables, 2016",
        paper_url="https://arxiv.org/abs/1604.06737",
        config_class="CategoryEmbeddingModelConfig",
        small={"layers": "64-32"},
        large={"layers": "512-256-128", "dropout": 0.1, "use_batch_norm": True},
    ),
    Card(
        name="ft_transformer",
        title="FT-Transformer",
        description="Attention over all columns.\nStrong on mixed tables, rather slow.",
        paper="Gorishniy et al., Revisiting Deep Learning Models for Tabular Data, NeurIPS 2021",
        paper_url="https://arxiv.org/abs/2106.11959",
        config_class="FTTransformerConfig",
        small={"input_embed_dim": 16, "num_heads": 4, "num_attn_blocks": 2},
        large={"input_embed_dim": 64, "num_heads": 8, "num_attn_blocks": 8},
    ),
    Card(
        name="gandalf",
        title="GANDALF",
        description="Gated stages choose the columns.\nLight, robust, little to tune.",
        paper="Joseph & Raj, GANDALF: Gated Adaptive Network for Deep Automated Learning of Features, 2022",
        paper_url="https://arxiv.org/abs/2207.08548",
        config_class="GANDALFConfig",
        small={"gflu_stages": 3},
        large={"gflu_stages": 12, "gflu_dropout": 0.05},
    ),
    Card(
        name="tabnet",
        title="TabNet",
        description="Reads a few columns at each step.\nShows which; likes large batches.",
        paper="Arik & Pfister, TabNet: Attentive Interpretable Tabular Learning, AAAI 2021",
        paper_url="https://arxiv.org/abs/1908.07442",
        config_class="TabNetModelConfig",
        small={"n_d": 4, "n_a": 4, "n_steps": 3},
        large={"n_d": 32, "n_a": 32, "n_steps": 5, "gamma": 1.5},
        notes=("It brings its own output layer, so a head cannot be set.",),
    ),
    Card(
        name="autoint",
        title="AutoInt",
        description="Attention finds interactions.\nMade for many categories.",
        paper="Song et al., AutoInt: Automatic Feature Interaction Learning, CIKM 2019",
        paper_url="https://arxiv.org/abs/1810.11921",
        config_class="AutoIntConfig",
        small={"attn_embed_dim": 16, "num_attn_blocks": 2, "embedding_dim": 8},
        large={"attn_embed_dim": 64, "num_heads": 4, "num_attn_blocks": 4, "embedding_dim": 32, "deep_layers": True},
    ),
    Card(
        name="tab_transformer",
        title="TabTransformer",
        description="A transformer over categories.\nNumbers join it unchanged.",
        paper="Huang et al., TabTransformer: Tabular Data Modeling Using Contextual Embeddings, 2020",
        paper_url="https://arxiv.org/abs/2012.06678",
        config_class="TabTransformerConfig",
        small={"input_embed_dim": 16, "num_heads": 4, "num_attn_blocks": 2},
        large={"input_embed_dim": 64, "num_heads": 8, "num_attn_blocks": 8},
        needs_categorical=True,
        notes=("It needs at least one categorical column; numbers never reach its transformer.",),
    ),
    Card(
        name="gate",
        title="GATE",
        description="Soft trees on gated features.\nTree-like, trained by gradients.",
        paper="Joseph & Raj, GATE: Gated Additive Tree Ensemble for Tabular Classification and Regression, 2022",
        paper_url="https://arxiv.org/abs/2207.08548v3",
        config_class="GatedAdditiveTreeEnsembleConfig",
        small={"gflu_stages": 3, "num_trees": 4, "tree_depth": 3},
        large={"gflu_stages": 8, "num_trees": 20, "tree_depth": 5},
    ),
    Card(
        name="node",
        title="NODE",
        description="Thousands of oblivious trees.\nOften accurate; large and slow.",
        paper="Popov et al., Neural Oblivious Decision Ensembles for Deep Learning on Tabular Data, ICLR 2020",
        paper_url="https://arxiv.org/abs/1909.06312",
        config_class="NodeConfig",
        small={"num_trees": 128, "depth": 4},
        large={"num_layers": 2, "num_trees": 768},
        notes=("It brings its own output layer, so a head cannot be set.",),
    ),
    Card(
        name="danet",
        title="DANet",
        description="Groups columns, layer by layer.\nDeep: give it many epochs.",
        paper="Chen et al., DANets: Deep Abstract Networks for Tabular Data, AAAI 2022",
        paper_url="https://arxiv.org/abs/2112.02962",
        config_class="DANetConfig",
        small={"n_layers": 4, "abstlay_dim_1": 16},
        large={"n_layers": 20, "abstlay_dim_1": 48},
    ),
    Card(
        name="mdn",
        title="Mixture density",
        description="Predicts a mix of bell curves.\nFor several likely values.",
        paper="Bishop, Mixture Density Networks, Aston University 1994",
        paper_url="https://publications.aston.ac.uk/id/eprint/373/",
        config_class="MDNConfig",
        small={"backbone_config_params": {"layers": "32-16"}, "head_config": {"num_gaussian": 2}},
        large={"backbone_config_params": {"layers": "256-128-64"}, "head_config": {"num_gaussian": 8}},
        regression_only=True,
        several_targets=False,
        notes=("It predicts one number: regression with a single target.",),
    ),
    Card(
        name="stacking",
        title="Stacking",
        description="Several models, one output layer.\nJoins views at the sum of costs.",
        paper="Wolpert, Stacked Generalization, Neural Networks 5, 1992",
        paper_url="https://doi.org/10.1016/S0893-6080(05)80023-1",
        config_class="StackingModelConfig",
        small={
            "model_configs": [
                {"name": "category_embedding", "params": {"layers": "32"}},
                {"name": "gandalf", "params": {"gflu_stages": 2}},
            ]
        },
        large={
            "model_configs": [
                {"name": "category_embedding", "params": {"layers": "256-128"}},
                {"name": "gandalf", "params": {}},
                {"name": "ft_transformer", "params": {"input_embed_dim": 16, "num_attn_blocks": 2}},
            ]
        },
        notes=("It cannot stack TabTransformer, a mixture density network or another stack.",),
    ),
)

# Which models the stack and the mixture can be built on (pytorch-tabular 1.2, models/stacking and mixture_density).
STACKABLE = ("category_embedding", "tabnet", "ft_transformer", "gate", "danet", "autoint", "gandalf", "node")
# The denoising autoencoder's encoder is a category embedding and nothing else (ssl_models/dae).
PRETRAINABLE = ("category_embedding",)
