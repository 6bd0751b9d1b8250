"""How the Data page words numbers, sizes, times, types and roles. Pure functions; colours come from the theme."""

import math
from dataclasses import dataclass
from datetime import UTC, datetime

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, QDateTime, QLocale
from PySide6.QtGui import QColor

from app.amounts import count, counted
from app.pages.data.answers import Cell, DatasetAnswer, ProfileAnswer
from app.theme import theme
from engine.amounts import percent
from engine.spec import Role

translate = QCoreApplication.translate

MISSING = "–"
WAITING = "…"
_UNITS = ("B", "kB", "MB", "GB", "TB")


@dataclass(frozen=True)
class RoleLook:
    """How a role is shown: never by colour alone."""

    title: object  # str, as QT_TRANSLATE_NOOP is annotated
    icon: str
    key: str
    series: int | None


ROLES: dict[Role, RoleLook] = {
    Role.TARGET: RoleLook(QT_TRANSLATE_NOOP("Data", "target"), "target", "T", 1),
    Role.CONTINUOUS: RoleLook(QT_TRANSLATE_NOOP("Data", "continuous"), "number", "C", 0),
    Role.CATEGORICAL: RoleLook(QT_TRANSLATE_NOOP("Data", "categorical"), "category", "K", 2),
    Role.DATE: RoleLook(QT_TRANSLATE_NOOP("Data", "date"), "calendar", "D", 3),
    Role.GROUP: RoleLook(QT_TRANSLATE_NOOP("Data", "group"), "group", "G", 4),
    Role.IGNORE: RoleLook(QT_TRANSLATE_NOOP("Data", "ignore"), "ignore", "I", None),
}

_TIPS = {
    Role.TARGET: QT_TRANSLATE_NOOP("Data", "What the model learns to predict"),
    Role.CONTINUOUS: QT_TRANSLATE_NOOP("Data", "A number that is measured or counted"),
    Role.CATEGORICAL: QT_TRANSLATE_NOOP("Data", "One of several kinds"),
    Role.DATE: QT_TRANSLATE_NOOP("Data", "A date or a time"),
    Role.GROUP: QT_TRANSLATE_NOOP("Data", "Says which rows belong together when rows are split"),
    Role.IGNORE: QT_TRANSLATE_NOOP("Data", "Not given to the model"),
}

_TYPES = {
    "integer": QT_TRANSLATE_NOOP("Data", "integer"),
    "number": QT_TRANSLATE_NOOP("Data", "number"),
    "boolean": QT_TRANSLATE_NOOP("Data", "yes/no"),
    "date": QT_TRANSLATE_NOOP("Data", "date"),
    "datetime": QT_TRANSLATE_NOOP("Data", "date and time"),
    "text": QT_TRANSLATE_NOOP("Data", "text"),
}


def role_title(role: Role) -> str:
    """The role's word."""
    return translate("Data", str(ROLES[role].title))


def role_tip(role: Role) -> str:
    """What the role means."""
    return translate("Data", str(_TIPS[role]))


def role_color(role: Role) -> QColor:
    """The role's colour in the theme of now."""
    index = ROLES[role].series
    return QColor(theme().muted) if index is None else theme().seriesColor(index)


def type_title(name: str) -> str:
    """The column type's word."""
    return translate("Data", str(_TYPES.get(name, name)))


def is_number(column_type: str) -> bool:
    """Whether values of this type are right-aligned."""
    return column_type in {"integer", "number"}


def distinct(profile: ProfileAnswer) -> str:
    """The number of distinct values; one that is only near is marked."""
    return ("≈ " if profile["distinct_is_approximate"] else "") + count(profile["distinct"])


def figure(value: float | None) -> str:
    """A statistic with up to five significant digits."""
    if value is None:
        return MISSING
    if not math.isfinite(value):
        return str(value)
    if value == round(value) and abs(value) < 1e9:
        return count(value)
    if 1e-4 <= abs(value) < 1e7:
        digits = max(0, 4 - math.floor(math.log10(abs(value))))
        text = f"{value:,.{digits}f}".replace("-", "−")
        return text.rstrip("0").removesuffix(".") if digits else text
    return f"{value:.4g}".replace("-", "−")


def cell(value: Cell) -> str:
    """A table cell as text; what is missing is a dash."""
    if value is None:
        return MISSING
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.10g}"
    return value if isinstance(value, str) else str(value)


def one_line(text: str) -> str:
    """The text with its line ends shown, so that it stays in one table row."""
    return text.replace("\r\n", "⏎").replace("\n", "⏎").replace("\r", "⏎").replace("\t", "⇥").replace("\0", "␀")


def share(part: int, whole: int) -> str:
    """A percentage; a small one is never rounded to nothing."""
    if part == 0 or whole == 0:
        return percent(0)
    found = part / whole
    return f"< {percent(0.001, 1)}" if found < 0.001 else percent(found, 1 if found < 0.1 else 0)


def size(number: int) -> str:
    """A file size."""
    value, unit = float(number), 0
    while value >= 1000 and unit < len(_UNITS) - 1:
        value, unit = value / 1000, unit + 1
    return f"{value:.0f} {_UNITS[unit]}" if unit == 0 or value >= 10 else f"{value:.1f} {_UNITS[unit]}"


def origin(dataset: DatasetAnswer) -> str:
    """What a dataset was made of, where it was made of another."""
    made = dataset.get("origin")
    if not made:
        return ""
    text = translate("Data", "{0} columns of “{1}” as series")
    return text.format(count(len(made["melt"]["columns"])), one_line(made["name"]))


def shape(rows: int, columns: int) -> str:
    """How large a table is."""
    one_row, many_rows = translate("Data", "{0} row"), translate("Data", "{0} rows")
    one_column, many_columns = translate("Data", "{0} column"), translate("Data", "{0} columns")
    return f"{counted(rows, one_row, many_rows)} × {counted(columns, one_column, many_columns)}"


def ago(when: float, now: float | None = None) -> str:
    """How long ago something happened, in words; older than a week as a date."""
    seconds = (datetime.now(UTC).timestamp() if now is None else now) - when
    if seconds < 60:
        return translate("Data", "just now")
    if seconds < 3600:
        return translate("Data", "{0} min ago").format(int(seconds // 60))
    if seconds < 86400:
        return translate("Data", "{0} h ago").format(int(seconds // 3600))
    if seconds < 7 * 86400:
        return translate("Data", "{0} d ago").format(int(seconds // 86400))
    return QLocale().toString(QDateTime.fromSecsSinceEpoch(int(when)).date(), QLocale.FormatType.ShortFormat)
