"""The status bar: device, memory and what is running. It is told about runs and devices, and reads memory itself."""

import os

import psutil
from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QStatusBar, QWidget

from engine.amounts import percent
from engine.runs.records import RunRecord, RunStatus

MEMORY_EVERY_MS = 2000


class StatusBar(QStatusBar):
    """Tells the device, the machine's memory, the runs at work and those that wait; a click asks for the newest one at
    work, or where some wait for the queue.
    """

    runRequested = Signal(str)
    queueRequested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("status")
        self.setSizeGripEnabled(False)
        self._runs: dict[str, RunRecord] = {}
        self._device = QLabel(self.tr("CPU · {0} cores").format(os.cpu_count() or 1), self)
        self._device.setObjectName("status.device")
        self._memory = QLabel(self)
        self._memory.setObjectName("status.memory")
        self._memory.setToolTip(self.tr("Memory in use on this machine, and by this window"))
        self._work = QPushButton(self)
        self._work.setObjectName("status.runs")
        self._work.setFlat(True)
        self._work.setAccessibleName(self.tr("Runs at work"))
        self._work.setToolTip(self.tr("Open the run that is at work, or the queue"))
        self._work.setText(self._at_work(1, f" · {percent(1.0)}"))
        self._work.setMinimumWidth(self._work.sizeHint().width())  # so that it stays as wide while the share grows
        self._work.clicked.connect(self._ask_for_newest)
        for widget in (self._work, self._memory, self._device):
            self.addPermanentWidget(widget)
        self._timer = QTimer(self)
        self._timer.setInterval(MEMORY_EVERY_MS)
        self._timer.timeout.connect(self._show_memory)
        self._timer.start()
        self._process = psutil.Process()
        self._show_memory()
        self._show_runs()

    def setDevices(self, devices: list[dict[str, object]]) -> None:
        """Show the devices that models can train on."""
        labels = [str(device["label"]) for device in devices]
        self._device.setText(" + ".join(labels))
        self._device.setToolTip(self.tr("Where models can train: {0}").format(", ".join(labels)))

    def updateRuns(self, changed: list[RunRecord]) -> None:
        """Take news of runs."""
        for run in changed:
            if run.status.is_over or run.status is RunStatus.PAUSED:
                self._runs.pop(run.id, None)
            else:
                self._runs[run.id] = run
        self._show_runs()

    def removeRuns(self, ids: list[str]) -> None:
        """Forget runs that went to the trash."""
        for run_id in ids:
            self._runs.pop(run_id, None)
        self._show_runs()

    def activeRuns(self) -> list[RunRecord]:
        """Return the runs at work, newest first."""
        active = [run for run in self._runs.values() if run.status.is_active]
        return sorted(active, key=lambda run: run.created, reverse=True)

    def _show_runs(self) -> None:
        running = self.activeRuns()
        waiting = sum(run.status is RunStatus.QUEUED for run in self._runs.values())
        if not running and not waiting:
            self._work.setText(self.tr("Nothing running"))
        else:
            parts = [self._at_work(len(running))] if running else []
            if len(running) == 1 and running[0].progress.total_steps:
                parts.append(percent(running[0].progress.fraction))
            if waiting:
                parts.append(self.tr("{0} waiting").format(waiting))
            self._work.setText(" · ".join(parts))
        self._work.setEnabled(bool(running or waiting))

    def _at_work(self, number: int, more: str = "") -> str:
        return self.tr("{0} running").format(number) + more

    def _ask_for_newest(self) -> None:
        if any(run.status is RunStatus.QUEUED for run in self._runs.values()):
            self.queueRequested.emit()
            return
        newest = sorted(self._runs.values(), key=lambda run: (run.status.is_active, run.created))
        if newest:
            self.runRequested.emit(newest[-1].id)

    def _show_memory(self) -> None:
        machine = psutil.virtual_memory()
        used, total = (machine.total - machine.available) / 2**30, machine.total / 2**30
        window = self._process.memory_info().rss / 2**20
        self._memory.setText(self.tr("Memory {0:.1f} of {1:.0f} GiB · window {2:.0f} MiB").format(used, total, window))
