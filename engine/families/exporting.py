"""A run's model as files of other programs, whatever its family. Imports a family when used."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from engine.catalog.exports import Format, why_not
from engine.runs import RunStore
from engine.runs.exports import ExportReport
from engine.training.failures import RunFailed

if TYPE_CHECKING:
    from engine.families.portable import Halved, Written

__all__ = ["ExportReport", "Format", "export_model"]


def export_model(workspace: Path, run_id: str, path: Path, kind: Format, half: bool = False) -> ExportReport:
    """Write a run's model, and beside a text model's file its tokenizer and what it takes.

    Raises RunFailed or StoreError in words.
    """
    with RunStore(workspace) as store:
        run = store.run(run_id)
        family, folder = run.spec.family, store.run_folder(run.id)
    if reason := why_not(run.spec, kind, half):
        raise RunFailed(reason, "Choose another format.")
    from engine.families import portable as files

    beside: Callable[[], tuple[str, ...]] = tuple
    if family == "text":
        from engine.families.text.beside import write_beside
        from engine.families.text.portable import folder_difference, save_folder
        from engine.families.text.portable import portable as of_text
        from engine.families.text.trained import TrainedText

        text = TrainedText.load(folder)
        if kind == "folder":
            speed = files.halved(of_text(text)) if half else None
            notes = save_folder(text, path, half)
            return _report(files.Written(path, folder_difference(text, path), notes), speed)
        given = of_text(text)
        beside = partial(write_beside, text, given, path)
    else:
        from engine.families.tabular.portable import portable as of_rows
        from engine.families.tabular.trained import TrainedModel

        given = of_rows(TrainedModel.load(folder))
    if kind == "onnx":
        from engine.families.onnx_files import write_half_onnx, write_onnx

        written, speed = write_half_onnx(given, path) if half else (write_onnx(given, path), None)
        return _report(written, speed, given.notes, beside())
    write = files.write_torchscript if kind == "torchscript" else files.write_exported
    speed = files.halved(given) if half else None
    written = write(given if speed is None else speed.portable, path)
    return _report(written, speed, given.notes, beside())


def _report(
    written: "Written", speed: "Halved | None" = None, notes: tuple[str, ...] = (), beside: tuple[str, ...] = ()
) -> ExportReport:
    return ExportReport(
        path=str(written.path),
        bytes=_bytes(written.path),
        notes=(*written.notes, *notes),
        beside=beside,
        difference=written.difference,
        number_format="float32" if speed is None else speed.format,
        speed_up=None if speed is None else speed.speed_up,
        half_difference=None if speed is None else speed.difference,
    )


def _bytes(path: Path) -> int:
    files = [one for one in path.rglob("*") if one.is_file()] if path.is_dir() else [path]
    return sum(one.stat().st_size for one in files)
