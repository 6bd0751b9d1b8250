"""What a text run needs beyond the shared parts: the task, the columns it reads, the tokenizer and the classic model."""

from typing import Literal

from pydantic import Field, model_validator

from engine.spec.base import SpecModel

NlpTask = Literal[
    "masked-lm",
    "causal-lm",
    "sequence-classification",
    "token-classification",
    "question-answering",
    "multiple-choice",
    "seq2seq",
    "denoising",
    "word2vec",
    "rnn-lm",
    "text-classifier",
    "rnn-seq2seq",
]
TokenizerKind = Literal["wordpiece", "bpe", "byte-bpe", "unigram", "words", "characters"]
LABELLED: tuple[NlpTask, ...] = ("sequence-classification", "text-classifier")
PAIRED: tuple[NlpTask, ...] = ("seq2seq", "rnn-seq2seq")


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
    lowercase: bool = Field(default=True, description="Tell no difference between upper and lower case.")
    special_tokens: tuple[str, ...] = Field(default=(), description="More tokens that are never split.")


class NlpSpec(SpecModel):
    """A text run's own part."""

    task: NlpTask = Field(default="sequence-classification", description="What is learned.")
    columns: TextColumns = TextColumns()
    tokenizer: TokenizerSpec = TokenizerSpec()
    max_length: int = Field(
        default=128, ge=2, le=131_072, description="Longer texts are cut, or packed into such blocks."
    )
    stride: int = Field(default=64, ge=0, description="Tokens that two windows over one long context share.")
    labels: Literal["one", "many", "number"] = Field(
        default="one", description="One class a text, any number of labels, or a number (regression)."
    )

    @model_validator(mode="after")
    def _stride_is_shorter(self) -> "NlpSpec":
        if self.task == "question-answering" and self.stride >= self.max_length:
            raise ValueError("stride must be smaller than max_length, or windows would not move on")
        return self
