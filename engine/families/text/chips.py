"""Token ids as chips to look at: how each token reads, and whether it is special, unknown or filling."""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from engine.catalog.text_view import MOST_CHIPS, Chip, ChipKind, ChipMark, SeenPart
from engine.families.text.encoder import TextEncoder

SPACE, LINE, TAB = "▁", "⏎", "⇥"
MOST_LETTERS = 60
"""Letters of one token that are shown; a tokenizer of words may take a whole line for one."""


class Chips:
    """Makes chips of a tokenizer's ids."""

    def __init__(self, encoder: TextEncoder) -> None:
        tokenizer = encoder.tokenizer
        self._name = tokenizer.convert_ids_to_tokens
        self._special = set(tokenizer.all_special_ids)
        self._unknown = tokenizer.unk_token_id
        self.mask = tokenizer.mask_token_id
        self._by_bytes = "ByteLevel" in str(tokenizer.backend_tokenizer.decoder)

    def chip(self, token: int, mark: ChipMark = "", note: str = "", real: bool = True) -> Chip:
        """Return one; `real` is False for what only fills a row up."""
        raw = str(self._name(token))
        kind: ChipKind = "plain"
        if not real:
            kind = "padding"
        elif token == self._unknown:
            kind = "unknown"
        elif token in self._special:
            kind = "special"
        text = raw if kind != "plain" else self.text(token)
        return Chip(text=shortened(text), raw=shortened(raw), id=token, kind=kind, mark=mark, note=shortened(note))

    def text(self, token: int) -> str:
        """Return how a token reads: bytes as the letters that they are, spaces and ends of lines as signs."""
        raw = str(self._name(token))
        if self._by_bytes and token not in self._special:
            raw = read_bytes(raw)
        return raw.replace(" ", SPACE).replace("\n", LINE).replace("\t", TAB)

    def part(
        self,
        ids: Sequence[int],
        title: str = "",
        marks: Iterable[ChipMark] = (),
        notes: Iterable[str] = (),
        real: Sequence[bool] = (),
        is_right: bool = False,
    ) -> SeenPart:
        """Return the first ids as chips; marks and notes stand at the ids' places, or there are none."""
        shown = ids[:MOST_CHIPS]
        marked, noted = list(marks) or [""] * len(ids), list(notes) or [""] * len(ids)
        are_real = real or [True] * len(ids)
        chips = tuple(
            self.chip(token, marked[place], noted[place], bool(are_real[place])) for place, token in enumerate(shown)
        )
        return SeenPart(title=title, chips=chips, left_out=len(ids) - len(shown), is_right=is_right)


def read_bytes(raw: str) -> str:
    """Return a byte-level token's text; where its bytes are a part of a letter alone, their numbers (‹f0 9f›)."""
    table = _bytes_of_letters()
    found = bytes(table[letter] for letter in raw if letter in table)
    try:
        return found.decode()
    except UnicodeDecodeError:
        return f"‹{found.hex(' ')}›"


@lru_cache(maxsize=1)
def _bytes_of_letters() -> dict[str, int]:
    """Return which byte each letter of GPT-2's alphabet stands for: printable ones for themselves, others from 256 on."""
    plain = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in plain]
    return {chr(byte): byte for byte in plain} | {chr(256 + place): byte for place, byte in enumerate(others)}


def shortened(text: str) -> str:
    """Return the beginning of a token's text that is shown."""
    return text if len(text) <= MOST_LETTERS else f"{text[: MOST_LETTERS - 1]}…"
