"""What the model will be given, before training: the first batch as chips, the lengths and the tokenizer, for a page to
show; and the tokens of a typed text. Must not train a network."""

from collections.abc import Callable
from pathlib import Path

from engine.catalog.text_view import MOST_TYPED, TextView, TypedTokens
from engine.families.text.chips import Chips, shortened
from engine.families.text.first_batch import first_batch
from engine.families.text.looking import cuts, look, looking, tokenizer_view
from engine.families.text.networks import text_of
from engine.spec import RunSpec


def _never() -> bool:
    return False


def see(workspace: Path, spec: RunSpec, cancelled: Callable[[], bool] = _never) -> TextView:
    """Return what a page shows of a specification's texts. Raises RunFailed, also when `cancelled` before it begins."""
    with looking(cancelled):
        own, looked = text_of(spec), look(workspace, spec)
        batch = first_batch(looked, spec)
        return TextView(
            task=own.task,
            max_length=own.max_length,
            cuts=cuts(own),
            is_whole=looked.is_whole,
            is_exact=batch.is_exact,
            texts=len(looked.fold.train),
            lengths=looked.lengths,
            tokenizer=tokenizer_view(looked, spec),
            batch=batch.rows,
            padding=batch.padding,
            samples=batch.samples,
            notes=looked.notes,
        )


def tokenize(workspace: Path, spec: RunSpec, text: str, cancelled: Callable[[], bool] = _never) -> TypedTokens:
    """Return the tokens of a text, as the model of a specification would be given them, uncut. Raises RunFailed."""
    with looking(cancelled):
        encoder = look(workspace, spec).encoder
        shown = text[:MOST_TYPED]
        found = encoder.tokenizer.backend_tokenizer.encode(shown, add_special_tokens=encoder.framed)
        part = Chips(encoder).part(found.ids)
        chips = tuple(
            # What is not known is shown as it was typed; the tokenizer itself has one name for all of it.
            chip.model_copy(update={"text": shortened(shown[slice(*place)])}) if chip.kind == "unknown" else chip
            for chip, place in zip(part.chips, found.offsets, strict=False)
        )
        part = part.model_copy(update={"chips": chips})
        return TypedTokens(part=part, tokens=len(found.ids), letters_left_out=len(text) - len(shown))
