"""What was found in series, in words for the Train page. Pure functions of a SeriesView and a RunSpec."""

from string import ascii_letters

from PySide6.QtCore import QCoreApplication

from app.amounts import count, counted
from app.plots.date_axis import moment_text
from engine.catalog import ModelInfo, Seen
from engine.catalog.series_view import SeriesView


def say(text: str) -> str:
    """Return a sentence in the user's language."""
    return QCoreApplication.translate("Series", text)


def about_series(view: SeriesView) -> str:
    """Return frequency, number and length of the series, and what is refused about them."""
    parts = [] if not view.problem else [view.problem]
    if view.count:
        length = counted(view.longest, say("{0} step"), say("{0} steps"))
        length = length if view.shortest == view.longest else f"{count(view.shortest)} – {length}"
        one = say("One series of {0}").format(length)
        many = say("{0} series of {1}").format(count(view.count), length)
        parts.append(say("{0}, {1} apart.").format(one if view.count == 1 else many, distance_text(view.frequency)))
    if view.short and view.count > 1:
        parts.append(
            counted(view.short, say("{0} is shorter than one window."), say("{0} are shorter than one window."))
        )
    parts += [note for note in view.notes if not view.problem]
    return " ".join(parts)


def distance_text(frequency: str) -> str:
    """Return a frequency such as h or 15min in words: “1 hour”, “15 minutes”; a whole number stays as it is."""
    number = frequency.rstrip(ascii_letters)
    words = {
        "s": (say("{0} second"), say("{0} seconds")),
        "min": (say("{0} minute"), say("{0} minutes")),
        "h": (say("{0} hour"), say("{0} hours")),
        "D": (say("{0} day"), say("{0} days")),
        "W": (say("{0} week"), say("{0} weeks")),
        "MS": (say("{0} month"), say("{0} months")),
        "QS": (say("{0} quarter"), say("{0} quarters")),
        "YS": (say("{0} year"), say("{0} years")),
    }.get(frequency[len(number) :])
    return counted(int(number or 1), *words) if words else frequency


def part_text(part: str) -> str:
    """Return where a window belongs."""
    texts = {
        "train": say("a window of the training"),
        "valid": say("a window of the validation"),
        "test": say("a window of the test"),
    }
    return texts.get(part, say("across a border: never used"))


def split_text(view: SeriesView) -> str:
    """Return until when the newest fold trains, validates and tests."""
    if not view.folds:
        return ""
    fold = view.folds[-1]
    words = (say("trains until {0}"), say("validates until {0}"), say("tests until {0}"))
    text = " · ".join(word.format(moment(last, view.is_date)) for word, last in zip(words, fold.until, strict=False))
    if len(view.folds) > 1:
        return say("{0} folds; the last one {1}").format(len(view.folds), text)
    return f"{text[:1].upper()}{text[1:]}"


def moment(at: float, is_date: bool) -> str:
    """Return a time of a view: a date as short as it can be, or a whole number."""
    return moment_text(at) if is_date else f"{at:,.0f}"


def kind_text(seen: Seen) -> str:
    """Return what an input is."""
    texts = {
        "target": say("target"),
        "lag": say("lag"),
        "past": say("input"),
        "known": say("known ahead"),
        "static": say("never changes"),
        "calendar": say("part of the date"),
        "holidays": say("public holidays"),
        "series": say("made"),
        "relative time": say("made"),
        "target scales": say("made"),
    }
    return texts[seen.kind]


def abilities(info: ModelInfo) -> list[str]:
    """Return what a forecasting model can do, each in a word or two."""
    if not info.losses:
        return [say("baseline")]
    found = [say("quantiles")] if "quantile" in info.losses else []
    found += [say("distributions")] if not found and "normal" in info.losses else []
    found += [] if found else [say("one number")]
    if not info.inputs:
        return [*found, say("target only")]
    return [*found, say("all inputs") if info.unknown_inputs else say("inputs known ahead")]
