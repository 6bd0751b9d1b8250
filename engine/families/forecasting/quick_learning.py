"""QuickLearning: the library's Temporal Fusion Transformer as it learns, with its own layers and its own draws, but with
what is done to each row in fewer steps. Gives the library's numbers and gradients but for rounding."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import nn
from torch.nn import functional

from engine.families.forecasting.quick_gates import FewNorm, GatedNorm, Weighted

Inputs = dict[str, torch.Tensor]


class QuickLearning:
    """Goes through a network of the library, of one target, with gradients."""

    def __init__(self, network: Any) -> None:
        self._network = network
        self._maps: dict[Any, torch.Tensor] = {}

    def __call__(self, x: Inputs) -> torch.Tensor:
        """Return the network's output [n, horizon, outputs]."""
        network = self._network
        begin, end = x["encoder_cont"].shape[1], x["encoder_cont"].shape[1] + x["decoder_cont"].shape[1]
        every = self._inputs(x)
        static = self._static(x, every)
        context = self._residual(network.static_context_variable_selection, static)
        past = self._selected(network.encoder_variable_selection, every, slice(0, begin), context)
        future = self._selected(network.decoder_variable_selection, every, slice(begin, end), context)
        before, after = self._remembered(x, past, future, static)
        gate, norm = network.post_lstm_gate_encoder, network.post_lstm_add_norm_encoder.norm
        local = torch.cat([_gated(gate, norm, before, past), _gated(gate, norm, after, future)], dim=1)
        enrichment = self._residual(network.static_context_enrichment, static)
        steps = self._residual(network.static_enrichment, local, enrichment)
        attended = self._attended(x, steps, begin)
        attended = _gate_added(network.post_attn_gate_norm, attended, steps[:, begin:])
        found = self._residual(network.pos_wise_ff, attended)
        output: torch.Tensor = network.output_layer(_gate_added(network.pre_output_gate_norm, found, local[:, begin:]))
        return output

    def _inputs(self, x: Inputs) -> dict[str, torch.Tensor]:
        """Return all inputs by name [n, steps, numbers], categories embedded."""
        network, own = self._network, self._network.hparams
        reals = torch.cat([x["encoder_cont"], x["decoder_cont"]], dim=1)
        found = {name: reals[..., place, None] for place, name in enumerate(own.x_reals) if name in network.reals}
        codes = torch.cat([x["encoder_cat"], x["decoder_cat"]], dim=1)
        for name, table in network.input_embeddings.embeddings.items():
            places = [own.x_categoricals.index(one) for one in own.categorical_groups.get(name, [name])]
            # Of what is static the first step is asked for alone.
            part = codes[:, :1] if name in own.static_categoricals else codes
            found[name] = table(part[..., places] if name in own.categorical_groups else part[..., places[0]])
        return found

    def _static(self, x: Inputs, every: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """Return what is known of each series [n, hidden]."""
        network = self._network
        if not network.static_variables:
            return x["encoder_cont"].new_zeros(len(x["encoder_cont"]), network.hparams.hidden_size)
        inputs = {name: every[name][:, 0] for name in network.static_variables}
        found: torch.Tensor = network.static_variable_selection(inputs)[0]
        return found

    def _remembered(
        self, x: Inputs, past: torch.Tensor, future: torch.Tensor, static: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Return what the LSTMs say of past and future [n, steps, hidden]."""
        network = self._network
        states = tuple(
            self._residual(one, static).expand(network.hparams.lstm_layers, -1, -1)
            for one in (network.static_context_initial_hidden_lstm, network.static_context_initial_cell_lstm)
        )
        before, last = network.lstm_encoder(past, states, lengths=x["encoder_lengths"], enforce_sorted=False)
        after, _ = network.lstm_decoder(future, last, lengths=x["decoder_lengths"], enforce_sorted=False)
        return before, after

    def _selected(
        self, module: Any, every: Mapping[str, torch.Tensor], part: slice, context: torch.Tensor
    ) -> torch.Tensor:
        """Return the weighted mean [n, steps of a part, hidden] of inputs [n, steps, numbers]; a context is [n, hidden]."""
        if not module.input_sizes:
            return context.new_zeros(len(context), part.stop - part.start, module.hidden_size)
        given, made = [], []
        for name in module.input_sizes:
            one = every[name][:, part]
            if name in module.prescalers:
                one = module.prescalers[name](one)
            given.append(one)
            made.append(self._residual(module.single_variable_grns[name], one))
        if len(made) == 1:
            return made[0]
        scores = self._residual(module.flattened_grn, torch.cat(given, dim=-1), context)
        return Weighted.apply(scores, *made)  # type: ignore[no-any-return]

    def _residual(self, module: Any, x: torch.Tensor, context: torch.Tensor | None = None) -> torch.Tensor:
        """Return what a gated residual network, or what norms an embedding, makes of x; a context is one of all steps."""
        if not hasattr(module, "fc1"):
            return self._resampled(module, x)
        skip = x
        if module.input_size != module.output_size and not module.residual:
            skip = self._resampled(module.resample_norm, x)
        inner = module.fc1(x)
        if context is not None:
            inner = inner + module.context(context)[:, None]
        return _gate_added(module.gate_norm, module.fc2(functional.elu(inner)), skip)

    def _resampled(self, module: Any, x: torch.Tensor) -> torch.Tensor:
        """Return rows interpolated, multiplied with what is learned, and normed: the first two as one matrix."""
        factor = 2.0 * module.mask.sigmoid() if module.trainable_add else None
        if module.input_size != module.output_size:
            matrix = self._interpolation(module, x)
            x = x @ (matrix if factor is None else matrix * factor)
        elif factor is not None:
            x = x * factor
        return _normed(module.norm, x)

    def _interpolation(self, module: Any, like: torch.Tensor) -> torch.Tensor:
        """Return the interpolation of rows as a matrix [from, to]."""
        key = module.input_size, module.output_size, like.dtype, like.device
        if key not in self._maps:
            rows = torch.eye(module.input_size, dtype=like.dtype, device=like.device)
            self._maps[key] = module.resample.interpolate(rows)
        return self._maps[key]

    def _attended(self, x: Inputs, steps: torch.Tensor, begin: int) -> torch.Tensor:
        """Return what the steps from `begin` on see of all [n, steps from begin, hidden]."""
        module = self._network.multihead_attn
        hidden = self._hidden(x, steps)
        values, asked, heads = module.v_layer(steps), steps[:, begin:], []
        for query, key in zip(module.q_layers, module.k_layers, strict=True):
            scores = torch.baddbmm(hidden, query(asked), key(steps).mT, alpha=module.d_k**-0.5)
            heads.append(module.dropout(scores.softmax(dim=-1) @ values))
        mean = torch.stack(heads).mean(dim=0) if len(heads) > 1 else heads[0]
        found: torch.Tensor = module.dropout(module.w_h(mean))
        return found

    def _hidden(self, x: Inputs, like: torch.Tensor) -> torch.Tensor:
        """Return what is added to scores, so that steps that must not be seen count nothing [n or 1, horizon, steps]."""
        network, lengths = self._network, (x["encoder_lengths"], x["decoder_lengths"])
        if like.is_cpu and all(bool((one == one[0]).all()) for one in lengths):
            lengths = lengths[0][:1], lengths[1][:1]
        mask = network.get_attention_mask(encoder_lengths=lengths[0], decoder_lengths=lengths[1])
        return like.new_zeros(mask.shape).masked_fill_(mask, network.multihead_attn.mask_bias)


def _gate_added(module: Any, x: torch.Tensor, skip: torch.Tensor) -> torch.Tensor:
    """Return what a gate with a skip connection makes of x and `skip`."""
    return _gated(module.glu, module.add_norm.norm, x, skip)


def _gated(module: Any, norm: nn.LayerNorm, x: torch.Tensor, skip: torch.Tensor) -> torch.Tensor:
    """Return x through a gated linear unit, `skip` added, normed."""
    if module.dropout is not None:
        x = module.dropout(x)
    own = module.fc.weight, module.fc.bias, norm.weight, norm.bias, norm.eps
    return GatedNorm.apply(x, skip, *own)  # type: ignore[no-any-return]


def _normed(norm: nn.LayerNorm, x: torch.Tensor) -> torch.Tensor:
    return FewNorm.apply(x, norm.weight, norm.bias, norm.eps)  # type: ignore[no-any-return]
