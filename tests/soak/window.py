"""A window without its widgets, to be killed: it starts what waits, adopts what it finds at work, and shows every point.

`python window.py WORKSPACE SHOWN [alone]`: what is shown goes to the file SHOWN, for the witness to read when the window is
gone. With `alone` no worker warms up for the run after the one that is started.
"""

import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import QCoreApplication

from app.engine_thread import EngineThread
from engine.runs import RunRecord, RunStatus, Series


class Screen:
    """Watches every run as the Run page does, and writes what it was told: a line of JSON, then steps and values."""

    def __init__(self, engine: EngineThread, shown: Path) -> None:
        self._engine = engine
        self._watched: set[str] = set()
        self._file = os.open(shown, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        engine.runsChanged.connect(self.open)
        engine.seriesGrew.connect(self.show)

    def open(self, runs: Sequence[RunRecord]) -> None:
        """Watch the runs that are not finished."""
        for run in runs:
            if run.id not in self._watched and run.status is not RunStatus.FINISHED:
                self._watched.add(run.id)
                self._engine.watch(run.id)

    def show(self, run_id: str, grown: Mapping[str, Series]) -> None:
        """Write new points of a run in one piece."""
        for key, series in grown.items():
            head = json.dumps({"run": run_id, "key": key, "start": series.start, "count": len(series.values)})
            os.write(self._file, head.encode() + b"\n" + series.steps.tobytes() + series.values.tobytes())


if __name__ == "__main__":
    application = QCoreApplication([])
    thread = EngineThread(Path(sys.argv[1]), stands_by="alone" not in sys.argv[3:])
    screen = Screen(thread, Path(sys.argv[2]))
    thread.start()
    application.exec()
