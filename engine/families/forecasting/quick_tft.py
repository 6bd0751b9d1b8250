"""QuickTft: the forecasts of the library's Temporal Fusion Transformer in fewer, larger steps, for a network that does not
learn. Layers with nothing between them are folded into one; gives the library's numbers but for rounding. Must not train.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from engine.families.forecasting.quick_layers import Affine, Gate, GatedResidual, through
from engine.families.forecasting.quick_selection import Selection

Inputs = dict[str, torch.Tensor]


@dataclass(frozen=True)
class _Attention:
    """Attention of several heads over the same values. A head's score of two steps is query·key, a bilinear form of the
    steps themselves: `form` is the form of every head, so that no keys are made; what is the same for all steps that are
    looked at does not count. Heads are averaged before they look anything up."""

    heads: int
    form: Affine
    value: Affine
    causal: bool

    @classmethod
    def of(cls, module: Any, causal: bool) -> "_Attention":
        """Fold queries, keys and the scale, and values and the layer behind them."""
        forms = [
            through(Affine.of(query), Affine(module.d_k**-0.5 * key.weight.T))
            for query, key in zip(module.q_layers, module.k_layers, strict=True)
        ]
        value = through(Affine.of(module.v_layer), Affine(module.w_h.weight))
        return cls(module.n_head, Affine.stacked(forms), value, causal)

    def __call__(self, every: torch.Tensor, begin: int) -> torch.Tensor:
        """Return what the steps from `begin` on see, [n, steps from begin, hidden]."""
        count, steps, hidden = every.shape
        own = steps - begin
        asked = self.form(every[:, begin:]).view(count, own * self.heads, hidden)
        scores = (asked @ every.transpose(1, 2)).view(count, own, self.heads, steps)
        if self.causal:
            # The library's own rule: a step sees the past and the forecast steps before it.
            bias = torch.full((own, own), -torch.inf, dtype=every.dtype, device=every.device).triu()
            scores[..., begin:] += bias[:, None]
        return self.value(scores.softmax(dim=-1).mean(dim=2) @ every)


class QuickTft:
    """Forecasts with the weights of a network of the library; looks whether they changed before each batch. A fused
    optimizer step changes weights without their saying so: whoever trains must say `forget`."""

    def __init__(self, network: Any) -> None:
        self._network = network
        self._known: tuple[tuple[int, int], ...] = ()

    def forget(self) -> None:
        """Fold the weights anew before the next forecast."""
        self._known = ()

    def takes(self, x: Inputs) -> bool:
        """Whether these windows, and the network as it stands, are for this shorter way."""
        network = self._network
        reals = x["encoder_cont"]
        if network.training or torch.is_grad_enabled() or torch.is_autocast_enabled(reals.device.type):
            return False
        if reals.dtype != torch.float32:  # for others an LSTM on a CPU must be given packed windows
            return False
        own = network.hparams
        if own.share_single_variable_networks or own.categorical_groups or network.n_targets > 1:
            return False
        selections = network.encoder_variable_selection, network.decoder_variable_selection
        if not all(Selection.can_be(one) for one in selections):
            return False
        lengths = torch.stack([x["encoder_lengths"], x["decoder_lengths"]])
        longest = torch.tensor([[x["encoder_cont"].shape[1]], [x["decoder_cont"].shape[1]]], device=lengths.device)
        return bool((lengths == longest).all())

    def __call__(self, x: Inputs) -> dict[str, torch.Tensor]:
        """Return {"prediction"} in the target's unit, as the library's forward pass does."""
        network = self._network
        self._look()
        static = self._static(x)
        states = [
            one(static).expand(network.hparams.lstm_layers, -1, -1).contiguous()
            for one in (network.static_context_initial_hidden_lstm, network.static_context_initial_cell_lstm)
        ]
        context = network.static_context_variable_selection(static)
        known = [
            selection(x[f"{part}_cont"], x[f"{part}_cat"], context)
            for part, selection in (("encoder", self._encoder), ("decoder", self._decoder))
        ]
        past, (hidden, cell) = _plain_lstm(network.lstm_encoder, known[0], (states[0], states[1]))
        future, _ = _plain_lstm(network.lstm_decoder, known[1], (hidden, cell))
        begin = past.shape[1]
        seen = torch.cat([past, future], dim=1)
        local = self._gate(seen).add_(torch.cat(known, dim=1))
        local = self._local_norm(local)
        enriched = self._enrichment(local, network.static_context_enrichment(static))
        attended = network.post_attn_gate_norm(self._attention(enriched, begin), enriched[:, begin:])
        output = network.pre_output_gate_norm(self._feed_forward(attended), local[:, begin:])
        return {"prediction": network.transform_output(network.output_layer(output), target_scale=x["target_scale"])}

    def _static(self, x: Inputs) -> torch.Tensor:
        """Return what is known of each series, [n, hidden]: by the library's own modules, for it is little."""
        network = self._network
        own = network.hparams
        if not network.static_variables:
            count, like = len(x["encoder_cont"]), x["encoder_cont"]
            return torch.zeros(count, own.hidden_size, dtype=like.dtype, device=like.device)
        embedded = network.input_embeddings(x["encoder_cat"][:, :1])
        inputs = {name: embedded[name][:, 0] for name in own.static_categoricals}
        for name in own.static_reals:
            inputs[name] = x["encoder_cont"][:, 0, own.x_reals.index(name)].unsqueeze(-1)
        found: torch.Tensor = network.static_variable_selection(inputs)[0]
        return found

    def _look(self) -> None:
        """Fold the weights anew where one was changed or moved."""
        now = tuple((one.data_ptr(), one._version) for one in self._network.parameters())
        if now == self._known:
            return
        network, own = self._network, self._network.hparams
        tables = {name: network.input_embeddings.embeddings[name].weight for name in network.categoricals}
        places = own.x_reals, own.x_categoricals
        self._encoder = Selection.of(network.encoder_variable_selection, tables, *places)
        self._decoder = Selection.of(network.decoder_variable_selection, tables, *places)
        self._gate = Gate.of(Affine.of(network.post_lstm_gate_encoder.fc))
        self._local_norm = network.post_lstm_add_norm_encoder.norm
        self._enrichment = GatedResidual.of(network.static_enrichment)
        self._feed_forward = GatedResidual.of(network.pos_wise_ff)
        self._attention = _Attention.of(network.multihead_attn, own.causal_attention)
        self._known = now


def _plain_lstm(
    module: Any, inputs: torch.Tensor, states: tuple[torch.Tensor, torch.Tensor]
) -> tuple[torch.Tensor, Sequence[torch.Tensor]]:
    """Go through an LSTM without packing, which windows of one length do not need."""
    output, (hidden, cell) = torch.nn.LSTM.forward(module, inputs, states)
    return output, (hidden, cell)
