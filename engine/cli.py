"""`tensorbench`: the engine from the command line. It reads arguments, calls a command, and turns errors into one line.

Exit codes: 0 done, 1 the run failed, 2 bad input with one line on standard error. Imports nothing heavy.
"""

import argparse
import difflib
import io
import os
import re
import sys
import tempfile
import traceback
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import NoReturn

from engine.commands.new_arguments import add_new
from engine.workspace import default_workspace

FAILED, BAD_INPUT, INTERRUPTED = 1, 2, 130
# Command → (module, function): a module is imported when its command is called, so that help is instant.
COMMANDS = {
    "import": ("data", "import_command"),
    "melt": ("data", "melt_command"),
    "datasets": ("data", "datasets_command"),
    "samples": ("data", "samples_command"),
    "models": ("data", "models_command"),
    "new": ("new_spec", "new_command"),
    "check": ("training", "check_command"),
    "train": ("training", "train_command"),
    "predict": ("predicting", "predict_command"),
    "runs": ("runs", "runs_command"),
    "show": ("runs", "show_command"),
    "metrics": ("runs", "metrics_command"),
    "log": ("runs", "log_command"),
    "stop": ("runs", "stop_command"),
    "pause": ("lifecycle", "pause_command"),
    "resume": ("lifecycle", "resume_command"),
    "kill": ("lifecycle", "kill_command"),
    "change": ("lifecycle", "change_command"),
    "extend": ("lifecycle", "extend_command"),
    "fork": ("lifecycle", "fork_command"),
    "clear": ("lifecycle", "clear_command"),
    "queue": ("queueing", "queue_command"),
    "tag": ("queueing", "tag_command"),
    "group": ("queueing", "group_command"),
    "export": ("exporting", "export_command"),
    "doctor": ("doctor", "doctor_command"),
}
Add = Callable[[str, str], argparse.ArgumentParser]
RUN_HELP = "the run's id, the beginning of its id, its name, or “last”"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    _write_anywhere()
    options = _parser().parse_args(arguments)
    options.workspace = getattr(options, "workspace", None) or default_workspace()
    options.json = getattr(options, "json", False)
    module, function = COMMANDS[options.command]

    def command() -> int:
        code: int = getattr(import_module(f"engine.commands.{module}"), function)(options)
        return code

    return _guarded(command)


def demo(workspace: Path, pictures: Callable[[Path, str], Sequence[Path]] | None = None) -> int:
    """Do the window's main job in the terminal, for a machine without a display, and return the exit code.

    `pictures(workspace, run_id)` draws the finished run's plots into files and returns them.
    """
    _write_anywhere()

    def command() -> int:
        from engine.commands.demo import demo_command

        return demo_command(workspace, pictures)

    return _guarded(command)


def _guarded(command: Callable[[], int]) -> int:
    try:
        code = command()
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has seen enough; nothing more may be written to it, at exit neither.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        return _explained(error)


def _explained(error: Exception) -> int:
    """Print one line on standard error. What is no error of ours also leaves its traceback in a file."""
    from engine.commands.output import complain
    from engine.spec import SpecError

    if isinstance(error, SpecError):
        more = f" (and {len(error.problems) - 3} more)" if len(error.problems) > 3 else ""
        complain("; ".join(error.problems[:3]) + more)
        return BAD_INPUT
    if type(error).__module__.partition(".")[0] == "engine":
        complain(str(error))
        return BAD_INPUT
    with tempfile.NamedTemporaryFile("w", prefix="tensorbench-", suffix=".log", delete=False, encoding="utf-8") as file:
        file.write("".join(traceback.format_exception(error)))
    complain(f"this went wrong unexpectedly ({type(error).__name__}: {error}); the details are in {file.name}")
    return FAILED


def _write_anywhere() -> None:
    """Let a terminal that knows few characters show question marks rather than end the program."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


class _Parser(argparse.ArgumentParser):
    """Says what is wrong with the arguments in one line."""

    def error(self, message: str) -> NoReturn:
        """Exit with one line instead of the whole usage."""
        tried = re.search(r"argument COMMAND: invalid choice: '([^']*)'", message)
        if tried:
            close = difflib.get_close_matches(tried[1], COMMANDS, n=1)
            hint = f"did you mean “{close[0]}”?" if close else f"there are {', '.join(COMMANDS)}"
            message = f"there is no command “{tried[1]}”; {hint}"
        self.exit(BAD_INPUT, f"{self.prog}: {message}; see {self.prog} --help\n")


class _Version(argparse.Action):
    """Prints the version; it is looked up only then."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import version

        print(f"tensorbench {version('tensorbench')}")
        parser.exit()


def _parser() -> argparse.ArgumentParser:
    shared = _Parser(add_help=False, argument_default=argparse.SUPPRESS)
    shared.add_argument(
        "--workspace",
        type=Path,
        metavar="DIR",
        help="the folder of datasets and runs (default: $TENSORBENCH_WORKSPACE, or a folder of the user's own)",
    )
    shared.add_argument("--json", action="store_true", help="print JSON")
    parser = _Parser(
        prog="tensorbench",
        description="Train and use deep learning models on tables, time series and texts.",
        parents=[shared],
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(name: str, text: str) -> argparse.ArgumentParser:
        command: argparse.ArgumentParser = commands.add_parser(
            name, help=text, description=text[:1].upper() + text[1:] + ".", parents=[shared]
        )
        return command

    _add_data(add)
    add_new(add)
    _add_training(add)
    _add_runs(add)
    _add_lifecycle(add)
    _add_order(add, shared)
    add("doctor", "check this machine and the workspace")
    return parser


def _add_data(add: Add) -> None:
    command = add("import", "import a file, or a bundled sample by its name")
    command.add_argument(
        "file", metavar="FILE", help="CSV, TSV, Parquet, JSON Lines, Excel, text, CoNLL, SQuAD, a folder of text"
    )
    command.add_argument("--name", default="", help="what to call the dataset")
    ways = ["csv", "lines", "paragraphs", "document", "conll", "squad"]
    command.add_argument("--as", dest="read_as", choices=ways, help="how a file of text becomes rows")
    command.add_argument("--encoding", help="of a text file, where the guess is wrong")
    command.add_argument("--delimiter", help="between the values of a line, where the guess is wrong")
    command.add_argument("--decimal", choices=[".", ","], help="the decimal mark, where the guess is wrong")
    command.add_argument("--header", action=argparse.BooleanOptionalAction, help="whether the first line has names")
    command.add_argument("--missing", action="append", metavar="MARK", help="stands for a missing value (repeatable)")
    command.add_argument("--sheet", help="of an Excel file")
    command = add("melt", "turn the columns of a wide table, one a series, into a long dataset for forecasts")
    command.add_argument("data", metavar="DATASET", help="a dataset's name or id, a file, or a sample")
    command.add_argument("--time", required=True, metavar="COL", help="the column of times, which stays")
    command.add_argument(
        "--columns", action="append", nargs="+", metavar="COL", help="which become series (default: all of numbers)"
    )
    command.add_argument("--series-name", default="series", metavar="NAME", help="of the new column of series")
    command.add_argument("--value-name", default="value", metavar="NAME", help="of the new column of values")
    command.add_argument("--keep-empty", action="store_true", help="let cells without a value become rows as well")
    command.add_argument("--name", default="", help="what to call the new dataset")
    add("datasets", "list the workspace's datasets")
    add("samples", "list the bundled samples")
    add("models", "list the models that can be trained")


def _add_training(add: Add) -> None:
    for name, text in (
        ("check", "say what a specification will do, and what looks wrong, without training"),
        ("train", "train a specification"),
    ):
        command = add(name, text)
        command.add_argument("spec", type=Path, metavar="SPEC", help="a .toml or .json file, as `new` makes it")
        command.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="such as trainer.epochs=5")
    command.add_argument("--name", help="what to call the run")
    _add_when(command)
    command = add("predict", "use a run's model on a new file")
    command.add_argument("run", metavar="RUN", help=RUN_HELP)
    command.add_argument("file", type=Path, nargs="?", metavar="FILE")
    command.add_argument(
        "--data", type=Path, metavar="FILE", help="the same; of series with what is known ahead behind"
    )
    command.add_argument("-o", "--output", type=Path, metavar="OUT", help="a .csv or .parquet file")
    command.add_argument("--allow-missing", action="store_true", help="treat missing columns as missing values")
    typed = command.add_argument_group("text")
    typed.add_argument(
        "--text", metavar="TEXT", help="a text instead of a file: it is judged, gone on with, or [MASK] filled in"
    )
    typed.add_argument("--pair", metavar="TEXT", help="the second text of a pair; the question that --text answers")
    typed.add_argument(
        "--choice", action="append", metavar="TEXT", help="one of the choices, twice or more; beside --text"
    )
    typed.add_argument("--tokens", type=int, metavar="N", help="go on for at most so many (default: 40)")
    typed.add_argument("--greedy", action="store_true", default=None, help="take the likeliest token each time")
    typed.add_argument("--temperature", type=float, metavar="X", help="above 1 bolder, below 1 safer")
    typed.add_argument("--top-k", type=int, metavar="N", help="draw from the N likeliest (default: 20; 0: from all)")
    typed.add_argument("--top-p", type=float, metavar="P", help="draw from those that have this share together")
    typed.add_argument("--seed", type=int, metavar="N", help="draw the same again")
    typed.add_argument("--beams", type=int, metavar="N", help="write N texts beside each other and keep the likeliest")
    typed.add_argument("--length-penalty", type=float, metavar="X", help="of beams: above 0 longer, below 0 shorter")
    typed.add_argument("--early-stopping", action="store_true", default=None, help="end when N beams have ended")


def _add_runs(add: Add) -> None:
    add("runs", "list the runs, the newest first")
    for name, text in (
        ("show", "tell about a run"),
        ("log", "print a run's log"),
        ("stop", "ask a run to stop and keep its model"),
        ("pause", "ask a run to write its state and free the machine"),
        ("kill", "end a run's worker at once"),
    ):
        add(name, text).add_argument("run", metavar="RUN", help=RUN_HELP)
    command = add("metrics", "list a run's metrics, print the points of one, or score its model on a new file")
    command.add_argument("run", metavar="RUN", help=RUN_HELP)
    command.add_argument("key", nargs="?", metavar="KEY", help="such as valid/loss")
    command.add_argument("--data", type=Path, metavar="FILE", help="score the model on this file, which has the truth")
    command.add_argument(
        "--report", action="store_true", help="scores by class, surprising tokens and the worst examples of its results"
    )
    command.add_argument("--csv", action="store_true", help="separate with commas rather than tabs")
    command = add("export", "write a run or its model in another program's format")
    command.add_argument("run", metavar="RUN", help=RUN_HELP)
    where = command.add_mutually_exclusive_group(required=True)
    where.add_argument("--tensorboard", type=Path, metavar="DIR", help="TensorBoard event files, in a folder of DIR")
    where.add_argument("--csv", type=Path, metavar="FILE", help="every point of every metric")
    where.add_argument(
        "--folder", type=Path, metavar="DIR", help="a text model that transformers' from_pretrained opens"
    )
    where.add_argument("--torchscript", type=Path, metavar="FILE", help="the model's network for torch.jit.load")
    where.add_argument("--torch-export", type=Path, metavar="FILE", help="the same for torch.export.load (.pt2)")
    where.add_argument("--onnx", type=Path, metavar="FILE", help="the same as ONNX; needs onnx and onnxscript")
    command.add_argument("--half", action="store_true", help="write a model in bfloat16, and tell speed and difference")


def _add_when(command: argparse.ArgumentParser) -> None:
    later = command.add_mutually_exclusive_group()
    later.add_argument("--detach", action="store_true", help="return at once; the run goes on in the background")
    later.add_argument("--queue", action="store_true", help="wait in the queue; see `tensorbench queue`")


def _add_lifecycle(add: Add) -> None:
    for name, text in (
        ("resume", "go on with a paused, stopped, failed, crashed or interrupted run where it was left"),
        ("extend", "train a finished run further"),
    ):
        command = add(name, text)
        command.add_argument("run", metavar="RUN", help=RUN_HELP)
        command.add_argument("--detach", action="store_true", help="return at once; the run goes on in the background")
        if name == "extend":
            command.add_argument(
                "--epochs", type=float, required=True, metavar="N", help="how many there are to be in all, such as 7.5"
            )
    command = add("change", "change a setting of a run while it trains or rests")
    command.add_argument("run", metavar="RUN", help=RUN_HELP)
    command.add_argument("--learning-rate", type=float, metavar="X", help="the rate that the schedule scales")
    command.add_argument(
        "--epochs", type=float, metavar="N", help="how many epochs there are to be in all, such as 7.5"
    )
    command = add("fork", "train a new run that begins with another's weights")
    command.add_argument("run", metavar="RUN", help=RUN_HELP)
    command.add_argument("--checkpoint", default="model", metavar="NAME", help="of the run (default: its kept model)")
    command.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="such as trainer.epochs=5")
    command.add_argument("--name", help="what to call the new run")
    _add_when(command)
    command = add("clear", "delete the checkpoints of a run that is over, or kept tokens, to free space on the disk")
    command.add_argument("run", metavar="RUN", nargs="?", help=RUN_HELP)
    command.add_argument("--tokens", action="store_true", help="the tokens that the workspace keeps for runs of texts")
    command.add_argument("--state", action="store_true", help="also the one it would be resumed from")


def _add_order(add: Add, shared: argparse.ArgumentParser) -> None:
    actions = add("queue", "list the runs that wait, or change their order").add_subparsers(
        dest="action", metavar="ACTION"
    )

    def action(name: str, text: str) -> argparse.ArgumentParser:
        made: argparse.ArgumentParser = actions.add_parser(name, help=text, parents=[shared])
        return made

    command = action("move", "put a waiting run elsewhere in the queue")
    command.add_argument("run", metavar="RUN", help=RUN_HELP)
    where = command.add_mutually_exclusive_group(required=True)
    where.add_argument("--before", metavar="RUN", help="before this one")
    where.add_argument("--first", action="store_true")
    where.add_argument("--last", action="store_true")
    action("add", "let a run that rests or ended early go on when its turn comes").add_argument(
        "run", metavar="RUN", help=RUN_HELP
    )
    action("remove", "take a run out of the queue").add_argument("run", metavar="RUN", help=RUN_HELP)
    command = action("limit", "how many runs of the queue are at work on a device at once")
    command.add_argument("number", nargs="?", type=int, metavar="N")
    action("run", "work the queue off in this terminal, until it is empty")
    command = add("tag", "tag a run")
    command.add_argument("run", metavar="RUN", help=RUN_HELP)
    command.add_argument("tags", nargs="+", metavar="TAG")
    command.add_argument("--remove", action="store_true", help="take these tags away")
    command = add("group", "put a run into a group")
    command.add_argument("run", metavar="RUN", help=RUN_HELP)
    command.add_argument("name", nargs="?", metavar="GROUP", help="without one, the run leaves its group")


if __name__ == "__main__":
    sys.exit(main())
