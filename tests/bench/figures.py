"""What the benches share: a row of the table of figures, how rows are printed, and a step measured in a fresh process."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable

Row = dict[str, object]


def row(figure: str, measured: str, goal: str, ok: bool) -> Row:
    """Return one line of the table."""
    return {"figure": figure, "measured": measured, "goal": goal, "ok": ok}


def show(rows: Iterable[Row], as_json: bool) -> None:
    """Print the lines, one a line for people, or all as JSON for `run.py`."""
    if as_json:
        print(json.dumps(list(rows)))
        return
    for one in rows:
        print(f"{one['figure']} | {one['measured']} | {one['goal']}")


def child(script: str, *arguments: object, timeout: float = 900, **environment: str) -> dict[str, float]:
    """Run a bench's `--child` with these arguments in a fresh process; return the figures of the JSON that it prints last.

    Raises SystemExit with all that it printed where it fails.
    """
    done = subprocess.run(
        [sys.executable, script, "--child", *map(str, arguments)],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=timeout,
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(map(str, arguments))}: {done.stdout}\n{done.stderr}")
    measured: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return measured
