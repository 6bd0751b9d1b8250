"""Keeps a specification for each family, so that going from a table to a forecast and back loses nothing. No widgets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from engine.catalog import (
    fitted_to_model,
    forecast_of,
    suggests_forecast,
    suggests_text,
    text_of_dataset,
    tuned,
    with_dataset,
    with_groups,
    with_model,
    with_time,
)
from engine.catalog.series_view import SeriesView
from engine.spec import DataSpec, RunSpec


@dataclass(frozen=True)
class _Data:
    """A dataset as the Data page gave it."""

    spec: DataSpec
    types: Mapping[str, str]
    rows: int
    lengths: Mapping[str, float] = field(default_factory=dict)  # letters in the mean, by column of texts


class FamilyBook:
    """Makes and keeps the specifications of one dataset, one a family."""

    def __init__(self) -> None:
        self._kept: dict[str, RunSpec] = {}
        self._data: _Data | None = None
        self._before = 0
        self._is_chosen = False
        self._is_guessed = False  # whether the family shown is a guess that longer texts may change
        self._may_be_dated = False  # the same, for texts that are dates
        self._fresh: RunSpec | None = None
        self._own: RunSpec | None = None  # the last one in which nobody chose anything
        self._is_carried = False  # whether the fresh one has settings of the dataset before, which stay
        self._wider: tuple[RunSpec, RunSpec] | None = None

    def keep(self, spec: RunSpec) -> None:
        """Keep what is shown."""
        self._kept[spec.family] = spec

    def kept(self, family: str) -> RunSpec | None:
        """Return what was last shown of a family."""
        return self._kept.get(family)

    def forget(self) -> None:
        """Begin anew, with a specification that comes from elsewhere."""
        self._kept.clear()
        self._data = self._fresh = None
        self._is_chosen = True

    def begin(self, data: DataSpec, types: Mapping[str, str], rows: int, shown: RunSpec | None) -> RunSpec:
        """Return the specification for a dataset: in the family that is shown, or the one that its columns suggest."""
        is_same = shown is not None and shown.data.dataset == data.dataset
        family = "forecasting" if suggests_forecast(data.roles, types) else "tabular"
        if shown is not None and (self._is_chosen or is_same):
            family = shown.family
        self._is_guessed = self._may_be_dated = not (shown is not None and (self._is_chosen or is_same))
        before = self._data
        lengths = before.lengths if before is not None and before.spec.dataset == data.dataset else {}
        self._data = _Data(data, dict(types), rows, lengths)
        self._before = before.rows if before is not None else 0
        if before is not None and before.spec == data and family in self._kept:
            return self._kept[family]
        if before is not None and before.spec != data:
            self._kept |= {other: self._made(other) for other in self._kept if other != family}
        return self._made(family)

    def measured(self, dataset: str, lengths: Mapping[str, float], shown: RunSpec) -> RunSpec:
        """Return what to show of a specification that nobody touched, now that it is known how long its texts are."""
        if self._data is None or self._data.spec.dataset != dataset or shown.data.dataset != dataset:
            return shown
        data = self._data.spec
        is_new, self._data = dict(lengths) != self._data.lengths, replace(self._data, lengths=dict(lengths))
        guessed, self._is_guessed = self._is_guessed and not self._is_chosen, False
        if not is_new or (shown.family != "text" and not guessed):
            return shown
        if shown.family == "text" or (
            shown.family == "tabular" and suggests_text(self._data.types, lengths, data.roles)
        ):
            return self._made("text").model_copy(update={"name": shown.name})
        return shown

    def dated(self, dataset: str, dates: Sequence[str], shown: RunSpec) -> RunSpec:
        """Return what to show of a specification that nobody touched, now that it is known which texts are dates."""
        if self._data is None or self._data.spec.dataset != dataset or shown.data.dataset != dataset:
            return shown
        guessed, self._may_be_dated = self._may_be_dated and not self._is_chosen, False
        roles = self._data.spec.roles.model_copy(update={"date": tuple(dates)})
        if not guessed or shown.family != "tabular" or not suggests_forecast(roles, self._data.types):
            return shown
        return self._named(self._made("forecasting"), shown)

    def lengths(self) -> Mapping[str, float]:
        """Return how long the texts of each column are in the mean, where that is known."""
        return {} if self._data is None else self._data.lengths

    def switch(self, family: str, shown: RunSpec, types: Mapping[str, str], rows: int) -> RunSpec:
        """Return another family's specification for the dataset that is shown, under the same name."""
        self._is_chosen = True
        if self._data is None or self._data.spec.dataset != shown.data.dataset:
            self._data = _Data(shown.data, dict(types), rows)
            self._before = rows
        kept = self._kept.get(family)
        made = kept if kept is not None and kept.data.dataset == shown.data.dataset else self._made(family)
        return self._named(made, shown)

    def tuned(self, shown: RunSpec, view: SeriesView) -> RunSpec:
        """Return a specification that was never touched, but for further targets, with what its series were found to be;
        else the same.
        """
        fresh, self._fresh = self._fresh, None
        if fresh is None or not _is_untouched(shown, fresh):
            return shown
        own = shown.forecasting
        lacks_time = own is not None and not own.timeline.column
        if view.groups or (view.times and lacks_time):
            found = with_time(shown, view.times[0], self._data.types if self._data else {}) if lacks_time else shown
            self._fresh = with_groups(found, view.groups) if view.groups else found
            self._own = None if self._is_carried else self._fresh
            return self._fresh
        if not view.count:
            self._fresh = shown if not view.problem else None
            return shown
        if self._is_carried:
            return shown
        self._own = tuned(shown, view.season, view.longest, view.rows, view.calendar)
        return self._own

    def with_model(self, shown: RunSpec, name: str) -> RunSpec:
        """Return the specification with another model and without what that one cannot take, which comes back with a
        model that can."""
        if shown.family != "forecasting":
            return with_model(shown, name)
        base = shown
        if self._wider is not None and _inputs(self._wider[1]) == _inputs(shown):
            base = _with_inputs(shown, self._wider[0])
        wanted = with_model(base, name)
        fitted = fitted_to_model(wanted)
        self._wider = (wanted, fitted)
        return fitted

    def _named(self, made: RunSpec, shown: RunSpec) -> RunSpec:
        """Return a specification under the name of the one that is shown."""
        renamed = made.model_copy(update={"name": shown.name})
        self._fresh = renamed if made is self._fresh else self._fresh
        return renamed

    def _made(self, family: str) -> RunSpec:
        assert self._data is not None
        data, old = self._data, self._kept.get(family)
        if family == "tabular":
            return with_dataset(old, data.spec, data.types, data.rows, self._before)
        if family == "text":
            return text_of_dataset(data.spec, data.types, data.lengths, old)
        is_new = old is None or old.data.dataset != data.spec.dataset
        if is_new and old == self._own:
            old = None
        made = forecast_of(data.spec, data.types, data.rows, old)
        self._fresh, self._is_carried = made if is_new else None, old is not None
        if not self._is_carried:
            self._own = made
        return made


def _is_untouched(shown: RunSpec, fresh: RunSpec) -> bool:
    """Whether nothing but a further target was chosen."""
    new, old = shown.data, fresh.data
    same_series = (new.dataset, new.roles.group, new.roles.target[:1]) == (
        old.dataset,
        old.roles.group,
        old.roles.target[:1],
    )
    return same_series and shown.model_copy(update={"data": old}) == fresh


def _inputs(spec: RunSpec) -> object:
    own = spec.forecasting
    return spec.data.roles, None if own is None else (own.inputs, own.loss)


def _with_inputs(spec: RunSpec, other: RunSpec) -> RunSpec:
    """Return a specification with another one's roles, inputs and loss."""
    assert spec.forecasting is not None and other.forecasting is not None
    own = spec.forecasting.model_copy(update={"inputs": other.forecasting.inputs, "loss": other.forecasting.loss})
    return spec.model_copy(update={"data": other.data, "forecasting": own})
