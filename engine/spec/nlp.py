"""What a text run needs beyond the shared parts: the task, its columns, the tokenizer, and how a network meets the text."""

from typing import Literal

from pydantic import Field, model_validator

from engine.spec.base import SpecModel

TextTask = Literal[
    "masked-lm",
    "causal-lm",
    "sequence-classification",
    "token-classification",
    "question-answering",
    "multiple-choice",
    "seq2seq",
    "word2vec",
    "rnn-lm",
    "text-classifier",
]
CLASSIC: tuple[TextTask, ...] = ("word2vec", "rnn-lm", "text-classifier")
"""Tasks of the small networks of our own; all others are heads of transformers."""
TokenizerKind = Literal["wordpiece", "bpe", "byte-bpe", "unigram", "words", "characters", "checkpoint"]


class TextColumns(SpecModel):
    """Which column holds what. Labels, tags and the text to be generated are the data's target role."""

    text: str = Field(default="", description="The text; of a column of words, each cell is a list of them.")
    pair: str = Field(default="", description="A second text that is read with the first.")
    context: str = Field(default="", description="The passage that answers are looked for in.")
    question: str = Field(default="", description="The question, or the beginning that choices go on from.")
    answer: str = Field(default="", description="The answer's text, as it stands in the passage.")
    answer_start: str = Field(
        default="", description="Where the answer begins in the passage, in characters; empty: where it first stands."
    )
    choices: tuple[str, ...] = Field(default=(), description="The columns of the possible answers.")


class TokenizerSpec(SpecModel):
    """How text becomes numbers: a tokenizer that is trained on the training rows, or a checkpoint's own."""

    kind: TokenizerKind = Field(default="wordpiece", description="How text is cut; “checkpoint” takes the model's own.")
    vocabulary: int = Field(default=8_000, ge=16, le=1_000_000, description="Most tokens, special ones included.")
    least_count: int = Field(default=2, ge=1, le=1_000_000, description="A rarer token gets no place of its own.")
    lowercase: bool = Field(default=True, description="Make no difference between Apple and apple.")


class MaskingSpec(SpecModel):
    """What is hidden from a masked language model (Devlin et al. 2019): of the chosen, 80 % are masked, 10 % replaced."""

    probability: float = Field(default=0.15, gt=0, lt=1, description="Share of the tokens that are to be guessed.")
    whole_words: bool = Field(default=False, description="Hide all pieces of a word together.")


class DenoisingSpec(SpecModel):
    """How text is spoilt that a sequence-to-sequence model mends (Lewis et al. 2020), where no target is named."""

    infilling: float = Field(default=0.3, ge=0, lt=1, description="Share of the tokens hidden in spans, one mask each.")
    span: float = Field(default=3.0, gt=0, le=20, description="Mean length of a hidden span (Poisson).")
    masking: float = Field(default=0.0, ge=0, lt=1, description="Share of the tokens that are masked one by one.")
    deletion: float = Field(default=0.0, ge=0, lt=1, description="Share of the tokens that are taken out.")
    permute_sentences: bool = Field(default=False, description="Put the sentences in another order.")


class FreezingSpec(SpecModel):
    """Which weights keep still: feature extraction against fine-tuning."""

    head_only: bool = Field(default=False, description="Train nothing but the head.")
    embeddings: bool = Field(default=False, description="Keep the embeddings as they are.")
    layers: int = Field(default=0, ge=0, le=1_000, description="Keep so many of the lowest layers as they are.")


class LoraSpec(SpecModel):
    """Low-rank adapters (Hu et al. 2021): the weights keep still, small matrices beside them learn."""

    enabled: bool = Field(default=False, description="Train low-rank adapters instead of the weights.")
    rank: int = Field(default=8, ge=1, le=1_024, description="Rank of the adapters.")
    alpha: float = Field(default=16.0, gt=0, description="Adapters count alpha/rank.")
    dropout: float = Field(default=0.0, ge=0, lt=1, description="Dropout before the adapters.")


class TextSpec(SpecModel):
    """A text run's own part."""

    task: TextTask = Field(default="sequence-classification", description="What is learned.")
    columns: TextColumns = TextColumns()
    labels: Literal["one", "many", "number"] = Field(
        default="one", description="A text has one label, any number of them (parted by labels_between), or a number."
    )
    labels_between: str = Field(default="|", min_length=1, max_length=5, description="What parts several labels.")
    tokenizer: TokenizerSpec = TokenizerSpec()
    checkpoint: str = Field(default="", description="Folder of a trained model to begin with; empty: from scratch.")
    max_length: int = Field(default=128, ge=4, le=32_768, description="Most tokens of one sample; longer text is cut.")
    stride: int = Field(default=32, ge=0, le=16_384, description="Tokens that two parts of a long passage share.")
    masking: MaskingSpec = MaskingSpec()
    denoising: DenoisingSpec = DenoisingSpec()
    freezing: FreezingSpec = FreezingSpec()
    lora: LoraSpec = LoraSpec()
    label_smoothing: float = Field(default=0.0, ge=0, lt=1, description="Share of certainty taken from the true class.")
    activation_checkpointing: bool = Field(
        default=False, description="Compute layers again on the way back instead of keeping what they gave."
    )
    length_buckets: bool = Field(default=True, description="Batches of texts of like length: less padding.")

    @model_validator(mode="after")
    def _fits(self) -> "TextSpec":
        if self.stride >= self.max_length:
            raise ValueError("stride must be smaller than max_length")
        if self.tokenizer.kind == "checkpoint" and not self.checkpoint:
            raise ValueError("tokenizer.kind is “checkpoint”, and no checkpoint is named")
        if self.lora.enabled and self.task in CLASSIC:
            raise ValueError(f"low-rank adapters are for transformers, not for {self.task}")
        return self
