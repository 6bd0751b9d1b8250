"""Texts to look at: before a run what its model will be shown, after it what it says to a typed text. Pure data."""

from pydantic import BaseModel, ConfigDict, Field


class TextExample(BaseModel):
    """A text, and its tokens as a model is shown them."""

    model_config = ConfigDict(frozen=True)

    text: str
    tokens: tuple[str, ...]


class TextLook(BaseModel):
    """Lengths of the training texts in tokens (edges, one more than counts, and texts between them), the shares that are
    cut and that the tokenizer does not know, and the first texts. Without `is_whole` only a part was looked at.
    """

    model_config = ConfigDict(frozen=True)

    edges: tuple[int, ...]
    counts: tuple[int, ...]
    longest: int
    share_truncated: float
    share_unknown: float
    vocabulary: int
    is_whole: bool
    examples: tuple[TextExample, ...]


class Decoding(BaseModel):
    """How a text is gone on with: the likeliest token each time, or drawn. `top_k` 0 and `top_p` 1 leave all tokens in."""

    model_config = ConfigDict(frozen=True)

    tokens: int = Field(default=40, ge=1, le=10_000)
    greedy: bool = False
    temperature: float = Field(default=1.0, gt=0, le=100)
    top_k: int = Field(default=0, ge=0)
    top_p: float = Field(default=1.0, gt=0, le=1)
    seed: int = Field(default=0, ge=0)


class Chance(BaseModel):
    """A label or a token, and how probable a model holds it."""

    model_config = ConfigDict(frozen=True)

    label: str
    probability: float


class TargetAnswer(BaseModel):
    """What a model says of a text for one target: classes, the likeliest first, or a number in the target's unit."""

    model_config = ConfigDict(frozen=True)

    target: str
    chances: tuple[Chance, ...] = ()
    value: float | None = None


class TokenLoss(BaseModel):
    """A token as it reads, and how surprising it was in its place (loss in natural units)."""

    model_config = ConfigDict(frozen=True)

    token: str
    loss: float


class TextAnswer(BaseModel):
    """What a model says to a typed text; each task fills its own part.

    `blanks` are the candidates for each mask in the text; `filled` is the text with the likeliest ones. `perplexity` is of
    the text itself, and a pseudo-perplexity where `perplexity_name` says so; None where the text has too few tokens.
    """

    model_config = ConfigDict(frozen=True)

    task: str
    text: str
    targets: tuple[TargetAnswer, ...] = ()
    continuation: str | None = None
    generated: int = 0
    blanks: tuple[tuple[Chance, ...], ...] = ()
    filled: str | None = None
    perplexity_name: str = ""
    perplexity: float | None = None
    tokens: tuple[TokenLoss, ...] = ()
    notes: tuple[str, ...] = ()
