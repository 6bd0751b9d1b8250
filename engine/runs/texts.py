"""Texts to look at: before a run what its model will be shown, while it learns what it makes of them. Pure data."""

from pydantic import BaseModel, ConfigDict

SAMPLES_EVENT = "text_samples"
SAMPLES_FILE = "text_samples.json"


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


class TextSample(BaseModel):
    """What a model made of a text after an epoch: `given` is what it saw, `made` what it said, `wanted` the truth."""

    model_config = ConfigDict(frozen=True)

    given: str
    made: str
    wanted: str = ""


class TextSamples(BaseModel):
    """The samples of the newest validation."""

    model_config = ConfigDict(frozen=True)

    task: str
    epoch: int
    step: int
    samples: tuple[TextSample, ...]
