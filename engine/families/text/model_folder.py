"""What a folder with a trained model holds, by its config.json alone. Loads no library and no weights."""

import json
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from engine.catalog import text_models


class ModelFolder(BaseModel):
    """The catalogue's name of a folder's model; or why it cannot be begun with."""

    model_config = ConfigDict(frozen=True)

    model: str = ""
    problem: str = ""


def look_into(folder: Path) -> ModelFolder:
    """Return which of the catalogue's models a folder holds."""
    try:
        content = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ModelFolder(problem=f"{folder} has no config.json that can be read.")
    kind = content.get("model_type") if isinstance(content, dict) else None
    known = [info.name for info in text_models() if info.config_class]
    if kind not in known:
        return ModelFolder(problem=f"{folder} holds a model of the kind “{kind}”; there are {', '.join(known)}.")
    if not any(folder.glob("*.safetensors")):
        return ModelFolder(problem=f"{folder} has no weights as safetensors.")
    return ModelFolder(model=str(kind))
