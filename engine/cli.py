"""`tensorbench`: the engine from the command line. It reads arguments, calls a command, and turns errors into one line.

Exit codes: 0 done, 1 the run failed, 2 bad input with one line on standard error.
"""

import argparse
import os
import sys
import tempfile
import traceback
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path

from engine.workspace import default_workspace

BAD_INPUT = 2
# Command → (module, function): a module is imported when its command is called, so that help is instant.
COMMANDS = {
    "import": ("data", "import_command"),
    "datasets": ("data", "datasets_command"),
    "samples": ("data", "samples_command"),
    "models": ("data", "models_command"),
    "new": ("data", "new_command"),
    "train": ("training", "train_command"),
    "predict": ("training", "predict_command"),
    "runs": ("runs", "runs_command"),
    "show": ("runs", "show_command"),
    "metrics": ("runs", "metrics_command"),
    "log": ("runs", "log_command"),
    "stop": ("runs", "stop_command"),
    "doctor": ("doctor", "doctor_command"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    options = _parser().parse_args(arguments)
    if options.workspace is None:
        options.workspace = default_workspace()
    module, function = COMMANDS[options.command]
    try:
        command: Callable[[argparse.Namespace], int] = getattr(import_module(f"engine.commands.{module}"), function)
        return command(options)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        return _explained(error)


def demo(workspace: Path) -> int:
    """Do the window's main job in the terminal, for a machine without a display."""
    try:
        from engine.commands.training import demo as run_demo

        return run_demo(workspace)
    except Exception as error:
        return _explained(error)


def _explained(error: Exception) -> int:
    """Print one line on standard error. What is no error of ours also leaves its traceback in a file."""
    from engine.commands.output import complain
    from engine.spec import SpecError

    if isinstance(error, SpecError) and len(error.problems) > 1:
        complain(f"{error.problems[0]} (and {len(error.problems) - 1} more)")
    elif type(error).__module__.split(".")[0] == "engine":
        complain(str(error))
    else:
        with tempfile.NamedTemporaryFile("w", prefix="tensorbench-", suffix=".log", delete=False) as file:
            file.write(traceback.format_exc())
        complain(f"this went wrong unexpectedly ({type(error).__name__}: {error}); details are in {file.name}")
    return BAD_INPUT


def _parser() -> argparse.ArgumentParser:
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--workspace", type=Path, help="the folder of datasets and runs (default: the user's own)")
    shared.add_argument("--json", action="store_true", help="print JSON")
    parser = argparse.ArgumentParser(prog="tensorbench", description="A workbench for deep learning on tables.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(name: str, text: str) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=text, description=text, parents=[shared])

    _add_data(add)
    _add_runs(add)
    add("doctor", "check this machine and the workspace")
    return parser


def _add_data(add: Callable[[str, str], argparse.ArgumentParser]) -> None:
    command = add("import", "import a file, or a bundled sample by its name")
    command.add_argument("file", metavar="FILE")
    command.add_argument("--name", help="what to call the dataset")
    add("datasets", "list the workspace's datasets")
    add("samples", "list the bundled samples")
    add("models", "list the models that can be trained")
    command = add("new", "print a specification to train")
    command.add_argument("family", choices=["tabular"])
    command.add_argument("--data", required=True, metavar="FILE", help="a file, a dataset's name or id, or a sample")
    command.add_argument("--target", action="append", metavar="COL", help="what to predict (may be given again)")
    command.add_argument("--model", metavar="NAME", help="a model of the catalogue (see `tensorbench models`)")
    command.add_argument("--task", choices=["classification", "regression"])
    command.add_argument("-o", "--output", type=Path, metavar="SPEC", help="write to a file instead")


def _add_runs(add: Callable[[str, str], argparse.ArgumentParser]) -> None:
    command = add("train", "train a specification")
    command.add_argument("spec", type=Path, metavar="SPEC")
    command.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="such as trainer.epochs=5")
    command.add_argument("--name", help="what to call the run")
    command.add_argument("--detach", action="store_true", help="return at once; the run goes on in the background")
    add("runs", "list the runs")
    for name, text in (
        ("show", "tell about a run"),
        ("log", "print a run's log"),
        ("stop", "ask a run to stop and keep its model"),
    ):
        add(name, text).add_argument("run", metavar="RUN", help="the run's id, its beginning, or its name")
    command = add("metrics", "list a run's metrics, or print the points of one")
    command.add_argument("run", metavar="RUN")
    command.add_argument("key", nargs="?", metavar="KEY", help="such as valid/loss")
    command.add_argument("--csv", action="store_true", help="separate with commas")
    command = add("predict", "use a run's model on a new file")
    command.add_argument("run", metavar="RUN")
    command.add_argument("file", type=Path, metavar="FILE")
    command.add_argument("-o", "--output", type=Path, metavar="OUT", help="a .csv or .parquet file")
    command.add_argument("--allow-missing", action="store_true", help="treat missing columns as missing values")


if __name__ == "__main__":
    sys.exit(main())
