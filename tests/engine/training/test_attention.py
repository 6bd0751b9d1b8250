"""The attention map that is seen is the one that the layer used, whether it shows its weights or one kernel hides them."""

from typing import Any

import pytest
import torch
from torch import nn

from engine.families.text.classic.seq2seq import AttentionSeq2Seq
from engine.runs.taps import Tap
from engine.training.attention import fused_map
from engine.training.taps import Taps, layers_of

Map = torch.Tensor


def attention_of(network: nn.Module, **given: Any) -> tuple[list[Map], Any]:
    """Return the maps of all layers that attend, and what the network made; nothing of it depends on being watched."""
    taps = [Tap(name=layer.name, kind="attention") for layer in layers_of(network) if layer.attends]
    found: dict[Tap, Map] = {}
    watcher = Taps(network, lambda tap, find: found.__setitem__(tap, find().clone()))
    _, alone = _step(network, given)
    watcher.arm(taps)
    made, watched = _step(network, given)
    watcher.disarm()
    assert all(torch.equal(one, other) for one, other in zip(watched, alone, strict=True))
    return [found[tap] for tap in taps], made


def _step(network: nn.Module, given: dict[str, Any]) -> tuple[Any, list[Map]]:
    """Return what a network makes, and all that training goes on with: numbers, gradients, and the source of chance."""
    torch.manual_seed(5)
    made = network(**given)
    parts = made.values() if isinstance(made, dict) else made if isinstance(made, tuple) else [made]
    tensors = [part for part in parts if isinstance(part, Map)]
    network.zero_grad()
    sum(part.square().sum() for part in tensors).backward()
    gradients = [one.grad for one in network.parameters() if one.grad is not None]
    return made, [*tensors, *gradients, torch.get_rng_state()]


@pytest.mark.parametrize("kind", ["bert", "gpt2", "t5"])
def test_that_maps_of_fused_attention_are_those_of_the_library(kind: str) -> None:
    import transformers

    torch.manual_seed(1)
    small = {"vocab_size": 20, "num_hidden_layers": 2}
    config: Any = {
        "bert": lambda: transformers.BertConfig(**small, hidden_size=8, num_attention_heads=2, intermediate_size=8),
        "gpt2": lambda: transformers.GPT2Config(vocab_size=20, n_embd=8, n_head=2, n_layer=2, n_positions=16),
        "t5": lambda: transformers.T5Config(
            vocab_size=20, d_model=8, d_kv=4, d_ff=8, num_layers=1, num_heads=2, dropout_rate=0.0
        ),
    }[kind]()
    made = {"bert": transformers.BertModel, "gpt2": transformers.GPT2Model, "t5": transformers.T5EncoderModel}[kind]
    network = made(config).eval()
    assert network.config._attn_implementation == "sdpa"
    ids = torch.tensor([[3, 4, 5, 0, 0], [6, 7, 8, 9, 1]])
    mask = (ids > 0).long()
    found, _ = attention_of(network, input_ids=ids, attention_mask=mask)
    network.set_attn_implementation("eager")
    wanted = network(input_ids=ids, attention_mask=mask, output_attentions=True).attentions
    assert len(found) == len(wanted) and found[0].shape == (2, 5, 5)
    for one, other in zip(found, wanted, strict=True):
        real = other[0]  # of what stands behind the text nobody asks
        torch.testing.assert_close(one[:, :3], real[:, :3], rtol=1e-5, atol=1e-6)
    shown, _ = attention_of(network, input_ids=ids, attention_mask=mask)
    torch.testing.assert_close(shown, [one[0] for one in wanted], rtol=0, atol=0)


def test_that_heads_which_work_one_by_one_make_one_map() -> None:
    from pytorch_forecasting.models.temporal_fusion_transformer.sub_modules import InterpretableMultiHeadAttention

    torch.manual_seed(2)
    network = InterpretableMultiHeadAttention(n_head=3, d_model=6, dropout=0.5)
    q, k = torch.randn(2, 4, 6), torch.randn(2, 7, 6)
    mask = torch.zeros(2, 4, 7, dtype=torch.bool)
    mask[:, :, -2:] = True
    (found,), (_, weights) = attention_of(network, q=q, k=k, v=k, mask=mask)
    assert torch.equal(found, weights[0].transpose(0, 1)) and found.shape == (3, 4, 7)


def test_that_torchs_own_layer_shows_what_it_would_return() -> None:
    torch.manual_seed(3)
    network = nn.MultiheadAttention(8, 2, dropout=0.3, batch_first=True)
    x = torch.randn(3, 5, 8)
    padding = torch.tensor([[False] * 4 + [True]] * 3)
    (found,), _ = attention_of(network, query=x, key=x, value=x, key_padding_mask=padding, need_weights=False)
    _, weights = network.eval()(x, x, x, key_padding_mask=padding, average_attn_weights=False)
    torch.testing.assert_close(found, weights[0])


def test_that_a_writer_which_looks_back_word_by_word_shows_a_row_a_word() -> None:
    network = AttentionSeq2Seq(12, 1, embedding_dim=4, hidden_size=4)
    ids = torch.tensor([[3, 4, 5, 2], [3, 4, 0, 0]])
    (found,), _ = attention_of(network, batch={"input_ids": ids, "mask": ids > 0, "decoder_ids": ids[:, :3]})
    assert found.shape == (1, 3, 4)
    torch.testing.assert_close(found.sum(-1), torch.ones(1, 3))


def test_that_a_query_which_may_see_nothing_looks_at_nothing_and_a_nan_stays_one() -> None:
    q = torch.randn(1, 2, 3, 4, dtype=torch.bfloat16)
    blind = torch.ones(1, 1, 3, 3, dtype=torch.bool)
    blind[..., 1, :] = False
    assert fused_map({"query": q, "key": q, "attn_mask": blind})[:, 1].eq(0).all()
    q[0, 1, 2, 0] = torch.nan
    found = fused_map({"query": q, "key": q[:, :1], "is_causal": True, "enable_gqa": True})
    assert found[0, 0].tolist() == [1.0, 0.0, 0.0] and found[1, 2].isnan().all()


def test_that_layers_which_do_not_attend_are_not_offered() -> None:
    assert not any(layer.attends for layer in layers_of(nn.Sequential(nn.Linear(2, 2), nn.GRU(2, 2))))
    inside = layers_of(nn.ModuleDict({"block": nn.TransformerEncoderLayer(4, 2)}))
    assert [layer.name for layer in inside if layer.attends] == ["block.self_attn"]
