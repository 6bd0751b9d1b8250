"""A checkpoint that cannot be begun with, and a vocabulary that the text does not fill, get a clear sentence."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.families.exporting import export_model
from engine.families.text import fetching
from engine.runs import RunStore
from engine.training.failures import RunFailed

Spoil = Callable[[Path], None]


@pytest.fixture(scope="module")
def sound(texts: Any, run_of: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a sound model."""
    folder = tmp_path_factory.mktemp("checkpoint") / "model"
    export_model(texts.workspace, run_of("bert"), folder, "folder")
    return folder


def only_pickled(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")


def no_weights(folder: Path) -> None:
    (folder / "model.safetensors").unlink()


def more_tokens(folder: Path) -> None:
    made = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
    made["model"]["vocab"] |= {f"new{number}": 10_000 + number for number in range(100)}
    (folder / "tokenizer.json").write_text(json.dumps(made), encoding="utf-8")


def no_tokenizer(folder: Path) -> None:
    (folder / "tokenizer.json").unlink()


@pytest.mark.parametrize(
    ("spoil", "longest", "said"),
    [
        (only_pickled, 16, r"pytorch_model\.bin.*save_pretrained"),
        (no_weights, 16, "no weights"),
        (more_tokens, 16, "tokenizer has .* tokens and the model"),
        (no_tokenizer, 16, r"no tokenizer\.json"),
        (lambda _folder: None, 4_000, "4,000 tokens do not fit into the .* positions"),
        (shutil.rmtree, 16, "is no folder here"),
    ],
    ids=["pickled", "no weights", "more tokens", "no tokenizer", "too long", "gone"],
)
def test_that_a_checkpoint_which_cannot_be_begun_with_says_why(
    texts: Any, sound: Path, tmp_path: Path, spoil: Spoil, longest: int, said: str
) -> None:
    folder = Path(shutil.copytree(sound, tmp_path / "model"))
    spoil(folder)
    spec = texts.spec("judge", model__params={}, text__checkpoint=str(folder), text__max_length=longest)
    with pytest.raises(RunFailed, match=said):
        texts.train(spec)


def test_that_a_name_on_the_hub_without_leave_says_what_to_do(texts: Any) -> None:
    with pytest.raises(RunFailed, match=r"only where you allow it.*--allow-network"):
        texts.train(texts.spec("judge", model__params={}, text__checkpoint="owner/model"))


def test_that_a_vocabulary_larger_than_the_text_is_told(texts: Any, run_of: Callable[[str], str]) -> None:
    run_id = texts.train(texts.spec("cnn", text__tokenizer__vocabulary=30_000, trainer__epochs=1))
    with RunStore(texts.workspace) as store:
        assert any("fewer than the 30,000" in line.text for line in store.log(run_id))


def test_that_a_fetched_model_is_kept_without_code(
    sound: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cached(name: str, file: str, **_more: Any) -> str | None:
        assert name == "owner/model"
        return str(sound / file) if (sound / file).is_file() else None

    monkeypatch.setattr("transformers.utils.cached_file", cached)
    folder = fetching.fetch(tmp_path, "owner/model")
    assert folder == tmp_path / "models" / "owner--model"
    assert {one.suffix for one in folder.iterdir()} == {".json", ".safetensors"}
    monkeypatch.setattr("transformers.utils.cached_file", lambda *_given, **_more: None)
    assert fetching.fetch(tmp_path, "owner/model") == folder
    for name, said in (("owner/other", r"has no config\.json"), ("../model", "neither a folder nor a name")):
        with pytest.raises(RunFailed, match=said):
            fetching.fetch(tmp_path, name)
