"""QuickTft: the forecasts of the library's Temporal Fusion Transformer in fewer, larger steps, for a network that does not
learn. Layers with nothing between them are folded into one; gives the library's numbers but for rounding. Must not train.
"""

from collections.abc import Iterator
from typing import Any

import torch

from engine.families.forecasting.quick_attention import Attention
from engine.families.forecasting.quick_layers import Affine, Gate, GatedResidual, Norm
from engine.families.forecasting.quick_learning import QuickLearning
from engine.families.forecasting.quick_rows import Overlap
from engine.families.forecasting.quick_selection import Selection
from engine.families.forecasting.quick_showing import Showing

Inputs = dict[str, torch.Tensor]
NUMBERS_AT_ONCE = 1 << 19

"""Numbers of a layer's output that still stay in a processor's cache."""


class QuickTft:
    """Forecasts with the weights of a network of the library; looks whether they changed before each batch. A fused
    optimizer step changes weights without their saying so: whoever trains must say `forget`."""

    def __init__(self, network: Any) -> None:
        self._network = network
        self._known: tuple[tuple[int, int], ...] = ()
        self._learning, self._show = QuickLearning(network), Showing(network)

    def forget(self) -> None:
        """Fold the weights anew before the next forecast."""
        self._known = ()

    def takes(self, x: Inputs) -> bool:
        """Whether these windows, and the network as it stands, are for this shorter way."""
        network = self._network
        reals = x["encoder_cont"]
        if torch.is_autocast_enabled(reals.device.type):
            return False
        if torch.is_grad_enabled():
            return bool(network.n_targets == 1)
        if network.training:
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
        if torch.is_grad_enabled():
            return self._learned(x)
        network = self._network
        self._look()
        begin = x["encoder_cont"].shape[1]
        reals, codes = self._static_columns(x)
        overlap = Overlap.of(x, (reals, codes))
        static = self._static(reals[overlap.first], x["encoder_cat"][overlap.first, 0])
        context = network.static_context_variable_selection(static)
        past = self._encoder.over(x["encoder_cont"], x["encoder_cat"], context, overlap, 0)
        future = self._decoder.over(x["decoder_cont"], x["decoder_cat"], context, overlap, begin)
        states = [
            one(static)[overlap.series].expand(network.hparams.lstm_layers, -1, -1).contiguous()
            for one in (network.static_context_initial_hidden_lstm, network.static_context_initial_cell_lstm)
        ]
        enrichment = network.static_context_enrichment(static)[overlap.series]
        steps = begin + x["decoder_cont"].shape[1]
        known = context.new_empty(len(x["encoder_cont"]), steps, network.hparams.hidden_size)
        pieces = list(self._pieces(known))
        for piece in pieces:
            past(piece, known[piece, :begin])
            future(piece, known[piece, begin:])
        before, last = _plain_lstm(network.lstm_encoder, known[:, :begin], (states[0], states[1]))
        after, _ = _plain_lstm(network.lstm_decoder, known[:, begin:], last)
        found = [self._found(known[one], before[one], after[one], enrichment[one]) for one in pieces]
        output = network.output_layer(torch.cat(found))
        return {"prediction": network.transform_output(output, target_scale=x["target_scale"])}

    def _learned(self, x: Inputs) -> dict[str, torch.Tensor]:
        """Return the same with gradients."""
        self._show(x)
        output = self._learning(x)
        return {"prediction": self._network.transform_output(output, target_scale=x["target_scale"])}

    def _pieces(self, known: torch.Tensor) -> Iterator[slice]:
        """Yield which windows of a tensor [n, steps, hidden] go through wide layers together."""
        at_once = max(1, NUMBERS_AT_ONCE // known[0].numel()) if known.is_cpu else len(known)
        for begin in range(0, len(known), at_once):
            yield slice(begin, begin + at_once)

    def _found(
        self, known: torch.Tensor, before: torch.Tensor, after: torch.Tensor, enrichment: torch.Tensor
    ) -> torch.Tensor:
        """Return what the output layer is given, [n, horizon, hidden], of inputs [n, steps, hidden], what the LSTMs say of
        their past and future [n, steps, hidden], and what is known of the series [n, hidden]."""
        begin = before.shape[1]
        local = self._local_norm(self._gate(torch.cat([before, after], dim=1), known))
        attended = self._attended_norm(self._attention(self._enrichment(local, enrichment), begin))
        return self._output_norm(self._output_gate(self._feed_forward(attended), local[:, begin:]))

    def _static_columns(self, x: Inputs) -> tuple[torch.Tensor, torch.Tensor]:
        """Return what is told of each window's series: reals [n, reals] and categories [n, categories]."""
        own = self._network.hparams
        reals = [own.x_reals.index(name) for name in own.static_reals]
        codes = [own.x_categoricals.index(name) for name in own.static_categoricals]
        return x["encoder_cont"][:, 0, reals], x["encoder_cat"][:, 0, codes]

    def _static(self, reals: torch.Tensor, codes: torch.Tensor) -> torch.Tensor:
        """Return what is known of each series, [n, hidden], of its own reals [n, reals] and all categories [n, categories]:
        by the library's own modules, for it is little."""
        network, own = self._network, self._network.hparams
        if not network.static_variables:
            return reals.new_zeros(len(reals), own.hidden_size)
        embedded = network.input_embeddings(codes)
        inputs = {name: embedded[name] for name in own.static_categoricals}
        inputs |= {name: reals[:, place, None] for place, name in enumerate(own.static_reals)}
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
        self._local_norm = Norm.of(network.post_lstm_add_norm_encoder.norm)
        self._attended_norm = Norm.of(network.post_attn_gate_norm.add_norm.norm)
        self._output_gate = Gate.of(Affine.of(network.pre_output_gate_norm.glu.fc))
        self._output_norm = Norm.of(network.pre_output_gate_norm.add_norm.norm)
        self._enrichment = GatedResidual.of(network.static_enrichment)
        self._feed_forward = GatedResidual.of(network.pos_wise_ff)
        attended = Affine.of(network.post_attn_gate_norm.glu.fc)
        steps = network.static_enrichment.gate_norm.add_norm.norm
        self._attention = Attention.of(network.multihead_attn, attended, steps, own.causal_attention)
        self._known = now


def _plain_lstm(
    module: Any, inputs: torch.Tensor, states: tuple[torch.Tensor, torch.Tensor]
) -> tuple[torch.Tensor, tuple[torch.Tensor, torch.Tensor]]:
    """Go through an LSTM without packing, which windows of one length do not need."""
    output, (hidden, cell) = torch.nn.LSTM.forward(module, inputs, states)
    return output, (hidden, cell)
