"""Runs in other programs' formats: TensorBoard event files, one CSV of all metrics. Reads the store, changes nothing."""

from engine.export.errors import ExportError
from engine.export.table import write_csv
from engine.export.tensorboard import write_tensorboard

__all__ = ["ExportError", "write_csv", "write_tensorboard"]
