"""Tokenizers: trained on a corpus or read from a folder's tokenizer.json, as transformers' fast ones. Runs no code that
came with a folder and reads no vocabulary from anywhere else."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import PreTrainedTokenizerFast

from engine.families.text.alphabet import Alphabet
from engine.families.text.unigram import settled
from engine.spec.nlp import TokenizerSpec
from engine.training.failures import RunFailed

PAD, UNKNOWN, BEGIN, END, MASK = "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"
SPECIAL = (PAD, UNKNOWN, BEGIN, END, MASK)
ROLES = ("pad_token", "unk_token", "cls_token", "sep_token", "mask_token", "bos_token", "eos_token")
KNOWN = {
    "pad_token": (PAD, "<pad>"),
    "unk_token": (UNKNOWN, "<unk>"),
    "cls_token": (BEGIN, "<s>"),
    "sep_token": (END, "</s>"),
    "mask_token": (MASK, "<mask>"),
    "bos_token": ("<s>", "<|endoftext|>", "<|begin_of_text|>"),
    "eos_token": ("</s>", "<|endoftext|>", "<|end_of_text|>"),
}
FEWEST_LETTERS = 100  # that a small vocabulary has room for; in a large one, letters take a quarter at the most
SPACE = "▁"
LONGEST_WORD = 20_000  # letters; longer runs without a space are cut for training, or one line would cost minutes


@dataclass(frozen=True)
class TrainedTokenizer:
    """A tokenizer and sentences about it."""

    tokenizer: PreTrainedTokenizerFast
    notes: tuple[str, ...] = ()


def train_tokenizer(
    texts: Iterable[list[str]], spec: TokenizerSpec, cancelled: Callable[[], bool] = lambda: False
) -> TrainedTokenizer:
    """Train on batches of texts. Ids 0 to 4 are padding, unknown, begin, end and mask; a special token of the
    specification that is a usual name of one of them, as <unk> is, stands for it. Raises RunFailed.

    Texts are wrapped in begin and end unless `add_special_tokens` is False. The same texts give the same tokenizer.
    """
    if iter(texts) is texts:
        texts = list(texts)  # they are read twice
    names = _names(spec)
    special = [*names, *(one for one in spec.special_tokens if one not in names)]
    made = _untrained(spec, names[1])
    seen = _Counted(texts, special, cancelled)
    try:
        letters, pieces = _alphabet(seen, spec)
        made.train_from_iterator(iter(seen), trainer=_trainer(spec, [*special, *pieces], letters))
        made = _without(made, pieces)
        made = settled(made, special) if spec.kind == "unigram" and seen.letters else made
    except RunFailed:
        raise
    except Exception as error:  # the library has no class of its own for what goes wrong in it
        if seen.letters:
            raise RunFailed(f"The tokenizer could not be trained: {error}.", "Choose another kind or size.") from error
    if cancelled():
        raise RunFailed("The tokenizer's training was cancelled.")
    if not seen.letters:
        raise RunFailed("There is no text to train a tokenizer on.", "Choose a column or a file with text.")
    _, _, begin, end, _ = names
    made.post_processor = processors.TemplateProcessing(
        single=f"{begin} $A {end}",
        pair=f"{begin} $A {end} $B:1 {end}:1",
        special_tokens=[(one, made.token_to_id(one)) for one in (begin, end)],
    )
    return TrainedTokenizer(_wrapped(made, dict(zip(ROLES, (*names, begin, end), strict=True))), _notes(made, spec))


def _names(spec: TokenizerSpec) -> tuple[str, ...]:
    """Return what stands for padding, unknown, begin, end and mask: the corpus may have marks of its own."""
    roles = zip(ROLES, SPECIAL, strict=False)
    return tuple(next((one for one in spec.special_tokens if one in KNOWN[role]), usual) for role, usual in roles)


def _alphabet(texts: Iterable[list[str]], spec: TokenizerSpec) -> tuple[list[str], list[str]]:
    """Return the letters that a trainer begins with, and pieces that get numbers before it finds them."""
    if spec.kind not in {"wordpiece", "bpe"}:
        return [], []
    alphabet = Alphabet(spec.lowercase)
    for batch in texts:
        alphabet.add(batch)
    letters = alphabet.letters(max(FEWEST_LETTERS, spec.vocabulary // 4))
    if spec.kind == "bpe":
        return [*letters, SPACE], []
    return letters, alphabet.continuing(letters)


def _without(made: Tokenizer, pieces: list[str]) -> Tokenizer:
    """Return a tokenizer that takes these pieces for ordinary ones, though its trainer was told that they are special."""
    if not pieces:
        return made
    described = json.loads(made.to_str())
    ordinary = set(pieces)
    described["added_tokens"] = [one for one in described["added_tokens"] if one["content"] not in ordinary]
    return Tokenizer.from_str(json.dumps(described))


def load_tokenizer(folder: Path) -> PreTrainedTokenizerFast:
    """Read a folder's tokenizer.json and, for the roles of special tokens, its JSON settings. Raises RunFailed."""
    path = Path(folder) / "tokenizer.json"
    if not path.is_file():
        raise RunFailed(
            f"{folder} has no tokenizer.json.",
            "Save its tokenizer with transformers' save_pretrained (a fast tokenizer) and choose that folder.",
        )
    try:
        made = Tokenizer.from_file(str(path))
    except Exception as error:  # the library raises plain Exception
        raise RunFailed(f"{path} is not a tokenizer, or it is damaged ({error}).") from error
    made.no_padding()
    made.no_truncation()
    return _wrapped(made, _roles(Path(folder), made))


def save_tokenizer(tokenizer: PreTrainedTokenizerFast, folder: Path) -> None:
    """Write a folder that from_pretrained and `load_tokenizer` open."""
    tokenizer.save_pretrained(str(folder))


def _untrained(spec: TokenizerSpec, unknown: str) -> Tokenizer:
    kind = spec.kind
    model: Any
    if kind == "wordpiece":
        model = models.WordPiece(unk_token=unknown)
    elif kind in {"bpe", "byte-bpe"}:
        model = models.BPE(unk_token=unknown if kind == "bpe" else None)
    elif kind == "unigram":
        model = models.Unigram()
    else:
        model = models.WordLevel(unk_token=unknown)
    made = Tokenizer(model)
    steps: list[Any] = [normalizers.NFC(), *([normalizers.Lowercase()] if spec.lowercase else [])]
    made.normalizer = normalizers.Sequence(steps)
    made.pre_tokenizer, decoder = _pieces(kind, spec.punctuation)
    if decoder is not None:
        made.decoder = decoder
    return made


def _pieces(kind: str, punctuation: bool) -> tuple[Any, Any]:
    """Return how text is cut before the model sees it, and how pieces are joined again."""
    if kind == "wordpiece":
        return pre_tokenizers.BertPreTokenizer(), decoders.WordPiece()
    if kind == "byte-bpe":
        return pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
    if kind in {"bpe", "unigram"}:
        return pre_tokenizers.Metaspace(), decoders.Metaspace()
    if kind == "characters":
        return pre_tokenizers.Split(Regex(r"[\s\S]"), "isolated"), decoders.Fuse()
    if punctuation:
        return pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Punctuation()]), None
    return pre_tokenizers.WhitespaceSplit(), None


def _trainer(spec: TokenizerSpec, special: list[str], letters: list[str]) -> Any:
    size = max(spec.vocabulary, len(special) + 1)
    shared: dict[str, Any] = {"vocab_size": size, "special_tokens": special, "show_progress": False}
    if spec.kind == "unigram":
        return trainers.UnigramTrainer(unk_token=special[1], **shared)
    shared["min_frequency"] = spec.min_frequency
    if spec.kind == "wordpiece":
        return trainers.WordPieceTrainer(initial_alphabet=letters, limit_alphabet=len(letters), **shared)
    if spec.kind == "bpe":
        return trainers.BpeTrainer(initial_alphabet=letters, limit_alphabet=len(letters), **shared)
    if spec.kind == "byte-bpe":
        return trainers.BpeTrainer(initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), **shared)
    return trainers.WordLevelTrainer(**shared)


def _notes(made: Tokenizer, spec: TokenizerSpec) -> tuple[str, ...]:
    size = made.get_vocab_size()
    if size < spec.vocabulary:
        said = f"The text gives {size:,} tokens, fewer than the {spec.vocabulary:,} that were allowed."
        return (said,)
    if size > spec.vocabulary:
        return (f"The tokenizer has {size:,} tokens, since single letters and special tokens alone are that many.",)
    return ()


def _wrapped(made: Tokenizer, roles: dict[str, str]) -> PreTrainedTokenizerFast:
    wrapped: PreTrainedTokenizerFast = PreTrainedTokenizerFast(
        tokenizer_object=made, clean_up_tokenization_spaces=False, **roles
    )
    return wrapped


def _roles(folder: Path, made: Tokenizer) -> dict[str, str]:
    """Return which special tokens stand for what: as the folder says, else by the names that are in use."""
    said: dict[str, Any] = {}
    for name in ("special_tokens_map.json", "tokenizer_config.json"):
        try:
            read = json.loads((folder / name).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        said |= read if isinstance(read, dict) else {}
    roles: dict[str, str] = {}
    for role in ROLES:
        value = said.get(role)
        value = value.get("content") if isinstance(value, dict) else value
        candidates = (value,) if isinstance(value, str) else KNOWN[role]
        found = next((one for one in candidates if made.token_to_id(one) is not None), None)
        if found is not None:
            roles[role] = found
    return roles


class _Counted:
    """Texts as the trainer takes them, without special tokens, which the model never sees; notices whether there were
    any, and a wish to stop.
    """

    def __init__(self, texts: Iterable[list[str]], special: Sequence[str], cancelled: Callable[[], bool]) -> None:
        self._texts, self._special, self._cancelled = texts, special, cancelled
        self.letters = 0

    def __iter__(self) -> Iterator[list[str]]:
        self.letters = 0
        for batch in self._texts:
            if self._cancelled():
                return
            whole = [piece for text in batch for piece in _cut(self._plain(text))]
            self.letters += sum(len(text.strip()) for text in whole)
            yield whole

    def _plain(self, text: str) -> str:
        for one in self._special:
            text = text.replace(one, " ")
        return text


def _cut(text: str) -> Iterator[str]:
    if len(text) <= LONGEST_WORD:
        yield text
        return
    for start in range(0, len(text), LONGEST_WORD):
        yield text[start : start + LONGEST_WORD]
