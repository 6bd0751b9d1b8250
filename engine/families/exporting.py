"""A run's model as files of other programs, whatever its family. Imports a family when used."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict

from engine.runs import RunStore
from engine.training.failures import RunFailed

if TYPE_CHECKING:
    from engine.families.portable import Halved, Written

Format = Literal["folder", "torchscript", "torch_export", "onnx"]


class ExportReport(BaseModel):
    """What was written. `difference` is the largest between an output of the file and of the model; `speed_up` and
    `half_difference` tell of half precision, measured here.
    """

    model_config = ConfigDict(frozen=True)

    path: str
    notes: tuple[str, ...] = ()
    difference: float | None = None
    speed_up: float | None = None
    half_difference: float | None = None


def export_model(workspace: Path, run_id: str, path: Path, kind: Format, half: bool = False) -> ExportReport:
    """Write a run's model. Raises RunFailed or StoreError in words."""
    with RunStore(workspace) as store:
        run = store.run(run_id)
        family, folder = run.spec.family, store.run_folder(run.id)
    if family == "forecasting":
        raise RunFailed(
            "A forecaster reads its windows through pytorch-forecasting and cannot be traced on its own.",
            "Take model.safetensors and model.json of the run's folder; other formats are for texts and rows.",
        )
    from engine.families import portable as files

    if family == "text":
        from engine.families.text.portable import portable as of_text
        from engine.families.text.portable import save_folder
        from engine.families.text.trained import TrainedText

        text = TrainedText.load(folder)
        if kind == "folder":
            speed = files.halved(of_text(text)) if half else None
            notes = save_folder(text, path, half)
            return _report(files.Written(path, 0.0, notes), speed, compared=False)
        given = of_text(text)
    else:
        from engine.families.tabular.portable import portable as of_rows
        from engine.families.tabular.trained import TrainedModel

        if kind == "folder":
            raise RunFailed("A folder for transformers is for text models.", "Choose --torchscript or --torch-export.")
        given = of_rows(TrainedModel.load(folder))
    write: Callable[[files.Portable, Path], files.Written]
    write = {
        "torchscript": files.write_torchscript,
        "torch_export": files.write_exported,
        "onnx": files.write_onnx,
    }[kind]
    speed = files.halved(given) if half else None
    return _report(write(given if speed is None else speed.portable, path), speed, compared=kind != "onnx")


def _report(written: "Written", speed: "Halved | None", compared: bool) -> ExportReport:
    return ExportReport(
        path=str(written.path),
        notes=written.notes,
        difference=written.difference if compared else None,
        speed_up=None if speed is None else speed.speed_up,
        half_difference=None if speed is None else speed.difference,
    )
