"""What the window does on a machine without a display: the engine's terminal job, and the run's plots as pictures.
Must not import Qt, which may not even load there."""

import os
import subprocess
import sys
from pathlib import Path

from engine.cli import demo

TIME_LIMIT_S = 120


def run_in_terminal(workspace: Path) -> int:
    """Import a sample, train and tell where the run and its pictures are. Returns the exit code."""
    return demo(workspace, pictures)


def pictures(workspace: Path, run_id: str) -> list[Path]:
    """Draw a run's curves and results into its folder and return the files; none where Qt cannot load."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-m", "app.pictures", str(workspace), run_id]
    try:
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, check=False, timeout=TIME_LIMIT_S
        )
    except (OSError, subprocess.TimeoutExpired):
        return []
    return [Path(line) for line in done.stdout.splitlines()] if done.returncode == 0 else []
