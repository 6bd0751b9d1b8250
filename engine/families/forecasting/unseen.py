"""What a model meets for the first time when it is used: categories, and series of whose own level or name it has
learned. Must not change series."""

from collections import Counter
from collections.abc import Iterator

from engine.families.findings import counted, named
from engine.families.forecasting.datasets import Names, to_labels
from engine.families.forecasting.recipe import GROUP
from engine.families.forecasting.series import MISSING, Series, forecasting_of
from engine.families.forecasting.trained import TrainedForecaster

EXAMPLES = 20


def unseen_categories(model: TrainedForecaster, series: Series) -> dict[str, dict[str, int]]:
    """Return categories that no training row had, by column, with their rows; they count as missing."""
    plain = Names.of(model.spec).plain
    found: dict[str, dict[str, int]] = {}
    for name, texts in series.texts.items():
        known = {*model.recipe.categories.get(plain[name], ()), MISSING}
        new = Counter(str(text) for text in texts if text not in known)
        if new:
            found[name] = dict(new.most_common(EXAMPLES))
    return found


def new_series(model: TrainedForecaster, series: Series) -> Iterator[str]:
    """Yield a sentence where series are new to a network that knows series by their names or by their own levels."""
    by_level, by_name = bool(model.recipe.normaliser.codes), forecasting_of(model.spec).inputs.series
    if model.forecaster is None or not (by_level or by_name):
        return
    known = {*model.recipe.categories.get(GROUP, ())}
    new = [label for label in to_labels(series) if label not in known]
    if not new:
        return
    level = "their values are scaled as those of a middling series" if by_level else ""
    name = "their name is an unknown one to the model" if by_name else ""
    advice = (
        "Train on data that has them, or scale each window by its own past (forecasting.scaling.normaliser = encoder)."
        if by_level
        else "Train on data that has them."
    )
    reasons = " and ".join(one for one in (level, name) if one)
    yield f"{counted(len(new), 'series', 'series')} were not in the training data: {named(new)}; {reasons}. {advice}"
