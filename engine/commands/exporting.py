"""export: a run in another program's format."""

from argparse import Namespace

from engine.commands.output import DONE, as_json
from engine.commands.runs import find
from engine.export import write_csv, write_tensorboard
from engine.runs import RunStore


def export_command(options: Namespace) -> int:
    """Write a run as TensorBoard event files or as one CSV of all metrics."""
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
