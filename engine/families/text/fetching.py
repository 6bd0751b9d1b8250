"""A model fetched from transformers' hub into the workspace, when somebody has allowed it: config, safetensors and
tokenizer, never code. Runs themselves are always offline."""

import io
import json
import os
import re
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from engine.families.text.hub_folder import folder_of, part_of
from engine.families.text.transformers_models import check_folder
from engine.training.failures import RunFailed

NAME = re.compile(r"[\w.-]+(/[\w.-]+)?")
WHOLE, SHARDS = "model.safetensors", "model.safetensors.index.json"
NEEDED = ("config.json", "tokenizer.json")
WELCOME = ("tokenizer_config.json", "special_tokens_map.json")
Progress = Callable[[str, int, int], None]
"""Hears of a file how many bytes are there, and of how many; 0 where that is not known."""


def _unheard(_file: str, _done: int, _of: int) -> None:
    return


def fetch(workspace: Path, name: str, progress: Progress = _unheard) -> Path:
    """Return the folder of a hub's model in the workspace, fetched where it is not there yet. Opens a connection.

    Raises RunFailed where the name is none, or the model cannot be fetched or read safely.
    """
    if not NAME.fullmatch(name) or ".." in name:
        raise RunFailed(f"“{name}” is neither a folder nor a name on the hub.", "A name reads like owner/model.")
    folder = folder_of(workspace, name)
    if folder.is_dir():
        return folder
    get = partial(_get, name, progress=progress)
    part = part_of(folder, os.getpid())
    try:
        part.mkdir(parents=True, exist_ok=True)
        for file in NEEDED:
            if not get(file, part, asked=file == NEEDED[0]):
                raise RunFailed(f"“{name}” has no {file}.", "Choose a model with a fast tokenizer.")
        for file in WELCOME:
            get(file, part)
        if not get(WHOLE, part) and get(SHARDS, part):
            listed = json.loads((part / SHARDS).read_text(encoding="utf-8"))["weight_map"]
            for file in sorted(set(listed.values())):
                get(Path(file).name, part)
        check_folder(part)
        part.replace(folder)
    except (OSError, ValueError, KeyError) as error:
        first = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise RunFailed(
            f"“{name}” could not be fetched: {first}", "See whether there is a network, and the name."
        ) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return folder


def _get(name: str, file: str, folder: Path, *, progress: Progress, asked: bool = False) -> bool:
    """Fetch a file; whether the model has it. Raises OSError without a network, or where the first that is `asked` for is
    not there: the library tells these apart in no other way.
    """
    from transformers.utils import cached_file

    progress(file, 0, 0)
    bar = _told_to(partial(progress, file))
    found = cached_file(name, file, _raise_exceptions_for_missing_entries=asked, tqdm_class=bar)
    if found is None:
        return False
    shutil.copyfile(str(found), folder / file)
    return True


def _told_to(progress: Callable[[int, int], None]) -> type:
    """Return a class of progress bars that draw nothing and tell the bytes that came and those that are to come."""
    from tqdm import tqdm

    class Told(tqdm):  # type: ignore[misc]
        monitor_interval = 0

        def __init__(self, *arguments: Any, **settings: Any) -> None:
            super().__init__(*arguments, **{**settings, "file": io.StringIO()})

        def update(self, n: float | None = 1) -> bool:
            shown = bool(super().update(n))
            progress(int(self.n), int(self.total or 0))
            return shown

    return Told
