"""doctor: what this machine has, whether everything loads, and whether the workspace is sound."""

import platform
import shutil
import sqlite3
from argparse import Namespace
from importlib.metadata import PackageNotFoundError, version

from engine.commands.output import DONE, RUN_FAILED, as_json, pairs
from engine.runs import RunStore

PACKAGES = ("torch", "pytorch-lightning", "pytorch-tabular", "transformers", "duckdb", "pandas", "PySide6-Essentials")


def doctor_command(options: Namespace) -> int:
    """Check and tell; exit code 1 where something is wrong."""
    values: dict[str, object] = {"python": platform.python_version(), "system": platform.platform()}
    troubles: list[str] = []
    for package in PACKAGES:
        try:
            values[package] = version(package)
        except PackageNotFoundError:
            values[package] = "missing"
            troubles.append(f"the package {package} is not installed")
    from engine.training.devices import devices

    values["devices"] = ", ".join(device.label for device in devices())
    values["workspace"] = options.workspace
    values["free disk"] = f"{shutil.disk_usage(options.workspace).free / 2**30:.0f} GiB"
    with RunStore(options.workspace) as store:
        values["runs"] = len(store.runs())
    check = _integrity(options.workspace / "workspace.db")
    values["store"] = check
    if check != "ok":
        troubles.append(f"the store is damaged: {check}")
    values["verdict"] = "; ".join(troubles) or "all is well"
    as_json(values) if options.json else pairs(values)
    return RUN_FAILED if troubles else DONE


def _integrity(path: object) -> str:
    connection = sqlite3.connect(str(path))
    try:
        return str(connection.execute("PRAGMA integrity_check").fetchone()[0])
    finally:
        connection.close()
