"""Typed texts, and what a model says to them. Pure data."""

from pydantic import BaseModel, ConfigDict, Field

BLANK = "[MASK]"
"""What stands for something hidden in a typed text, whatever the tokenizer calls it."""


class Decoding(BaseModel):
    """How a text is gone on with: the likeliest token each time, or drawn. `top_k` 0 and `top_p` 1 leave all tokens in.

    With more than one of the `beams` nothing is drawn: so many texts are written beside each other, and those are kept
    whose tokens are the most probable together, divided by their number to the power of `length_penalty`. The search
    ends when so many texts have ended, and unless it shall be `early_stopping` no other could still be better.
    """

    model_config = ConfigDict(frozen=True)

    tokens: int = Field(default=40, ge=1, le=10_000)
    greedy: bool = False
    temperature: float = Field(default=1.0, gt=0, le=100)
    top_k: int = Field(default=0, ge=0)
    top_p: float = Field(default=1.0, gt=0, le=1)
    seed: int = Field(default=0, ge=0)
    beams: int = Field(default=1, ge=1, le=32)
    length_penalty: float = Field(default=1.0, ge=-10, le=10)
    early_stopping: bool = False


class Chance(BaseModel):
    """A label or a token, and how probable a model holds it."""

    model_config = ConfigDict(frozen=True)

    label: str
    probability: float


class TargetAnswer(BaseModel):
    """What a model says of a text for one target: classes, the likeliest first, or a number in the target's unit. With
    `any_number` each class is there or not whatever the others are: above one half it is.
    """

    model_config = ConfigDict(frozen=True)

    target: str
    chances: tuple[Chance, ...] = ()
    value: float | None = None
    any_number: bool = False


class TextSpan(BaseModel):
    """A part of a text, from one letter up to another, and what it is."""

    model_config = ConfigDict(frozen=True)

    start: int
    end: int
    label: str


class Near(BaseModel):
    """A word, and the cosine of its vector and that which was asked for."""

    model_config = ConfigDict(frozen=True)

    word: str
    similarity: float


class TokenLoss(BaseModel):
    """A token as it reads, and how surprising it was in its place (loss in natural units)."""

    model_config = ConfigDict(frozen=True)

    token: str
    loss: float


class Beam(BaseModel):
    """A text that a beam search kept. `total` is the sum of the log-probabilities of its `tokens`, the end among them where
    it `ended`; `score` is what it is ranked by."""

    model_config = ConfigDict(frozen=True)

    text: str
    score: float
    total: float
    tokens: int
    ended: bool


class TextAnswer(BaseModel):
    """What a model says to a typed text; each task fills its own part.

    `blanks` are the candidates for each mask in the text; `filled` is the text with the likeliest ones. `spans` are what is
    marked in the text, or its answer to a question; `beams` are the texts that a beam search kept, the best first.
    `perplexity` is of the text itself, and a pseudo-perplexity where `perplexity_name` says so; None where the text has
    too few tokens.
    """

    model_config = ConfigDict(frozen=True)

    task: str
    text: str
    targets: tuple[TargetAnswer, ...] = ()
    continuation: str | None = None
    generated: int = 0
    blanks: tuple[tuple[Chance, ...], ...] = ()
    filled: str | None = None
    spans: tuple[TextSpan, ...] = ()
    written: str | None = None
    beams: tuple[Beam, ...] = ()
    near: tuple[Near, ...] = ()
    perplexity_name: str = ""
    perplexity: float | None = None
    tokens: tuple[TokenLoss, ...] = ()
    notes: tuple[str, ...] = ()
