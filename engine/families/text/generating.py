"""Texts gone on with, token by token, and masks filled in. Draws from a source of chance of its own alone, so that a
training may be watched without being changed."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch

from engine.families.text.classic.language_model import RnnLanguageModel, State
from engine.families.text.encoder import TextEncoder
from engine.families.text.logits import logits_at
from engine.families.text.networks import text_of
from engine.families.text.trained import TrainedText
from engine.families.text.transformers_models import POSITIONS, TransformersNetwork
from engine.runs.texts import Chance, Decoding
from engine.training.failures import RunFailed
from engine.training.randomness import generator

TELL_EVERY_S = 0.1
Heard = Callable[[str], None]


@dataclass(frozen=True)
class Continuation:
    """What comes after a text, its tokens, and whether the model said itself that the text ends there."""

    text: str
    ids: tuple[int, ...]
    ended: bool
    notes: tuple[str, ...] = ()


def go_on(
    model: TrainedText,
    text: str,
    decoding: Decoding,
    cancelled: Callable[[], bool] = lambda: False,
    heard: Heard = lambda _text: None,
) -> Continuation:
    """Go on with a text until its end token or as many tokens as are asked for. Raises RunFailed where the model's output
    is no number, or the tokenizer has no token at all for what to begin with. `heard` is told now and then what
    there is already.
    """
    return go_on_from(model, beginning(model.encoder, text), decoding, cancelled, text, heard)


def beginning(encoder: TextEncoder, text: str) -> list[int]:
    """Return the token ids that a text begins with; where it is empty what stands between texts."""
    given: list[int] = encoder.tokenizer.backend_tokenizer.encode(text, add_special_tokens=False).ids
    end = encoder.tokenizer.eos_token_id
    return given or [end if isinstance(end, int) else encoder.pad]


@torch.no_grad()
def go_on_from(
    model: TrainedText,
    given: list[int],
    decoding: Decoding,
    cancelled: Callable[[], bool] = lambda: False,
    text: str | None = None,
    heard: Heard = lambda _text: None,
) -> Continuation:
    """Go on after token ids as `go_on` does."""
    reader, encoder = _reader(model), model.encoder
    end, banned = encoder.tokenizer.eos_token_id, banned_of(encoder)
    made: list[int] = []
    chance, is_over = generator(decoding.seed, 0), False
    model.network.eval()
    logits, told = reader.read(given), time.monotonic()
    while not is_over and len(made) < decoding.tokens and not cancelled():
        logits[banned] = -torch.inf
        made.append(chosen(logits, decoding, chance))
        is_over = made[-1] == end
        if time.monotonic() - told > TELL_EVERY_S:
            heard(behind(encoder, given, made, text))
            told = time.monotonic()
        if not is_over and len(made) < decoding.tokens:
            logits = reader.read([made[-1]])
    kept = made[:-1] if is_over else made
    return Continuation(behind(encoder, given, kept, text), tuple(kept), is_over, reader.notes())


def chosen(logits: torch.Tensor, decoding: Decoding, chance: torch.Generator) -> int:
    """Return a token by its logits [vocabulary] on the host: the likeliest, or one that is drawn from those that are left
    (nucleus: Holtzman et al. 2020). Raises RunFailed where they are no numbers.
    """
    if bool(torch.isnan(logits).any()) or not bool(torch.isfinite(logits).any()):
        raise RunFailed("What the model says is not a number.", "Its training diverged: take an earlier checkpoint.")
    if decoding.greedy:
        return int(logits.argmax())
    ordered, order = (logits.double() / decoding.temperature).sort(descending=True)
    if decoding.top_k:
        ordered[decoding.top_k :] = -torch.inf
    probabilities = ordered.softmax(0)
    if decoding.top_p < 1:
        probabilities[probabilities.cumsum(0) - probabilities >= decoding.top_p] = 0
    return int(order[torch.multinomial(probabilities, 1, generator=chance)])


@torch.no_grad()
def fill_masks(model: TrainedText, ids: torch.Tensor, count: int = 5) -> tuple[tuple[Chance, ...], ...]:
    """Return for each mask among token ids [length] its likeliest tokens, the likeliest first."""
    found = _masked_logits(model, ids)
    best = found.softmax(1).topk(min(count, found.shape[1]), dim=1)
    tokenizer = model.encoder.tokenizer
    return tuple(
        tuple(
            Chance(label=tokenizer.decode([one]), probability=share) for one, share in zip(tokens, shares, strict=True)
        )
        for tokens, shares in zip(best.indices.tolist(), best.values.tolist(), strict=True)
    )


@torch.no_grad()
def filled(model: TrainedText, ids: torch.Tensor) -> torch.Tensor:
    """Return token ids [length] with the likeliest token at each mask, each guessed with the others hidden."""
    whole = ids.clone()
    whole[ids == mask_of(model.encoder)] = _masked_logits(model, ids).argmax(1).to(ids.device)
    return whole


def mask_of(encoder: TextEncoder) -> int:
    """Return the id of the mask."""
    found = encoder.tokenizer.mask_token_id
    assert isinstance(found, int)
    return found


def readable(encoder: TextEncoder, ids: torch.Tensor | Sequence[int]) -> str:
    """Return tokens as text, with masks and unknown ones, without what frames and fills."""
    tokenizer = encoder.tokenizer
    frames = {tokenizer.cls_token_id, tokenizer.sep_token_id, tokenizer.bos_token_id, tokenizer.eos_token_id}
    plain = ids.tolist() if isinstance(ids, torch.Tensor) else ids
    return str(tokenizer.decode([one for one in plain if one not in frames and one != encoder.pad]))


def context_of(model: TrainedText) -> int | None:
    """Return how many tokens a causal transformer may look at: its positions, of which those behind the longest sample were
    never trained unless the weights came from elsewhere. None for a recurrent network, which reads on for ever.
    """
    if not isinstance(model.network, TransformersNetwork):
        return None
    own = text_of(model.spec)
    found = [model.config[name] for name in POSITIONS if isinstance(model.config.get(name), int)]
    positions = int(found[0]) if found else own.max_length
    return positions if own.checkpoint else min(positions, own.max_length)


class _Recurrent:
    """Reads on with the state behind the last token."""

    def __init__(self, network: RnnLanguageModel, device: torch.device) -> None:
        self._network, self._device = network, device
        self._behind: State | None = None

    def read(self, ids: list[int]) -> torch.Tensor:
        """Return the logits [vocabulary] of what comes next, on the host."""
        logits, self._behind = self._network(torch.tensor([ids], device=self._device), self._behind)
        last: torch.Tensor = logits[0, -1]
        return last.float().cpu()

    def notes(self) -> tuple[str, ...]:
        """Return nothing: it forgets nothing at once."""
        return ()


class _Causal:
    """Reads on with the keys and values of all tokens before; where they fill the context, the last half is read again."""

    def __init__(self, network: TransformersNetwork, most: int, device: torch.device) -> None:
        self._model, self._most, self._device = network.model, max(2, most), device
        self._read: list[int] = []
        self._cache: object = None
        self._forgot = False

    def read(self, ids: list[int]) -> torch.Tensor:
        """Return the logits [vocabulary] of what comes next, on the host."""
        if len(self._read) + len(ids) > self._most:
            ids = [*self._read, *ids]
            ids = ids[-self._most :] if self._cache is None else ids[-(self._most // 2) :]
            self._read, self._cache, self._forgot = [], None, True
        self._read += ids
        given = torch.tensor([ids], device=self._device)
        found = self._model(input_ids=given, past_key_values=self._cache, use_cache=True)
        self._cache = found.past_key_values
        last: torch.Tensor = found.logits[0, -1]
        return last.float().cpu()

    def notes(self) -> tuple[str, ...]:
        """Say where the beginning was forgotten."""
        if not self._forgot:
            return ()
        return (f"The model looks at {self._most:,} tokens at most: it forgot the beginning.",)


def _reader(model: TrainedText) -> _Recurrent | _Causal:
    network, device = model.network, next(model.network.parameters()).device
    if isinstance(network, RnnLanguageModel):
        return _Recurrent(network, device)
    if isinstance(network, TransformersNetwork) and text_of(model.spec).task == "causal-lm":
        most = context_of(model)
        assert most is not None
        return _Causal(network, most, device)
    raise RunFailed("Only a causal or a recurrent language model goes on with a text.", "Choose a run of that kind.")


def banned_of(encoder: TextEncoder) -> torch.Tensor:
    """Return the tokens that no text is gone on with: what frames, fills and hides, and what stands for the unknown."""
    tokenizer = encoder.tokenizer
    return torch.tensor(sorted({*tokenizer.all_special_ids} - {tokenizer.eos_token_id}), dtype=torch.long)


def behind(encoder: TextEncoder, given: list[int], made: list[int], text: str | None) -> str:
    """Return new tokens as they read behind the given ones, with the space between the two where there is one."""
    tokenizer = encoder.tokenizer
    before = str(tokenizer.decode(given, skip_special_tokens=True))
    whole = str(tokenizer.decode([*given, *made], skip_special_tokens=True))
    alone = str(tokenizer.decode(made, skip_special_tokens=True))
    new = whole[len(before) :] if whole.startswith(before) else alone
    return new.lstrip() if text is not None and (not text or text[-1].isspace()) else new


def _masked_logits(model: TrainedText, ids: torch.Tensor) -> torch.Tensor:
    """Return the logits [masks, vocabulary] at the masks, on the host."""
    network = model.network
    if not isinstance(network, TransformersNetwork) or text_of(model.spec).task != "masked-lm":
        raise RunFailed("Only a masked language model fills masks in.", "Choose a run of that kind.")
    network.eval()
    device = next(network.parameters()).device
    given = ids[None].to(device)
    wanted = given == mask_of(model.encoder)
    if not bool(wanted.any()):
        return torch.empty(0, model.encoder.vocabulary)
    return logits_at(network.model, {"input_ids": given, "mask": torch.ones_like(wanted)}, wanted).float().cpu()
