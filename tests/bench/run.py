"""Runs every bench in a process of its own and prints one table of figures, goals and whether they were met."""

import json
import os
import platform
import subprocess
import sys
from pathlib import Path


def main() -> int:
    """Run them all; the exit code tells whether a bench itself failed, not whether a goal was met."""
    failed = False
    print(f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}\n")
    for bench in sorted(Path(__file__).parent.glob("bench_*.py")):
        command = [sys.executable, str(bench), "--json", *_adult(bench)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            failed = True
            print(f"{bench.name} failed:\n{done.stderr}")
            continue
        for row in json.loads(done.stdout.splitlines()[-1]):
            mark = "met" if row["ok"] else "MISSED"
            print(f"{row['figure']:<62} {row['measured']:>14}  {row['goal']:>9}  {mark}", flush=True)
    return int(failed)


def _adult(bench: Path) -> list[str]:
    """Name the Adult files where the user has said where they are."""
    folder = os.environ.get("ADULT_FOLDER")
    if bench.name != "bench_training.py" or folder is None:
        return []
    return ["--adult", str(Path(folder) / "adult-train.csv"), str(Path(folder) / "adult-test.csv")]


if __name__ == "__main__":
    sys.exit(main())
