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
TokenizerKind = Literal["wordpiece", "bpe", "byte-bpe", "unigram", "words", "characters"]
LABELLED: tuple[TextTask, ...] = ("sequence-classification", "text-classifier")
RUNNING: tuple[TextTask, ...] = ("masked-lm", "causal-lm", "rnn-lm", "word2vec")
"""Tasks that learn from running text alone."""


class TextColumns(SpecModel):
    """The columns by what they hold; a task reads those that it needs. The defaults are what imports call them."""

    text: str = Field(default="text", description="The text that is learned from or classified.")
    second: str = Field(default="", description="A second text beside it, for pairs of sentences.")
    labels: tuple[str, ...] = Field(
        default=(), description="One column of classes or numbers, or for many labels a 0/1 column for each."
    )
    tokens: str = Field(default="tokens", description="Lists of tokens.")
    tags: str = Field(default="tags", description="Lists of tags, one a token.")
    context: str = Field(default="context", description="The text in which answers are found.")
    question: str = Field(default="question", description="What is asked; for multiple choice it may be empty.")
    answers: str = Field(default="answers", description="Lists of answers, or one answer.")
    answer_starts: str = Field(
        default="answer_starts", description="Where in the context answers begin, in characters; empty: searched for."
    )
    choices: tuple[str, ...] = Field(default=(), description="A column for each choice.")
    answer: str = Field(default="", description="Which choice is right: its number from 0, its letter or its text.")
    source: str = Field(default="", description="The text that is read.")
    target: str = Field(default="", description="The text that is written.")


class TokenizerSpec(SpecModel):
    """A tokenizer to train on the training rows, or a folder with one."""

    folder: str = Field(default="", description="A folder with tokenizer.json; empty: one is trained.")
    kind: TokenizerKind = Field(default="wordpiece", description="How words become tokens.")
    vocabulary: int = Field(default=8_000, ge=8, le=1_000_000, description="The most tokens that it may know.")
    min_frequency: int = Field(default=2, ge=1, description="Rarer pieces or words are not learned.")
    punctuation: bool = Field(default=False, description="For words: punctuation marks are words of their own.")
    lowercase: bool = Field(default=True, description="Tell no difference between upper and lower case.")
    special_tokens: tuple[str, ...] = Field(
        default=(),
        description="More tokens that are never split. <unk>, <pad>, <s>, </s> and <mask> take the place of the usual "
        "names, for texts that mark unknown words, for instance, themselves.",
    )


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
    merge: bool = Field(default=False, description="When training is over, work the adapters into the weights.")


class TextSpec(SpecModel):
    """A text run's own part."""

    task: TextTask = Field(default="sequence-classification", description="What is learned.")
    columns: TextColumns = TextColumns()
    labels: Literal["one", "many", "number"] = Field(
        default="one", description="One class a text, any number of labels, or a number (regression)."
    )
    tokenizer: TokenizerSpec = TokenizerSpec()
    checkpoint: str = Field(
        default="", description="Folder of a trained model to begin with, with its tokenizer; empty: from scratch."
    )
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
    prompt: str = Field(
        default="",
        max_length=2_000,
        description="For models that continue text: what is gone on with after each epoch, beside the beginnings of "
        "validation texts.",
    )
    words: tuple[str, ...] = Field(
        default=(), description="For word2vec: words whose neighbours are shown; empty: a few frequent ones."
    )
    similarity_file: str = Field(
        default="", description="For word2vec: a file of pairs of words with their similarity, as people judge it."
    )
    length_buckets: bool = Field(default=True, description="Batches of texts of like length: less padding.")

    @model_validator(mode="after")
    def _fits(self) -> "TextSpec":
        if self.task == "question-answering" and self.stride >= self.max_length:
            raise ValueError("stride must be smaller than max_length, or windows would not move on")
        if self.lora.enabled and self.task in CLASSIC:
            raise ValueError(f"low-rank adapters are for transformers, not for {self.task}")
        return self
