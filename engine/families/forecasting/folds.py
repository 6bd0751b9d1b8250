"""Which stretch of time trains, which validates and which tests. Only time decides: a forecast never knows its future."""

from dataclasses import dataclass

from engine.families.findings import counted
from engine.families.forecasting.datasets import longest_lag
from engine.families.forecasting.frequency import Frequency
from engine.families.forecasting.repairs import is_future
from engine.families.forecasting.series import Series, forecasting_of
from engine.spec import HoldoutSplit, RollingOriginSplit, RunSpec
from engine.training.failures import RunFailed


@dataclass(frozen=True)
class Span:
    """Steps from `first` to `last`, both included."""

    first: int
    last: int

    def __len__(self) -> int:
        return max(0, self.last - self.first + 1)

    def text(self, frequency: Frequency) -> str:
        """Return it for people."""
        return f"{frequency.text_of(self.first)} to {frequency.text_of(self.last)}"


@dataclass(frozen=True)
class Fold:
    """A training and what judges it; `name` is empty where there is one alone. Without a test span `valid` judges."""

    train: Span
    valid: Span
    test: Span | None
    name: str = ""

    @property
    def prefix(self) -> str:
        """What begins the fold's metrics."""
        return f"{self.name}/" if self.name else ""


@dataclass(frozen=True)
class _Needed:
    """Steps that forecasting one horizon takes, and that one window of past and horizon takes."""

    horizon: int
    window: int

    @classmethod
    def of(cls, spec: RunSpec) -> "_Needed":
        own = forecasting_of(spec)
        horizon = own.windows.horizon
        return cls(horizon, own.windows.encoder_length + horizon + longest_lag(own))


@dataclass(frozen=True)
class _Held:
    """A stretch that is held back: from a date, where there is one, else so many steps, else a share of all. `key` is the
    date's in the specification; the stretch ends at `last`, and before it `least` steps are needed."""

    key: str
    date: str
    steps: int
    share: float
    least: int
    last: int


def split(series: Series, spec: RunSpec) -> list[Fold]:
    """Return the folds of a specification. Raises RunFailed where a stretch is too short for what is asked of it."""
    known = ~is_future(series)
    whole = Span(int(series.step[known].min()), int(series.step[known].max()))
    kind, needed = spec.split, _Needed.of(spec)
    if isinstance(kind, HoldoutSplit):
        folds = [_holdout(whole, kind, needed, series.frequency)]
    elif isinstance(kind, RollingOriginSplit):
        folds = _rolling(whole, kind, needed.horizon)
    else:
        raise RunFailed(
            f"Series are split by time, not by a split of the kind “{kind.kind}”.",
            "Choose holdout or rolling (split.kind).",
        )
    for fold in folds:
        _check(fold, needed, series.frequency)
    return folds


def _holdout(whole: Span, kind: HoldoutSplit, needed: _Needed, frequency: Frequency) -> Fold:
    test_first = whole.last + 1
    if kind.test_from or kind.test_steps or kind.test:
        least = needed.window + needed.horizon + 2 * kind.gap  # before the test there is a validation
        test = _Held("split.test_from", kind.test_from, kind.test_steps, kind.test, least, whole.last)
        test_first = _begin(test, whole, needed, frequency)
    has_test = test_first <= whole.last
    valid_last = test_first - 1 - (kind.gap if has_test else 0)
    least = needed.window + kind.gap
    valid = _Held("split.valid_from", kind.valid_from, kind.valid_steps, kind.valid, least, valid_last)
    valid_first = _begin(valid, whole, needed, frequency)
    return Fold(
        Span(whole.first, valid_first - 1 - kind.gap),
        Span(valid_first, valid_last),
        Span(test_first, whole.last) if has_test else None,
    )


def _begin(held: _Held, whole: Span, needed: _Needed, frequency: Frequency) -> int:
    """Return the first step of a stretch that is held back."""
    if not held.date:
        return held.last - (held.steps or max(1, round(held.share * len(whole)))) + 1
    possible = Span(whole.first + held.least, held.last - needed.horizon + 1)
    kind = "date" if frequency.is_date else "number"
    advice = f"Choose a {kind} from {possible.text(frequency)}."
    if not len(possible):
        advice = "The series are too short for one: look back on fewer steps, or forecast fewer."
    try:
        first = frequency.of(held.date)
    except ValueError as error:
        kind = "date" if frequency.is_date else "whole number"
        raise RunFailed(f"{held.key}: “{held.date}” is no {kind}.", advice) from error
    if not possible.first <= first <= possible.last:
        raise RunFailed(f"{held.key}: {_why_not(first, held, whole, needed, frequency)}", advice)
    return first


def _why_not(first: int, held: _Held, whole: Span, needed: _Needed, frequency: Frequency) -> str:
    """Return why nothing that is held back can begin at a date."""
    if not whole.first <= first <= whole.last:
        return f"{held.date} is not within the series, which go from {whole.text(frequency)}."
    if first > held.last:
        return f"{held.date} is not before what comes later: that begins behind {frequency.text_of(held.last)}."
    if first > held.last - needed.horizon + 1:
        steps = counted(held.last - first + 1, "step")
        return f"there is only room for {steps} from {held.date} on, and the horizon takes {needed.horizon:,}."
    steps = counted(first - whole.first, "step")
    return (
        f"there are {steps} before {held.date}, too few to learn from: "
        f"one window of past and horizon takes {needed.window:,}."
    )


def _rolling(whole: Span, kind: RollingOriginSplit, horizon: int) -> list[Fold]:
    length = kind.test_steps or horizon
    folds = []
    for place in range(kind.folds):
        last = whole.last - (kind.folds - 1 - place) * length
        test = Span(last - length + 1, last)
        valid_last = test.first - 1 - kind.gap
        valid = Span(valid_last - (kind.valid_steps or length) + 1, valid_last)
        train_last = valid.first - 1 - kind.gap
        train_first = max(whole.first, train_last - kind.train_steps + 1) if kind.train_steps else whole.first
        folds.append(Fold(Span(train_first, train_last), valid, test, f"fold{place + 1}"))
    return folds


def _check(fold: Fold, needed: _Needed, frequency: Frequency) -> None:
    which = f" ({fold.name})" if fold.name else ""
    if len(fold.train) < needed.window:
        raise RunFailed(
            f"There {'is' if len(fold.train) == 1 else 'are'} {counted(len(fold.train), 'step')} to learn from{which}, and "
            f"one window of past and horizon takes {needed.window:,}.",
            "Look back on fewer steps (forecasting.windows.encoder_length), forecast fewer "
            "(forecasting.windows.horizon), use shorter lags, or keep less for validation and test (split.test).",
        )
    for part, span in (("validation", fold.valid), ("test", fold.test)):
        if span is not None and len(span) < needed.horizon:
            raise RunFailed(
                f"The {part}{which} has {counted(len(span), 'step')} ({span.text(frequency)}), "
                f"and the horizon {needed.horizon:,}.",
                f"Give the {part} more steps (split.test), or forecast fewer (forecasting.windows.horizon).",
            )
