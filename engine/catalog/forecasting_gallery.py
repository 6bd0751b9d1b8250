"""The cards of the forecasting gallery: titles, two-line descriptions, papers, presets, ranges, and what a model cannot
take. Written by hand; parameters and capability tags come from forecasting.json."""

from dataclasses import dataclass

from pydantic import JsonValue

from engine.catalog.details import Detail
from engine.catalog.schema import Preset
from engine.spec import LossName

Values = dict[str, JsonValue]
BASELINES = ("last_value", "seasonal_naive")


@dataclass(frozen=True)
class ForecastingCard:
    """The hand-written part of a model. A baseline has no class of the library.

    What the library's tags do not say, or not rightly: whether it takes inputs whose future is unknown, the relative time,
    categories and several targets, whether it needs an input whose future is known, and losses that it cannot learn from.
    """

    name: str
    title: str
    description: str
    paper: str
    paper_url: str
    config_class: str = ""
    small: Values | None = None
    large: Values | None = None
    common: tuple[str, ...] = ()
    defaults: Values | None = None
    unknown_inputs: bool = True
    relative_time: bool = True
    needs_known: bool = False
    several_targets: bool = True
    no_losses: tuple[LossName, ...] = ()
    notes: tuple[str, ...] = ()

    def presets(self) -> dict[Preset, Values]:
        """Return the three presets; the default one changes nothing."""
        return {"small": self.small or {}, "default": {}, "large": self.large or {}}


_NO_CATEGORIES = "It does not see categorical inputs."

CARDS: tuple[ForecastingCard, ...] = (
    ForecastingCard(
        name="nhits",
        title="N-HiTS",
        description="Layers at several resolutions.\nFast and strong; the one to try first.",
        paper="Challu et al., N-HiTS: Neural Hierarchical Interpolation for Time Series Forecasting, AAAI 2023",
        paper_url="https://arxiv.org/abs/2201.12886",
        config_class="NHiTS",
        small={"hidden_size": 64},
        large={"hidden_size": 1024, "dropout": 0.1},
        common=("hidden_size", "n_layers", "dropout", "n_blocks"),
        relative_time=False,
        notes=("Static inputs need one that varies with time beside them.",),
    ),
    ForecastingCard(
        name="tft",
        title="Temporal Fusion Transformer",
        description="Selects inputs, attends over time.\nShows what mattered; rather slow.",
        paper="Lim et al., Temporal Fusion Transformers for Interpretable Multi-horizon Time Series Forecasting, 2021",
        paper_url="https://arxiv.org/abs/1912.09363",
        config_class="TemporalFusionTransformer",
        small={"hidden_size": 8, "attention_head_size": 1, "hidden_continuous_size": 4},
        large={"hidden_size": 64, "lstm_layers": 2, "hidden_continuous_size": 32},
        common=("hidden_size", "attention_head_size", "lstm_layers", "dropout", "hidden_continuous_size"),
    ),
    ForecastingCard(
        name="tide",
        title="TiDE",
        description="Dense encoder and decoder.\nQuick; uses what is known ahead.",
        paper="Das et al., Long-term Forecasting with TiDE: Time-series Dense Encoder, TMLR 2023",
        paper_url="https://arxiv.org/abs/2304.08424",
        config_class="TiDEModel",
        small={"hidden_size": 32, "decoder_output_dim": 8},
        large={"hidden_size": 512, "num_encoder_layers": 3, "num_decoder_layers": 3, "temporal_decoder_hidden": 128},
        common=("hidden_size", "num_encoder_layers", "num_decoder_layers", "dropout"),
        unknown_inputs=False,
        relative_time=False,
    ),
    ForecastingCard(
        name="nbeats",
        title="N-BEATS",
        description="Trend and season, block by block.\nThe target alone is its input.",
        paper="Oreshkin et al., N-BEATS: Neural Basis Expansion Analysis for Time Series Forecasting, ICLR 2020",
        paper_url="https://arxiv.org/abs/1905.10437",
        config_class="NBeats",
        small={"widths": [32, 64], "num_blocks": [2, 2]},
        large={"widths": [128, 1024], "num_blocks": [3, 4]},
        common=("stack_types", "num_blocks", "widths", "dropout", "backcast_loss_ratio"),
        relative_time=False,
    ),
    ForecastingCard(
        name="nbeats_kan",
        title="N-BEATS KAN",
        description="N-BEATS whose layers are splines.\nThe target alone is its input; large.",
        paper="Liu et al., KAN: Kolmogorov-Arnold Networks, ICLR 2025, in N-BEATS",
        paper_url="https://arxiv.org/abs/2404.19756",
        config_class="NBeatsKAN",
        small={"widths": [8, 32], "num_blocks": [1, 1]},
        large={"num": 8},
        common=("stack_types", "num_blocks", "widths", "num", "k"),
        relative_time=False,
    ),
    ForecastingCard(
        name="deepar",
        title="DeepAR",
        description="A recurrent net draws futures.\nFor many alike series; gives chances.",
        paper="Salinas et al., DeepAR: Probabilistic Forecasting with Autoregressive Recurrent Networks, 2020",
        paper_url="https://arxiv.org/abs/1704.04110",
        config_class="DeepAR",
        small={"hidden_size": 8, "rnn_layers": 1},
        large={"hidden_size": 64, "rnn_layers": 3},
        common=("hidden_size", "rnn_layers", "cell_type", "dropout"),
        unknown_inputs=False,
        no_losses=("mqf2",),  # it goes step by step, and has no whole path to learn from
    ),
    ForecastingCard(
        name="recurrent",
        title="Recurrent network",
        description="An LSTM or GRU, step by step.\nThe classic; one number a step.",
        paper="Hochreiter & Schmidhuber, Long Short-Term Memory, 1997",
        paper_url="https://doi.org/10.1162/neco.1997.9.8.1735",
        config_class="RecurrentNetwork",
        small={"hidden_size": 8, "rnn_layers": 1},
        large={"hidden_size": 64, "rnn_layers": 3},
        common=("hidden_size", "rnn_layers", "cell_type", "dropout"),
        unknown_inputs=False,
    ),
    ForecastingCard(
        name="decoder_mlp",
        title="Decoder MLP",
        description="Layers on what is known ahead.\nA regression; it sees no past.",
        paper="Rumelhart et al., Learning representations by back-propagating errors, 1986",
        paper_url="https://doi.org/10.1038/323533a0",
        config_class="DecoderMLP",
        small={"hidden_size": 64, "n_hidden_layers": 2},
        large={"hidden_size": 600, "n_hidden_layers": 4},
        common=("hidden_size", "n_hidden_layers", "dropout", "activation_class"),
        needs_known=True,
    ),
    ForecastingCard(
        name="timexer",
        title="TimeXer",
        description="Attention over patches of the past.\nMixes in other columns’ pasts.",
        paper="Wang et al., TimeXer: Empowering Transformers for Time Series Forecasting with Exogenous Variables, 2024",
        paper_url="https://arxiv.org/abs/2402.19072",
        config_class="TimeXer",
        small={"hidden_size": 64, "d_ff": 128, "e_layers": 1},
        large={"hidden_size": 512, "d_ff": 2048, "e_layers": 3},
        common=("hidden_size", "n_heads", "e_layers", "d_ff", "patch_length", "dropout"),
        notes=(_NO_CATEGORIES, "Several targets are forecast without quantiles."),
    ),
    ForecastingCard(
        name="xlstm",
        title="xLSTM-Time",
        description="Trend and season into an xLSTM.\nLong memory; one number a step.",
        paper="Alharthi & Mahmood, xLSTMTime: Long-term Time Series Forecasting With xLSTM, 2024",
        paper_url="https://arxiv.org/abs/2407.10240",
        config_class="xLSTMTime",
        small={"hidden_size": 16},
        large={"hidden_size": 128, "num_layers": 2},
        common=("hidden_size", "num_layers", "xlstm_type", "dropout"),
        defaults={"hidden_size": 64},
        several_targets=False,
        notes=(_NO_CATEGORIES, "What is known ahead is seen for the past only."),
    ),
    ForecastingCard(
        name="last_value",
        title="Last value",
        description="Nothing changes any more.\nA baseline; hard to beat one step ahead.",
        paper="Hyndman & Athanasopoulos, Forecasting: Principles and Practice, 5.2 Some simple forecasting methods",
        paper_url="https://otexts.com/fpp3/simple-methods.html",
    ),
    ForecastingCard(
        name="seasonal_naive",
        title="Seasonal naive",
        description="The last season comes again.\nA baseline that every model must beat.",
        paper="Hyndman & Athanasopoulos, Forecasting: Principles and Practice, 5.2 Some simple forecasting methods",
        paper_url="https://otexts.com/fpp3/simple-methods.html",
    ),
)

_SHARE, _LAYERS, _WIDTH = Detail(0, 0.95), Detail(1, 32), Detail(1, 8192)
_CELLS = Detail(choices=("LSTM", "GRU"), help="The kind of recurrent cell.")

# By parameter name, for every model that has it.
DETAILS: dict[str, Detail] = {
    "dropout": Detail(0, 0.95, "Share of numbers set to zero in training, against learning by heart."),
    "hidden_size": Detail(1, 8192),
    "static_hidden_size": _WIDTH,
    "hidden_continuous_size": _WIDTH,
    "lstm_layers": _LAYERS,
    "rnn_layers": _LAYERS,
    "num_layers": _LAYERS,
    "n_hidden_layers": _LAYERS,
    "e_layers": _LAYERS,
    "num_encoder_layers": _LAYERS,
    "num_decoder_layers": _LAYERS,
    "attention_head_size": Detail(1, 64),
    "n_heads": Detail(1, 64),
    "d_ff": Detail(1, 65_536),
    "patch_length": Detail(1, 10_000),
    "factor": Detail(1, 1_000),
    "decoder_output_dim": _WIDTH,
    "temporal_width_future": Detail(0, 8192),
    "temporal_hidden_size_future": _WIDTH,
    "temporal_decoder_hidden": _WIDTH,
    "decomposition_kernel": Detail(1, 10_001, "Steps that the moving average takes for the trend; an odd number."),
    "input_projection_size": _WIDTH,
    "backcast_loss_ratio": Detail(0, 100),
    "num": Detail(1, 100),
    "k": Detail(1, 10),
    "cell_type": _CELLS,
    "activation": Detail(choices=("ReLU", "Softplus", "Tanh", "SELU", "LeakyReLU", "PReLU", "Sigmoid")),
    "activation_class": Detail(choices=("ReLU", "LeakyReLU", "GELU", "SiLU", "ELU", "SELU", "Tanh")),
    "initialization": Detail(
        choices=("lecun_normal", "orthogonal", "he_uniform", "glorot_uniform", "glorot_normal"),
        help="How the weights are drawn.",
    ),
    "pooling_mode": Detail(choices=("max", "average")),
    "interpolation_mode": Detail(help="How coarse forecasts become fine: linear, nearest, or cubic-x with a number x."),
    "widths": Detail(help="Width of the layers, one number a stack or one for all."),
    "expansion_coefficient_lengths": Detail(
        help="Basis functions a stack: the degree of a trend, the waves of a season."
    ),
}
# By model where the same name means something else.
DETAILS_OF: dict[str, dict[str, Detail]] = {
    "timexer": {"activation": Detail(choices=("relu", "gelu"), help="The non-linearity of the feed-forward layers.")},
    "xlstm": {"hidden_size": Detail(1, 8192, "Width of the recurrent layers.")},
}
