"""What a finished run's evaluation tells, for the terminal: scores by class, what surprised a model, the worst examples."""

from collections.abc import Sequence
from pathlib import Path

from engine.commands.output import as_json, number, table
from engine.runs.evaluation import Evaluation

MOST = 10
LETTERS = 60


def read(folder: Path) -> Evaluation | None:
    """Return a run's evaluation, or None where it has none yet."""
    path = folder / "evaluation.json"
    return Evaluation.model_validate_json(path.read_text(encoding="utf-8")) if path.exists() else None


def measured(evaluation: Evaluation | None) -> list[list[str]]:
    """Return each metric of the evaluation, by its part, as a line of `metrics`: name, points, value."""
    if evaluation is None:
        return []
    parts = evaluation.metrics.items()
    return [[f"evaluation/{part}/{name}", "1", number(value)] for part, own in parts for name, value in own.items()]


def report(evaluation: Evaluation, in_json: bool) -> None:
    """Print what the evaluation tells beyond its metrics."""
    if in_json:
        as_json(evaluation)
        return
    for target in evaluation.classification:
        micro = {**target.micro, "support": float(sum(map(sum, target.confusion)))}
        _classes(f"by class of {target.target}", {**target.by_class, "(micro)": micro})
        rows = [[name, *counts] for name, counts in zip(target.classes, target.confusion, strict=True)]
        _section("confusion: actual below, predicted across", ["", *target.classes], rows, target.classes)
    if evaluation.text is not None:
        _classes("by class", evaluation.text.by_class)
        worst = [
            [one.row, number(one.error), _cut(one.predicted), _cut(one.reference)] for one in evaluation.text.worst
        ]
        columns = ["row", evaluation.text.error, "predicted", "true"]
        _section("worst examples", columns, worst[:MOST], columns[:2])
    if evaluation.language is not None:
        tokens = [
            [number(one.loss), one.before[-LETTERS // 2 :], one.token, one.after[: LETTERS // 2], one.row]
            for one in evaluation.language.tokens[:MOST]
        ]
        _section(
            "most surprising tokens", ["loss", "before", "token", "behind", "row"], tokens, ["loss", "before", "row"]
        )
        texts = [[one.row, number(one.perplexity), _cut(one.text)] for one in evaluation.language.worst[:MOST]]
        _section("most surprising texts", ["row", "perplexity", "text"], texts, ["row", "perplexity"])
    if evaluation.worst is not None:
        lines = [[_cut(cell or "") for cell in row] for row in evaluation.worst.rows[:MOST]]
        _section("worst predictions", list(evaluation.worst.columns), lines, ["row", "loss"])


def _classes(title: str, by_class: dict[str, dict[str, float]]) -> None:
    names = ["precision", "recall", "f1", "support"]
    known = [name for name in names if any(name in one for one in by_class.values())]
    rows = [[kind, *(number(one[name]) if name in one else "" for name in known)] for kind, one in by_class.items()]
    _section(title, ["class", *known], rows, known)


def _section(title: str, columns: list[str], rows: Sequence[Sequence[object]], right: Sequence[str]) -> None:
    if rows:
        print(f"\n{title}")
        table(columns, rows, right=right)


def _cut(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= LETTERS else plain[:LETTERS] + " …"
