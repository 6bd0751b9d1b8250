"""The encoder of a run, kept beside its states: training a tokenizer twice on the same texts gives other ids, since the
library breaks ties by chance, and a resumed network would not know its words again."""

import json
from collections.abc import Callable
from pathlib import Path

from engine.families.text.encoder import TextEncoder
from engine.training.weights import write_whole

FILE = "encoder.json"


def kept_encoder(folder: Path, is_resumed: bool, made: Callable[[], TextEncoder]) -> TextEncoder:
    """Return the encoder that a resumed training began with; else make one and keep it in the training's folder."""
    path = folder / FILE
    if is_resumed and path.is_file():
        return TextEncoder.of(json.loads(path.read_text(encoding="utf-8")))
    encoder = made()
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(path, json.dumps(encoder.description(), ensure_ascii=False).encode())
    return encoder
