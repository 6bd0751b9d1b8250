"""What a check before Train can say: a plain sentence, the setting it concerns, and what to do.
Only the shape and the wording of lists; what is checked lives in the families and in trainer_checks."""

from collections.abc import Iterable, Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict

from engine.catalog.text_view import TokenFacts

Severity = Literal["error", "warning", "info"]
_ORDER: dict[Severity, int] = {"error": 0, "warning": 1, "info": 2}


class Finding(BaseModel):
    """One thing that was noticed. An error will stop the run; a warning spoils its result; an info is good to know.

    `field` is the dotted key of the specification that it concerns, such as trainer.batch_size; `fix` says what to do.
    """

    model_config = ConfigDict(frozen=True)

    severity: Severity
    field: str
    text: str
    fix: str = ""


class Preflight(BaseModel):
    """Rows of each part (of the first fold in a cross-validation), batches an epoch, optimizer steps of one training,
    parameters that are trained, and bytes on the training device; None where that cannot be known yet. `tokens` is what
    there is to tell of texts."""

    model_config = ConfigDict(frozen=True)

    parameters: int | None
    memory_bytes: int | None
    steps_per_epoch: int
    optimizer_steps: int
    trainings: int
    rows: dict[str, int]
    warnings: tuple[Finding, ...]
    tokens: TokenFacts | None = None

    @property
    def ready(self) -> bool:
        """Whether nothing was found that would stop the run."""
        return not any(finding.severity == "error" for finding in self.warnings)


def sorted_findings(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return errors first, then warnings, then infos, each in the order found, and each once."""
    return tuple(sorted(dict.fromkeys(findings), key=lambda finding: _ORDER[finding.severity]))


def named(columns: Sequence[str], shown: int = 5) -> str:
    """Return column names in quotes for a sentence, the first few of many."""
    names = ", ".join(f"“{column}”" for column in columns[:shown])
    more = len(columns) - shown
    return f"{names} and {more} more" if more > 0 else names


def counted(count: int, one: str, many: str = "") -> str:
    """Return a number with its noun, as in “1 row” and “1,234 rows”."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
