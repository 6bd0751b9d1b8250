"""What is text to be read, and what is not."""

from pathlib import Path

import pytest

from engine import datasets


def test_that_dates_written_in_several_ways_are_no_text_to_read(workspace: Path, tmp_path: Path) -> None:
    file = tmp_path / "mixed.csv"
    rows = [
        f"2024-01-{day:02},it is day {day}" if day < 15 else f"{day}/01/2024,it is day {day}" for day in range(1, 29)
    ]
    file.write_text("\n".join(["day,said", *rows]))
    found = datasets.import_file(workspace, file)
    assert {column.name: column.type for column in found.columns} == {"day": "text", "said": "text"}
    assert datasets.text_lengths(workspace, found.id) == {"day": 0.0, "said": pytest.approx(11.7, abs=0.1)}
