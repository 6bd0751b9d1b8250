"""What transformers' configs do not say about their parameters, or say of another model: ranges, choices, plainer help.
Written by hand; must not repeat what text.json holds."""

from engine.catalog.details import Detail

ACTIVATIONS = ("gelu", "gelu_new", "relu", "silu", "tanh", "mish")

_SHARE = (0.0, 0.95)
_LAYERS, _HEADS = (
    Detail(1, 128, "How many layers are stacked."),
    Detail(1, 128, "Attention heads; they divide the width."),
)
_WIDTH = Detail(1, 16_384, "Width of each token’s vector; a multiple of the number of heads.")
_INNER = Detail(1, 65_536, "Width of the feed-forward layers, usually four times the width.")
_POSITIONS = Detail(4, 131_072, "The longest text in tokens. Left as it is, it grows with the text’s max_length.")
_DROPOUT = Detail(*_SHARE, "Share of numbers set to zero in training, against learning by heart.")
_ATTENTION_DROPOUT = Detail(*_SHARE, "Share of attention weights set to zero in training.")
_HEAD_DROPOUT = Detail(*_SHARE, "Dropout before the classes are told.")
_ACTIVATION = Detail(choices=ACTIVATIONS, help="The non-linearity of the feed-forward layers.")
_EPSILON = Detail(1e-12, 1, "Keeps the division of layer normalisation finite.")
_INITIAL = Detail(0, 1, "Standard deviation of the weights at the start.")
_LAYERDROP = Detail(*_SHARE, "Chance of a whole layer being skipped in training.")

# By parameter name, for every model that has it.
DETAILS: dict[str, Detail] = {
    "hidden_size": _WIDTH,
    "dim": _WIDTH,
    "n_embd": _WIDTH,
    "d_model": _WIDTH,
    "num_hidden_layers": _LAYERS,
    "n_layers": _LAYERS,
    "n_layer": _LAYERS,
    "num_layers": Detail(
        1, 128, "How many layers the encoder stacks, and the decoder where it has no number of its own."
    ),
    "num_decoder_layers": Detail(1, 128, "How many layers the decoder stacks; empty: as many as the encoder."),
    "encoder_layers": Detail(1, 128, "How many layers the encoder stacks."),
    "decoder_layers": Detail(1, 128, "How many layers the decoder stacks."),
    "num_attention_heads": _HEADS,
    "n_heads": _HEADS,
    "n_head": _HEADS,
    "num_heads": Detail(1, 128, "Attention heads."),
    "encoder_attention_heads": _HEADS,
    "decoder_attention_heads": _HEADS,
    "num_key_value_heads": Detail(
        1, 128, "Heads that keys and values share in groups; it divides the heads. Empty: as many."
    ),
    "head_dim": Detail(2, 1_024, "Width of each head; empty: the width divided by the heads."),
    "d_kv": Detail(1, 1_024, "Width of each head."),
    "intermediate_size": _INNER,
    "hidden_dim": _INNER,
    "n_inner": Detail(1, 65_536, "Width of the feed-forward layers; empty: four times the width."),
    "d_ff": _INNER,
    "encoder_ffn_dim": Detail(1, 65_536, "Width of the encoder’s feed-forward layers."),
    "decoder_ffn_dim": Detail(1, 65_536, "Width of the decoder’s feed-forward layers."),
    "embedding_size": Detail(1, 16_384, "Width of the embeddings, before they are widened."),
    "max_position_embeddings": _POSITIONS,
    "n_positions": _POSITIONS,
    "sinusoidal_pos_embds": Detail(help="Positions start as sine waves, and stay so."),
    "rope_parameters": Detail(
        help='How positions are turned, such as {"rope_type": "default", "rope_theta": 10000.0}.'
    ),
    "relative_attention_num_buckets": Detail(2, 1_024, "How many kinds of distance between two tokens there are."),
    "relative_attention_max_distance": Detail(2, 131_072, "Distances beyond this are one kind."),
    "hidden_dropout_prob": _DROPOUT,
    "dropout": _DROPOUT,
    "resid_pdrop": _DROPOUT,
    "dropout_rate": _DROPOUT,
    "activation_dropout": Detail(*_SHARE, "Dropout inside the feed-forward layers."),
    "embd_pdrop": Detail(*_SHARE, "Dropout of the embeddings."),
    "attention_probs_dropout_prob": _ATTENTION_DROPOUT,
    "attention_dropout": _ATTENTION_DROPOUT,
    "attn_pdrop": _ATTENTION_DROPOUT,
    "classifier_dropout": _HEAD_DROPOUT,
    "seq_classif_dropout": _HEAD_DROPOUT,
    "qa_dropout": Detail(*_SHARE, "Dropout before the beginning and end of an answer are told."),
    "summary_last_dropout": Detail(*_SHARE, "For multiple choice: dropout before a choice is judged."),
    "encoder_layerdrop": _LAYERDROP,
    "decoder_layerdrop": _LAYERDROP,
    "hidden_act": _ACTIVATION,
    "activation": _ACTIVATION,
    "activation_function": _ACTIVATION,
    "feed_forward_proj": Detail(
        choices=("relu", "gated-gelu", "gated-silu"),
        help="The feed-forward layers: plain as in T5, or gated as in T5 1.1.",
    ),
    "layer_norm_eps": _EPSILON,
    "layer_norm_epsilon": _EPSILON,
    "rms_norm_eps": _EPSILON,
    "initializer_range": _INITIAL,
    "init_std": _INITIAL,
    "initializer_factor": Detail(0, 10, "Scales all weights at the start."),
    "tie_word_embeddings": Detail(help="The output layer shares its weights with the embeddings."),
    "scale_embedding": Detail(help="Multiply embeddings by the root of the width."),
    "scale_attn_weights": Detail(help="Divide attention scores by the root of a head’s width."),
    "scale_attn_by_inverse_layer_idx": Detail(help="Divide attention scores by the layer’s number as well."),
    "attention_bias": Detail(help="Add a learned bias in the attention layers."),
    "mlp_bias": Detail(help="Add a learned bias in the feed-forward layers."),
}
# By model where the same name means something else.
DETAILS_OF: dict[str, dict[str, Detail]] = {
    "gpt2": {"activation_function": Detail(choices=ACTIVATIONS, help="The non-linearity; GPT-2’s own is gelu_new.")},
    "t5": {"d_model": Detail(1, 16_384, "Width of each token’s vector.")},
}
