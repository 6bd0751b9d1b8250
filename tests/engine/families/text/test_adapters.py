"""Low-rank adapters stand in every transformer of the gallery, learn alone, and leave the house with its weights;
what is to keep still does."""

import re
from pathlib import Path
from typing import Any

import pytest
import torch

from engine.catalog import model as card
from engine.catalog import new_text, text_models
from engine.families.supervised.targets import TargetEncoding
from engine.families.text import networks
from engine.families.text.encoder import TextEncoder
from engine.families.text.freezing import freeze
from engine.families.text.portable import save_folder
from engine.families.text.tokenizing import train_tokenizer
from engine.families.text.trained import TrainedText
from engine.families.text.transformers_models import CLASSES, TransformersNetwork
from engine.spec import DataSpec, RunSpec, TextTask, parse
from engine.spec.nlp import TokenizerSpec
from engine.training.failures import RunFailed

WIDTHS = {
    "hidden_size": 16,
    "dim": 16,
    "n_embd": 16,
    "d_model": 16,
    "d_kv": 8,
    "embedding_size": 16,
    "intermediate_size": 16,
    "hidden_dim": 16,
    "d_ff": 16,
    "encoder_ffn_dim": 16,
    "decoder_ffn_dim": 16,
}
COUNTS = ("layers", "n_layer", "heads", "n_head")
TRANSFORMERS = [one.name for one in text_models() if one.config_class]
NEW_HEADS = {"classifier", "score", "classification_head", "pre_classifier"}


@pytest.fixture(scope="module")
def encoder() -> TextEncoder:
    """Words, and a target of two classes."""
    made = train_tokenizer([["good book bad film the end of it"] * 3], TokenizerSpec(kind="words", vocabulary=40))
    target = TargetEncoding(name="mood", classes=("bad", "good"))
    return TextEncoder(made.tokenizer, 12, "classification", (target,))


def task_of(name: str) -> TextTask:
    offered = card(name).text_tasks
    return "sequence-classification" if "sequence-classification" in offered else offered[0]


def spec_of(name: str, **lora: Any) -> RunSpec:
    """Return the smallest model of a kind that has adapters."""
    tiny = {one.name: WIDTHS[one.name] for one in card(name).params if one.name in WIDTHS}
    tiny |= {one.name: 1 for one in card(name).params if one.name.endswith(COUNTS)}
    columns = {"labels": ("mood",)} if task_of(name) == "sequence-classification" else {"source": "a", "target": "b"}
    spec = new_text(DataSpec(dataset="a"), task_of(name), name, columns=columns)
    content = spec.model_dump(mode="json")
    content["model"]["params"] = tiny
    content["text"]["lora"] |= {"enabled": True, "rank": 2, **lora}
    return parse(content)


def frozen(name: str, encoder: TextEncoder, wish: dict[str, Any], **lora: Any) -> dict[str, torch.nn.Parameter]:
    """Return the parameters of a model of two layers after its weights were kept still as wished."""
    content = spec_of(name, **lora).model_dump(mode="json")
    content["text"]["freezing"] = wish
    content["model"]["params"] |= {one: 2 for one in content["model"]["params"] if one.endswith(("layers", "n_layer"))}
    spec = parse(content)
    network = networks.build(spec, encoder, networks.config_of(spec, encoder))
    freeze(network, spec)
    return dict(network.named_parameters())


@pytest.mark.parametrize("name", TRANSFORMERS)
def test_that_adapters_alone_learn_beside_every_transformer(name: str, encoder: TextEncoder, tmp_path: Path) -> None:
    import transformers

    spec = spec_of(name)
    config = networks.config_of(spec, encoder)
    network = networks.build(spec, encoder, config)
    assert isinstance(network, TransformersNetwork)
    ids = encoder.encode(["the good book of it", "bad end"])[0]
    batch = dict(zip(("input_ids", "mask"), ids.padded(torch.tensor([0, 1]).numpy(), encoder.pad), strict=True))
    if task_of(name) == "seq2seq":
        batch["decoder_ids"] = batch["input_ids"]
    network(batch)["logits"].square().sum().backward()
    learning = {part: one for part, one in network.named_parameters() if one.requires_grad}
    heads = {part for part in learning if "lora_" not in part}
    assert all(set(part.split(".")) & NEW_HEADS for part in heads)
    assert bool(heads) == (task_of(name) == "sequence-classification")
    adapters = [one for part, one in learning.items() if "lora_B" in part]
    assert adapters and all(one.grad is not None and one.grad.abs().sum() > 0 for one in adapters)
    share = networks.trainable_share(network)
    assert 0 < share < 0.5
    with torch.no_grad():
        for one in adapters:
            one.fill_(0.1)
        network.eval()
        wanted = network(batch)["logits"]
        save_folder(TrainedText(spec, encoder, network, config), tmp_path / "model")
        kind = getattr(transformers, CLASSES[task_of(name)])
        opened = TransformersNetwork(kind.from_pretrained(tmp_path / "model")).eval()
        assert not any("lora" in part for part in opened.state_dict())
        torch.testing.assert_close(opened(batch)["logits"], wanted, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", TRANSFORMERS)
def test_that_the_lowest_layers_the_embeddings_or_all_but_the_head_keep_still(name: str, encoder: TextEncoder) -> None:
    def learning(**wish: Any) -> set[str]:
        parts = frozen(name, encoder, wish, enabled=False)
        return {part for part, one in parts.items() if one.requires_grad}

    everything = learning()
    still = everything - learning(layers=1)
    assert still and all(re.search(r"(layers?|block|h)\.0\.", part) and "decoder" not in part for part in still)
    still = everything - learning(embeddings=True)
    assert still and all(re.search(r"embed|shared|wte", part) for part in still)
    if task_of(name) == "sequence-classification":
        left = learning(head_only=True)
        assert left and all(set(part.split(".")) & NEW_HEADS for part in left)


def test_that_adapters_learn_whatever_was_to_keep_still_without_them(encoder: TextEncoder) -> None:
    parts = frozen("bert", encoder, {"head_only": True, "layers": 2})
    assert all(one.requires_grad for part, one in parts.items() if "lora_" in part)


def test_that_more_layers_than_a_model_has_cannot_keep_still(encoder: TextEncoder) -> None:
    with pytest.raises(RunFailed, match="has 2 layers, so 3 cannot keep still"):
        frozen("bert", encoder, {"layers": 3}, enabled=False)
