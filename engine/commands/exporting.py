"""export: a run in another program's format."""

from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from engine.commands.output import DONE, BadInput, as_json, complain, number
from engine.commands.runs import find
from engine.export import write_csv, write_tensorboard
from engine.runs import RunStore

if TYPE_CHECKING:
    from engine.families.exporting import Format

MODEL_FORMATS: tuple["Format", ...] = ("folder", "torchscript", "torch_export", "onnx")


def export_command(options: Namespace) -> int:
    """Write a run as TensorBoard event files, as one CSV of all metrics, or its model for other programs."""
    if any(getattr(options, kind) is not None for kind in MODEL_FORMATS):
        return _model_command(options)
    if options.half:
        raise BadInput("--half is for a model: name --folder, --torchscript, --torch-export or --onnx")
    with RunStore(options.workspace) as store:
        run = find(store, options.run)
        points = sum(info.count for info in store.series_keys(run.id))
        if options.tensorboard is not None:
            path = write_tensorboard(store, run.id, options.tensorboard)
        else:
            path = options.csv.resolve()
            write_csv(store, run.id, path)
    if options.json:
        as_json({"id": run.id, "path": path, "points": points})
        return DONE
    print(f"{points:,} points of {run.id} are in {path}")
    if options.tensorboard is not None:
        print(f"tensorboard --logdir {options.tensorboard} --samples_per_plugin scalars=0   # shows every point")
    return DONE


def _model_command(options: Namespace) -> int:
    """Write a run's model, and tell how far the file's answers are from the model's."""
    kind = next(one for one in MODEL_FORMATS if getattr(options, one) is not None)
    path: Path = getattr(options, kind)
    with RunStore(options.workspace) as store:
        run = find(store, options.run)
    from engine.families.exporting import export_model

    report = export_model(options.workspace, run.id, path.resolve(), kind, options.half)
    if options.json:
        as_json(report)
        return DONE
    for note in report.notes:
        complain(note)
    print(f"the model of {run.id} is in {report.path} ({report.bytes:,} bytes)")
    if report.beside:
        print(f"beside it {' and '.join(Path(one).name for one in report.beside)}")
    print(f"largest difference of an output {number(report.difference)}")
    if report.speed_up is not None and report.half_difference is not None:
        speed = f"{number(report.speed_up)} times as fast on this machine"
        print(f"{report.number_format}: {speed}; largest difference of an output {number(report.half_difference)}")
    return DONE
