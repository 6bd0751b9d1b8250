"""Token ids of a snapshot's column, made once for each content and tokenizer and kept in the workspace.
Must not decide which tokenizer is used."""

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

from transformers import PreTrainedTokenizerFast

from engine.families.text.encoding import PlainEncoder
from engine.families.text.reading import iterate_texts, snapshot
from engine.families.text.token_arrays import Progress, TokenArray, write_tokens
from engine.training.disk import TOKENS

FOLDER = TOKENS
KEY_DIGITS = 24


def tokenizer_hash(tokenizer: PreTrainedTokenizerFast) -> str:
    """Return the hash of all that decides about ids."""
    return hashlib.sha256(tokenizer.backend_tokenizer.to_str().encode()).hexdigest()


def column_tokens(
    workspace: Path,
    dataset: str,
    column: str,
    tokenizer: PreTrainedTokenizerFast,
    progress: Progress = lambda _texts: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> TokenArray:
    """Return the ids of a column's texts (blank ones left out), from the cache where they are. Raises RunFailed, OSError."""
    path = snapshot(workspace, dataset)
    key = hashlib.sha256(f"{dataset}\0{column}\0{tokenizer_hash(tokenizer)}".encode()).hexdigest()[:KEY_DIGITS]
    folder = Path(workspace) / FOLDER / key
    if folder.exists():
        try:
            return TokenArray.open(folder)
        except (OSError, ValueError):
            shutil.rmtree(folder, ignore_errors=True)  # it is damaged, and can be made again
    return write_tokens(iterate_texts(path, column), PlainEncoder(tokenizer), folder, progress, cancelled)
