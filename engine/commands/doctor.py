"""doctor: what this machine has, whether everything loads, and whether the workspace is sound. Repairs nothing."""

import os
import platform
import shutil
import sqlite3
import subprocess
import sys
from argparse import Namespace
from contextlib import closing
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import psutil

from engine import datasets
from engine.commands.output import DONE, RUN_FAILED, as_json, pairs, size
from engine.jobs.supervisor import Supervisor
from engine.runs import RunStore

PACKAGES = (
    "tensorbench",
    "torch",
    "pytorch-lightning",
    "pytorch-tabular",
    "transformers",
    "duckdb",
    "pandas",
    "numpy",
    "pydantic",
    "PySide6-Essentials",
    "pyqtgraph",
)
LITTLE_SPACE = 2 * 2**30
# Qt must not be loaded here: whether it can be is asked of a process of its own.
QT_PROBE = (
    "from PySide6.QtGui import QFontDatabase\nfrom PySide6.QtWidgets import QApplication\n"
    "application = QApplication([])\nassert QFontDatabase.families(), 'there are no fonts'"
)


def doctor_command(options: Namespace) -> int:
    """Check and tell; exit code 1 where something is wrong."""
    troubles: list[str] = []
    values = {
        **_machine(),
        **_packages(troubles),
        **_training(troubles),
        **_window(troubles),
        **_workspace(options.workspace, troubles),
    }
    if options.json:
        as_json({**values, "troubles": troubles})
    else:
        pairs({**values, "verdict": "; ".join(troubles) or "all is well"})
    return RUN_FAILED if troubles else DONE


def _machine() -> dict[str, object]:
    memory = psutil.virtual_memory()
    return {
        "system": platform.platform(),
        "python": f"{platform.python_version()} in {sys.prefix}",
        "processor": f"{psutil.cpu_count(logical=False) or '?'} cores, {os.cpu_count()} threads",
        "memory": f"{size(memory.total)}, {size(memory.available)} free",
    }


def _packages(troubles: list[str]) -> dict[str, object]:
    found: dict[str, object] = {}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "missing"
            troubles.append(f"the package {package} is not installed")
    return found


def _training(troubles: list[str]) -> dict[str, object]:
    try:
        import torch

        from engine.training.devices import devices

        labels = ", ".join(f"{device.name} ({device.label})" for device in devices())
        return {"devices": labels, "torch's threads": torch.get_num_threads()}
    except Exception as error:
        troubles.append(f"torch does not load ({error})")
        return {"devices": "unknown"}


def _window(troubles: list[str]) -> dict[str, object]:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [sys.executable, "-c", QT_PROBE], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
        troubles.append(f"Qt does not load ({last}); `make run` tells what to install")
    screen = os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY") or "none"
    return {"Qt": "does not load" if done.returncode else "loads", "screen": screen}


def _workspace(workspace: Path, troubles: list[str]) -> dict[str, object]:
    with RunStore(workspace) as store:
        Supervisor(workspace).reconcile()
        runs = store.runs()
    check = _integrity(workspace / "workspace.db")
    if check != "ok":
        troubles.append(f"the store is damaged: {check}")
    known = datasets.list_datasets(workspace)
    gone = [dataset.name for dataset in known if not datasets.parquet_path(workspace, dataset.id).is_file()]
    if gone:
        troubles.append(f"the rows of {', '.join(gone)} are gone; import them again")
    free = shutil.disk_usage(workspace).free
    if free < LITTLE_SPACE:
        troubles.append(f"only {size(free)} are free on the workspace's disk")
    active = sum(run.status.is_active for run in runs)
    return {
        "workspace": workspace,
        "free disk": size(free),
        "datasets": len(known),
        "runs": f"{len(runs)}, {active} at work",
        "store": check,
    }


def _integrity(path: Path) -> str:
    try:
        with closing(sqlite3.connect(path)) as connection:
            return str(connection.execute("PRAGMA integrity_check").fetchone()[0])
    except sqlite3.DatabaseError as error:
        return str(error)
