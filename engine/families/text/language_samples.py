"""What a language model makes of a few texts as it stands: hidden words with candidates, texts gone on with."""

from collections.abc import Callable, Sequence

import torch

from engine.families.text.generating import fill_masks, filled, go_on_from, mask_of, readable
from engine.families.text.live_samples import LETTERS, Make
from engine.families.text.networks import text_of
from engine.families.text.trained import TrainedText
from engine.runs.text_samples import TextPiece, TextSample
from engine.runs.texts import Decoding
from engine.training.randomness import generator

BEGINNING, TOKENS = 16, 24
"""Tokens of a text that are shown to a model that goes on with it, and those that it adds."""
DECODING = Decoding(tokens=TOKENS, top_k=20)
HIDDEN, MOST_HIDDEN, READ = 0.15, 6, 80
"""The share of a text's tokens that are hidden, the most of them, and the tokens that are read at most."""
CANDIDATES = 4


def of_language(model: Callable[[], TrainedText], texts: Sequence[str]) -> Make:
    """Return what fills masks in texts, or goes on with the run's own prompt and the beginnings of texts."""
    known = model()
    own = text_of(known.spec)
    if own.task == "masked-lm":
        hidden = [_hidden(known, text, place) for place, text in enumerate(texts)]
        return lambda: tuple(_filled(model(), *one) for one in hidden)
    begun = [one for text in texts if (one := _begun(known, text))]
    if own.prompt.strip():
        ids = known.encoder.tokenizer.backend_tokenizer.encode(own.prompt, add_special_tokens=False).ids
        begun = [(ids, []), *begun[:-1]] if ids else begun
    return lambda: tuple(_gone_on(model(), *one) for one in begun)


def _hidden(model: TrainedText, text: str, place: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Return a text's token ids, and those with some hidden: the same after every epoch."""
    ids = model.encoder.encode([text])[0].values
    if len(ids) > READ:
        ids = torch.cat([ids[: READ - 1], ids[-1:]])
    special = torch.tensor(sorted(model.encoder.tokenizer.all_special_ids))
    able = ~torch.isin(ids, special)
    lots = torch.rand(len(ids), generator=generator(0, place)).masked_fill(~able, 2.0)
    count = min(int(able.sum()), MOST_HIDDEN, max(1, round(HIDDEN * int(able.sum()))))
    given = ids.clone()
    given[lots.argsort()[:count]] = mask_of(model.encoder)
    return given, ids


def _filled(model: TrainedText, given: torch.Tensor, ids: torch.Tensor) -> TextSample:
    encoder = model.encoder
    chances, whole = fill_masks(model, given, CANDIDATES), readable(encoder, ids)
    pieces: list[TextPiece] = []
    end = 0
    for place, candidates in zip((given == mask_of(encoder)).nonzero()[:, 0].tolist(), chances, strict=True):
        first, last = (len(readable(encoder, ids[:until])) for until in (place, place + 1))
        own = whole[first:last]
        first += len(own) - len(own.lstrip())  # the space before a word is not hidden
        made, wanted = candidates[0].label.strip(), own.strip()
        is_right = made.removeprefix("##") == wanted
        pieces += [TextPiece(text=whole[end:first])] if first > end else []
        end = max(end, last)
        pieces.append(TextPiece(text=made, mark="right" if is_right else "wrong", wanted=wanted, chances=candidates))
    pieces += [TextPiece(text=whole[end:])] if whole[end:] else []
    shown, told, truth = (readable(encoder, one)[:LETTERS] for one in (given, filled(model, given), ids))
    return TextSample(given=shown, made=told, wanted=truth, pieces=tuple(pieces))


def _begun(model: TrainedText, text: str) -> tuple[list[int], list[int]] | None:
    """Return the beginning of a text's tokens and what follows it, or None for a text of a single token."""
    ids: list[int] = model.encoder.encode([text])[0].values.tolist()
    most = min(BEGINNING, len(ids) // 2)
    return (ids[:most], ids[most : most + TOKENS]) if most else None


def _gone_on(model: TrainedText, given: list[int], wanted: list[int]) -> TextSample:
    begun, made = readable(model.encoder, given), go_on_from(model, given, DECODING).text
    pieces = (TextPiece(text=begun), TextPiece(text=made, mark="made"))
    return TextSample(given=begun, made=made, wanted=readable(model.encoder, wanted), pieces=pieces)
