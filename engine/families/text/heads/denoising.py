"""BART's noise (Lewis et al. 2020): spans become one mask (text infilling), tokens are masked or deleted, sentences change
places. One text at a time, as a list of ids without special tokens."""

from typing import Literal

import torch

Noise = Literal["infilling", "masking", "deletion", "permutation"]
MEAN_SPAN = 3.0


def corrupt(
    ids: list[int],
    noise: Noise,
    mask: int,
    source: torch.Generator,
    share: float = 0.3,
    ends: tuple[int, ...] = (),
) -> list[int]:
    """Return a text with noise in it; `share` of its tokens are masked or deleted. `ends` are tokens that end sentences.

    A text is never left empty.
    """
    if noise == "permutation":
        return _permuted(ids, ends, source)
    if noise == "infilling":
        return _infilled(ids, mask, share, source)
    hit = (torch.rand(len(ids), generator=source) < share).tolist()
    if noise == "masking":
        return [mask if one else token for token, one in zip(ids, hit, strict=True)]
    kept = [token for token, one in zip(ids, hit, strict=True) if not one]
    return kept or ids[:1]


def _permuted(ids: list[int], ends: tuple[int, ...], source: torch.Generator) -> list[int]:
    sentences: list[list[int]] = [[]]
    for token in ids:
        sentences[-1].append(token)
        if token in ends:
            sentences.append([])
    order = torch.randperm(len(sentences), generator=source).tolist()
    return [token for place in order for token in sentences[place]]


def _infilled(ids: list[int], mask: int, share: float, source: torch.Generator) -> list[int]:
    """Put one mask in the place of each span; lengths are Poisson's, and a span of none is a mask put in between."""
    left = round(len(ids) * share)
    spans: list[int] = []
    while left > 0 and len(spans) < len(ids):
        drawn = int(torch.poisson(torch.tensor(MEAN_SPAN), generator=source))
        spans.append(min(drawn, left))
        left -= drawn
    # What stays is dealt out between the spans: as many cuts as spans, drawn among the places that stay.
    stays = len(ids) - sum(spans)
    cuts = torch.randint(stays + 1, (len(spans),), generator=source).sort().values.tolist()
    found: list[int] = []
    read = written = 0
    for cut, span in zip(cuts, spans, strict=True):
        found += [*ids[read : read + cut - written], mask]
        read += cut - written + span
        written = cut
    return [*found, *ids[read:]]
