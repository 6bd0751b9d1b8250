"""Why a line of a text table was rejected, in our words, as an SQL expression over DuckDB's `reject_errors`.
An expression, because there may be millions of lines; it opens no file."""

from engine.datasets.database import literal

SHOWN_VALUE = 60
_KINDS = (
    ("BIGINT", "a whole number"),
    ("DOUBLE", "a number"),
    ("BOOLEAN", "true or false"),
    ("DATE", "a date"),
    ("TIMESTAMP", "a date and time"),
)
_COLUMN = "'column “' || column_name || '”'"
_VALUE = f"left(regexp_extract(error_message, 'convert string \"(.*)\" to ''', 1, 's'), {SHOWN_VALUE})"


def rejected_lines(quote: str, limit: int | None = None) -> str:
    """Return the query for line, text and reason of every rejected line, in the file's order."""
    end = "" if limit is None else f" LIMIT {int(limit)}"
    each = f"string_agg(DISTINCT {_of_one_value(quote)}, ' ')"
    return (
        f"SELECT line, any_value(csv_line) AS text, concat_ws(' ', {_of_width()}, {each}) AS reason "
        f"FROM reject_errors GROUP BY line ORDER BY line{end}"
    )


def _of_width() -> str:
    """The sentence about too many or too few columns; a line has an error for each one too many or too few."""
    counted = "FILTER (error_type IN ('TOO MANY COLUMNS', 'MISSING COLUMNS'))"
    found = "TRY_CAST(regexp_extract(error_message, 'Found: (\\d+)', 1) AS BIGINT)"
    many, few = (f"FILTER (error_type = '{kind} COLUMNS')" for kind in ("TOO MANY", "MISSING"))
    width = f"coalesce(max({found}) {many}, min({found}) {few})"
    expected = f"max(regexp_extract(error_message, 'Columns: (\\d+)', 1)) {counted}"
    plural = f"CASE WHEN {width} = 1 THEN '' ELSE 's' END"
    return f"'It has ' || {width} || ' column' || {plural} || ', expected ' || {expected} || '.'"


def _of_one_value(quote: str) -> str:
    """The sentence about a value that cannot be read; NULL where the line's width is what is wrong."""
    fits = " ".join(f"WHEN error_message LIKE {literal(f'%{kind}')} THEN {literal(words)}" for kind, words in _KINDS)
    misfit = f"'“' || {_VALUE} || '” in ' || {_COLUMN} || ' is not ' || (CASE {fits} ELSE 'readable' END) || '.'"
    # An odd number of quotes: one was never closed. An even one: text stands between a closing quote and a delimiter.
    marks = f"length(csv_line) - length(replace(csv_line, {literal(quote)}, ''))" if quote else "0"
    unclosed = f"'A quote opened in line ' || line || ', ' || {_COLUMN} || ', is never closed.'"
    followed = f"'In ' || {_COLUMN} || ' text follows a closing quote; a quote inside a value is written twice.'"
    return (
        "CASE error_type "
        f"WHEN 'CAST' THEN {misfit} "
        f"WHEN 'UNQUOTED VALUE' THEN CASE WHEN ({marks}) % 2 = 1 THEN {unclosed} ELSE {followed} END "
        f"WHEN 'INVALID ENCODING' THEN 'In ' || {_COLUMN} || ' there are bytes that are not UTF-8 text; another "
        "encoding may fit.' "
        "WHEN 'LINE SIZE OVER MAXIMUM' THEN 'The line is longer than 16 MB.' "
        "WHEN 'INVALID STATE' THEN 'The line mixes kinds of line ends or quotes.' "
        "ELSE NULL END"
    )
