"""The cards of the transformers in the text gallery: titles, two-line descriptions, papers, sizes, and what a model cannot
do. Written by hand; parameters and numbers of weights come from text.json. Networks of ours stand in text_classic."""

from dataclasses import dataclass

from pydantic import JsonValue

from engine.catalog.schema import Preset
from engine.spec import TextTask

Values = dict[str, JsonValue]

ENCODER_TASKS: tuple[TextTask, ...] = (
    "masked-lm",
    "sequence-classification",
    "token-classification",
    "question-answering",
    "multiple-choice",
)
DECODER_TASKS: tuple[TextTask, ...] = ("causal-lm", "sequence-classification", "token-classification")


@dataclass(frozen=True)
class TextCard:
    """The hand-written part of a transformer. `sizes` are tiny, small and base; small is what stands in for the
    library's own defaults, which are made for machines with several GPUs."""

    name: str
    title: str
    description: str
    paper: str
    paper_url: str
    config_class: str
    tasks: tuple[TextTask, ...]
    tiny: Values
    small: Values
    base: Values
    common: tuple[str, ...]
    notes: tuple[str, ...] = ()

    def presets(self) -> dict[Preset, Values]:
        """Return the three presets; the default one changes nothing."""
        return {"small": self.tiny, "default": {}, "large": self.base}


def _encoder(hidden: int, layers: int, heads: int, inner: int, **more: JsonValue) -> Values:
    return {
        "hidden_size": hidden,
        "num_hidden_layers": layers,
        "num_attention_heads": heads,
        "intermediate_size": inner,
        **more,
    }


def _distilbert(hidden: int, layers: int, heads: int, inner: int) -> Values:
    return {"dim": hidden, "n_layers": layers, "n_heads": heads, "hidden_dim": inner}


def _gpt2(hidden: int, layers: int, heads: int) -> Values:
    return {"n_embd": hidden, "n_layer": layers, "n_head": heads}


def _t5(hidden: int, layers: int, heads: int, inner: int) -> Values:
    return {"d_model": hidden, "num_layers": layers, "num_heads": heads, "d_ff": inner}


def _bart(hidden: int, layers: int, heads: int, inner: int) -> Values:
    sides: Values = {}
    for side in ("encoder", "decoder"):
        sides |= {f"{side}_layers": layers, f"{side}_attention_heads": heads, f"{side}_ffn_dim": inner}
    return {"d_model": hidden, **sides}


_ENCODER_COMMON = (
    "hidden_size",
    "num_hidden_layers",
    "num_attention_heads",
    "intermediate_size",
    "max_position_embeddings",
    "hidden_dropout_prob",
    "attention_probs_dropout_prob",
)
_NO_WRITING = "It writes no text: it fills gaps and judges."

CARDS: tuple[TextCard, ...] = (
    TextCard(
        name="bert",
        title="BERT",
        description="Reads a text from both ends.\nThe classic; to be tried first.",
        paper="Devlin et al., BERT: Pre-training of Deep Bidirectional Transformers, NAACL 2019",
        paper_url="https://arxiv.org/abs/1810.04805",
        config_class="BertConfig",
        tasks=ENCODER_TASKS,
        tiny=_encoder(128, 2, 2, 512),
        small=_encoder(256, 4, 4, 1024),
        base=_encoder(768, 12, 12, 3072),
        common=_ENCODER_COMMON,
        notes=(_NO_WRITING,),
    ),
    TextCard(
        name="roberta",
        title="RoBERTa",
        description="BERT, trained longer and simpler.\nStrong once it is pre-trained.",
        paper="Liu et al., RoBERTa: A Robustly Optimized BERT Pretraining Approach, 2019",
        paper_url="https://arxiv.org/abs/1907.11692",
        config_class="RobertaConfig",
        tasks=ENCODER_TASKS,
        tiny=_encoder(128, 2, 2, 512),
        small=_encoder(256, 4, 4, 1024, max_position_embeddings=514),
        base=_encoder(768, 12, 12, 3072),
        common=_ENCODER_COMMON,
        notes=(_NO_WRITING, "Two of its positions are not for text."),
    ),
    TextCard(
        name="distilbert",
        title="DistilBERT",
        description="BERT with half the layers.\nNearly as good, and twice as fast.",
        paper="Sanh et al., DistilBERT, a distilled version of BERT: smaller, faster, cheaper and lighter, 2019",
        paper_url="https://arxiv.org/abs/1910.01108",
        config_class="DistilBertConfig",
        tasks=ENCODER_TASKS,
        tiny=_distilbert(128, 2, 2, 512),
        small=_distilbert(256, 4, 4, 1024),
        base=_distilbert(768, 6, 12, 3072),
        common=("dim", "n_layers", "n_heads", "hidden_dim", "max_position_embeddings", "dropout", "attention_dropout"),
        notes=(_NO_WRITING, "It does not tell the two texts of a pair apart but by what stands between them."),
    ),
    TextCard(
        name="electra",
        title="ELECTRA",
        description="BERT with narrow embeddings.\nMuch for few weights.",
        paper="Clark et al., ELECTRA: Pre-training Text Encoders as Discriminators Rather Than Generators, ICLR 2020",
        paper_url="https://arxiv.org/abs/2003.10555",
        config_class="ElectraConfig",
        tasks=ENCODER_TASKS,
        tiny=_encoder(128, 2, 2, 512),
        small=_encoder(256, 4, 4, 1024),
        base=_encoder(768, 12, 12, 3072, embedding_size=768),
        common=("embedding_size", *_ENCODER_COMMON),
        notes=(_NO_WRITING, "Here it guesses hidden tokens as BERT does; telling replaced ones apart is not offered."),
    ),
    TextCard(
        name="gpt2",
        title="GPT-2",
        description="Guesses each next token.\nWrites on from what it is given.",
        paper="Radford et al., Language Models are Unsupervised Multitask Learners, 2019",
        paper_url="https://cdn.openai.com/better-language-models/language_models_are_unsupervised_multitask_learners.pdf",
        config_class="GPT2Config",
        tasks=DECODER_TASKS,
        tiny=_gpt2(128, 2, 2),
        small=_gpt2(256, 4, 4),
        base=_gpt2(768, 12, 12),
        common=("n_embd", "n_layer", "n_head", "n_inner", "n_positions", "resid_pdrop", "embd_pdrop", "attn_pdrop"),
        notes=("It sees only what stands to the left, which costs it a little where texts are judged.",),
    ),
    TextCard(
        name="llama",
        title="Llama",
        description="GPT-2 with today’s parts.\nTurned positions, gated layers.",
        paper="Touvron et al., LLaMA: Open and Efficient Foundation Language Models, 2023",
        paper_url="https://arxiv.org/abs/2302.13971",
        config_class="LlamaConfig",
        tasks=DECODER_TASKS,
        tiny=_encoder(128, 2, 2, 512),
        small=_encoder(256, 4, 4, 1024),
        base=_encoder(768, 12, 12, 2048),
        common=(
            "hidden_size",
            "num_hidden_layers",
            "num_attention_heads",
            "num_key_value_heads",
            "intermediate_size",
            "max_position_embeddings",
            "attention_dropout",
        ),
        notes=(
            "It sees only what stands to the left, which costs it a little where texts are judged.",
            "Large is as wide and deep as GPT-2; the smallest that was published has 7 billion weights.",
        ),
    ),
    TextCard(
        name="t5",
        title="T5",
        description="Reads a text, writes another.\nFor translating and summing up.",
        paper="Raffel et al., Exploring the Limits of Transfer Learning with a Unified Text-to-Text Transformer, 2020",
        paper_url="https://arxiv.org/abs/1910.10683",
        config_class="T5Config",
        tasks=("seq2seq",),
        tiny=_t5(128, 2, 2, 512),
        small=_t5(256, 4, 4, 1024),
        base=_t5(768, 12, 12, 3072),
        common=("d_model", "num_layers", "num_heads", "d_ff", "d_kv", "dropout_rate", "feed_forward_proj"),
        notes=("It judges nothing: it only writes.", "It cannot be trained with 16-mixed precision: numbers overflow."),
    ),
    TextCard(
        name="bart",
        title="BART",
        description="Mends spoilt text, writes another.\nFor summing up and translating.",
        paper="Lewis et al., BART: Denoising Sequence-to-Sequence Pre-training, ACL 2020",
        paper_url="https://arxiv.org/abs/1910.13461",
        config_class="BartConfig",
        tasks=("seq2seq", "sequence-classification", "question-answering"),
        tiny=_bart(128, 2, 2, 512),
        small=_bart(256, 4, 4, 1024),
        base=_bart(768, 6, 12, 3072),
        common=(
            "d_model",
            "encoder_layers",
            "decoder_layers",
            "encoder_attention_heads",
            "decoder_attention_heads",
            "encoder_ffn_dim",
            "decoder_ffn_dim",
            "max_position_embeddings",
            "dropout",
        ),
    ),
)
