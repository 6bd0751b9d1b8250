"""What a text model's file needs to be used elsewhere, as two JSON files beside it: its tokenizer, and what it takes."""

import json
from pathlib import Path
from typing import Any

from engine.families.portable import Portable, whole
from engine.families.text.networks import text_of
from engine.families.text.trained import TrainedText

MEANINGS = {
    "input_ids": "int64: the tokenizer's ids, filled up with pad_id",
    "mask": "bool: true at tokens, false where pad_id fills up",
    "kinds": "int64: 0 at tokens of the first text, 1 at those of the second",
    "decoder_ids": "int64: the ids written so far",
}


def write_beside(model: TrainedText, given: Portable, path: Path) -> tuple[str, ...]:
    """Write a file's tokenizer, as `tokenizers` opens it, and its inputs, classes and longest text; returns both paths.

    Both bear the file's whole name in front. Raises RunFailed.
    """
    content = {"tokenizer": model.encoder.description()["tokenizer"], "about": about(model, given)}
    written = []
    for name, told in content.items():
        place = path.with_name(f"{path.name}.{name}.json")
        with whole(place) as part:
            part.write_text(json.dumps(told, ensure_ascii=False, indent=2), encoding="utf-8")
        written.append(str(place))
    return tuple(written)


def about(model: TrainedText, given: Portable) -> dict[str, Any]:
    """Return what stands beside a file. A number that it tells is its output times the target's scale plus its mean."""
    encoder, own = model.encoder, text_of(model.spec)
    has_choices = len(given.varies[0]) > 1 and given.varies[0][1] == 2
    shape = ["rows", "choices", "length"] if has_choices else ["rows", "length"]
    return {
        "model": model.spec.model.name,
        "task": own.task,
        "inputs": [{"name": name, "shape": shape, "meaning": MEANINGS[name]} for name in given.names],
        "max_length": encoder.max_length,
        "add_special_tokens": encoder.framed,
        "pad_id": encoder.pad,
        "targets": [_target(one.model_dump(mode="json")) for one in encoder.targets],
        "notes": list(given.notes),
    }


def _target(told: dict[str, Any]) -> dict[str, Any]:
    """Return a target with its classes, in the order of the outputs, or with its mean and scale."""
    idle = ("mean", "scale") if told["classes"] else ("classes",)
    return {name: value for name, value in told.items() if name not in idle}
