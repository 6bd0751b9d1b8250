"""The encoder of a run's fold, made once: a tokenizer that is trained again may give tokens other numbers (by another
version of the library, or for Unigram by the order of a hash table), so that a resumed run, or one that begins with
another's weights, would read nonsense.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from engine.families.model_files import DESCRIPTION
from engine.families.text.encoder import TextEncoder
from engine.runs import RunStore, StoreError
from engine.spec import OriginSpec
from engine.training.recorder import Recorder
from engine.training.weights import write_whole

FILE = "encoder.json"


def kept(recorder: Recorder, fold: str, make: Callable[[], TextEncoder]) -> TextEncoder:
    """Return a fold's encoder as it was when the run began; `make` makes it then. A run with an origin takes the
    tokenizer of it, whatever `make` trained.
    """
    path = recorder.folder / fold / FILE
    if recorder.is_resumed and path.is_file():
        return TextEncoder.of(json.loads(path.read_text(encoding="utf-8")))
    made = make()
    origin = recorder.spec.origin
    theirs = None if origin is None else _of_origin(recorder.workspace, origin)
    encoder = made if theirs is None else replace(made, tokenizer=theirs.tokenizer)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, json.dumps(encoder.description(), ensure_ascii=False).encode())
    return encoder


def _of_origin(workspace: Path, origin: OriginSpec) -> TextEncoder | None:
    """Return another run's encoder, or None where it has none; that its weights are missing is told elsewhere."""
    try:
        with RunStore(workspace) as store:
            folder = store.run_folder(store.find(origin.run).id)
        found = json.loads((folder / FILE).read_text(encoding="utf-8"))
    except StoreError:
        return None
    except (OSError, ValueError):
        try:
            found = json.loads((folder / DESCRIPTION).read_text(encoding="utf-8"))["encoder"]
        except (OSError, ValueError, KeyError):
            return None
    return TextEncoder.of(found)
