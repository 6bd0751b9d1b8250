"""Masked language modelling (Devlin et al. 2019): which places are hidden, and as what. Knows no model."""

from dataclasses import dataclass

import torch

from engine.families.text.heads import IGNORED


@dataclass(frozen=True)
class Vocabulary:
    """What masking has to know: how many tokens there are, the mask, and which are never hidden."""

    size: int
    mask: int
    special: tuple[int, ...]


@dataclass(frozen=True)
class Masked:
    """`ids` (B, L) as the model sees them, and `labels` (B, L): the true token at hidden places, elsewhere IGNORED."""

    ids: torch.Tensor
    labels: torch.Tensor


def mask_tokens(
    ids: torch.Tensor,
    vocabulary: Vocabulary,
    source: torch.Generator,
    share: float = 0.15,
    words: torch.Tensor | None = None,
) -> Masked:
    """Hide a share of the tokens: 80 % as the mask, 10 % as any token, 10 % stay as they are.

    With `words` (B, L), each place's word in its row (-1 for none), whole words are hidden. Every row that has a token to
    hide has one hidden, since a batch without any has no loss.
    """
    able = ~torch.isin(ids, torch.tensor(vocabulary.special, dtype=ids.dtype))
    chance = torch.rand(ids.shape, generator=source)
    if words is not None:
        able &= words >= 0
        # A word's places share the chance drawn for its number.
        chance = chance.gather(1, words.clamp(min=0).long())
    chance = chance.masked_fill(~able, torch.inf)
    hidden = (chance < share) | (chance == chance.amin(1, keepdim=True))
    hidden &= able
    kind = torch.rand(ids.shape, generator=source)
    any_token = torch.randint(vocabulary.size, ids.shape, generator=source, dtype=ids.dtype)
    seen = torch.where(hidden & (kind < 0.8), vocabulary.mask, ids)
    seen = torch.where(hidden & (kind >= 0.9), any_token, seen)
    return Masked(seen, torch.where(hidden, ids, IGNORED))
