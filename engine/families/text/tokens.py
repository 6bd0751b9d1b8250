"""Which tokenizer a run uses: the one of its checkpoint, of a folder, or one that is trained on its training texts."""

from collections.abc import Sequence
from pathlib import Path

from transformers import PreTrainedTokenizerFast

from engine.families.text.networks import text_of
from engine.families.text.tokenizing import load_tokenizer, train_tokenizer
from engine.families.text.transformers_models import check_folder
from engine.spec import RunSpec

AT_ONCE = 1_000


def tokenizer_for(spec: RunSpec, texts: Sequence[str]) -> tuple[PreTrainedTokenizerFast, tuple[str, ...]]:
    """Return the tokenizer, trained on `texts` where it has to be, and sentences about it. Raises RunFailed."""
    own = text_of(spec)
    if own.checkpoint:
        check_folder(Path(own.checkpoint))
    if folder := own.tokenizer.folder or own.checkpoint:
        return load_tokenizer(Path(folder)), ()
    batches = (list(texts[first : first + AT_ONCE]) for first in range(0, len(texts), AT_ONCE))
    trained = train_tokenizer(batches, own.tokenizer)
    return trained.tokenizer, trained.notes
