"""Loaders of padded texts: labelled ones, and pairs of source and target. A batch is gathered at once, not text by text."""

from dataclasses import dataclass

import torch

from engine.families.text.token_arrays import TokenArray
from engine.training.loader import BatchPlan, EpochLoader

PADDING = 0


@dataclass(frozen=True)
class TextBatch:
    """`ids` (B, L) int64 padded with `PADDING`, `lengths` (B,) int64 on the CPU, `targets` (B,) or (B, labels), or None."""

    ids: torch.Tensor
    lengths: torch.Tensor
    targets: torch.Tensor | None

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True)
class PairBatch:
    """Padded sources and targets; a target begins and ends with the tokenizer's begin and end."""

    sources: TextBatch
    targets: TextBatch

    def __len__(self) -> int:
        return len(self.sources)


class Texts:
    """Texts in memory, from which padded batches are gathered; longer ones are cut at `max_length`."""

    def __init__(
        self, tokens: TokenArray, max_length: int, before: int | None = None, after: int | None = None
    ) -> None:
        """Put the tokens `before` and `after` around every text, within its length, where they are given."""
        self._ids = torch.tensor(tokens.ids, dtype=torch.int32)
        self._starts = torch.tensor(tokens.offsets[:-1])
        self._before, self._after = before, after
        self._added = (before is not None) + (after is not None)
        self.lengths = torch.tensor(tokens.lengths).clamp(max=max_length - self._added)

    def __len__(self) -> int:
        return len(self.lengths)

    def take(self, positions: torch.Tensor | slice, targets: torch.Tensor | None = None) -> TextBatch:
        """Return these texts, padded to the longest of them (to one place at least)."""
        lengths, starts = self.lengths[positions], self._starts[positions]
        width = max(1, int(lengths.max()))
        columns = torch.arange(width)
        inside = columns < lengths[:, None]
        places = torch.where(inside, starts[:, None] + columns, 0)
        ids = self._ids[places] if len(self._ids) else torch.zeros(len(lengths), width, dtype=torch.int32)
        ids = torch.where(inside, ids, PADDING).long()
        if self._added:
            ids = self._framed(ids, lengths)
        chosen = None if targets is None else targets[positions]
        return TextBatch(ids, (lengths + self._added).clamp(min=1), chosen)

    def _framed(self, ids: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
        parts = [ids] if self._before is None else [torch.full((len(ids), 1), self._before), ids]
        if self._after is None:
            return torch.cat(parts, 1)
        framed = torch.cat([*parts, torch.full((len(ids), 1), PADDING)], 1)
        framed[torch.arange(len(ids)), lengths + len(parts) - 1] = self._after
        return framed


class TextLoader(EpochLoader[TextBatch]):
    """Batches of texts with their targets, on `device`."""

    def __init__(
        self,
        texts: Texts,
        targets: torch.Tensor | None,
        plan: BatchPlan,
        seed: int | None = None,
        device: torch.device | str = "cpu",
    ) -> None:
        super().__init__(len(texts), plan, seed)
        self._texts, self._targets, self._device = texts, targets, torch.device(device)

    def take(self, positions: slice | torch.Tensor) -> TextBatch:
        """Return these texts."""
        return moved(self._texts.take(positions, self._targets), self._device)

    def nothing(self) -> TextBatch:
        """Return no text."""
        return nothing()


class PairLoader(EpochLoader[PairBatch]):
    """Batches of sources with their targets, on `device`."""

    def __init__(
        self,
        sources: Texts,
        targets: Texts,
        plan: BatchPlan,
        seed: int | None = None,
        device: torch.device | str = "cpu",
    ) -> None:
        super().__init__(len(sources), plan, seed)
        self._sources, self._targets, self._device = sources, targets, torch.device(device)

    def take(self, positions: slice | torch.Tensor) -> PairBatch:
        """Return these pairs."""
        pair = self._sources.take(positions), self._targets.take(positions)
        return PairBatch(moved(pair[0], self._device), moved(pair[1], self._device))

    def nothing(self) -> PairBatch:
        """Return no pair."""
        return PairBatch(nothing(), nothing())


def nothing() -> TextBatch:
    """Return a batch of no text."""
    return TextBatch(torch.empty(0, 1, dtype=torch.long), torch.empty(0, dtype=torch.long), None)


def moved(batch: TextBatch, device: torch.device) -> TextBatch:
    """Return a batch on a device; lengths stay on the CPU, where packing wants them."""
    targets = None if batch.targets is None else batch.targets.to(device)
    return TextBatch(batch.ids.to(device), batch.lengths, targets)
