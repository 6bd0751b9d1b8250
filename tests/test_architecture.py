"""The house's rules: who may import whom, and what nobody does. Read it as a description of the program."""

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

QT = {"app", "PySide6", "shiboken6", "pyqtgraph", "qtpy"}
TRAINING = {"torch", "transformers", "lightning", "pytorch_lightning", "pytorch_tabular", "pytorch_forecasting"}
TABLES = {"duckdb", "pandas", "sklearn", "scipy"}
NETWORK = {"requests", "urllib", "http", "socket", "ftplib", "smtplib", "httpx", "aiohttp", "huggingface_hub"}

# Each room of the engine, and the rooms whose work it builds on. An arrow that is not here is not allowed.
ROOMS: dict[str, set[str]] = {
    "spec": set(),
    "runs": {"spec"},
    "datasets": {"spec"},
    "catalog": {"spec", "amounts"},
    "training": {"runs", "datasets", "spec"},
    "families": {"training", "inspecting", "runs", "datasets", "catalog", "spec", "amounts"},
    "export": {"runs", "spec"},
    "jobs": {
        "export",
        "families",
        "training",
        "runs",
        "datasets",
        "catalog",
        "spec",
        "inspecting",
        "lessons",
        "tensors",
    },
    "commands": {
        "jobs",
        "export",
        "families",
        "training",
        "runs",
        "datasets",
        "catalog",
        "spec",
        "workspace",
        "amounts",
    },
    "cli": {"commands", "runs", "datasets", "spec", "workspace"},
    "tensors": set(),
    "inspecting": set(),
    "lessons": {"tensors"},
    "workspace": set(),
    "amounts": set(),
}

# What would run code that came with a file, or hand a string to an interpreter.
CODE_RUNNERS = {"eval", "exec", "compile", "__import__", "os.system", "os.popen", "pd.read_pickle"}
CODE_LOADERS = {"pickle", "cPickle", "cloudpickle", "dill", "joblib", "shelve", "marshal"}


# The engine's rooms


def test_that_the_engine_knows_nothing_of_the_window() -> None:
    assert not [(named(path), module) for path in sources("engine") for module in imported(path) if top(module) in QT]


def test_that_every_room_of_the_engine_has_its_place_in_the_order() -> None:
    found = {room_of(path) for path in sources("engine")} - {"__init__"}
    assert found <= set(ROOMS)


def test_that_arrows_between_the_engines_rooms_run_one_way() -> None:
    wrong = []
    for path in sources("engine"):
        room = room_of(path)
        for module in imported(path):
            parts = module.split(".")
            other = parts[1] if parts[0] == "engine" and len(parts) > 1 else room
            if other in ROOMS and other not in {room, *ROOMS.get(room, set())}:
                wrong.append((named(path), module))
    assert not wrong


def test_that_nothing_is_imported_relatively() -> None:
    everything = [*sources("app"), *sources("engine")]
    relative = [
        named(path) for path in everything for node in nodes(path) if isinstance(node, ast.ImportFrom) and node.level
    ]
    assert not relative


def test_that_the_whole_engine_works_with_qt_blocked() -> None:
    modules = [dotted(path) for path in sources("engine")]
    code = "import sys, json, importlib\nsys.modules.update(dict.fromkeys(json.loads(sys.argv[1])))\n"
    code += "for module in json.loads(sys.argv[2]): importlib.import_module(module)\n"
    python(code, json.dumps(sorted(QT)), json.dumps(modules))


def test_that_the_command_line_starts_without_a_heavy_library() -> None:
    loaded = modules_after("import engine.cli; engine.cli._parser()")
    assert not loaded & {*TRAINING, *TABLES, "numpy", "pydantic", "rich"}


# The window


def test_that_the_window_never_imports_a_training_library() -> None:
    heavy = TRAINING | TABLES
    assert not [(named(path), module) for path in sources("app") for module in imported(path) if top(module) in heavy]


def test_that_no_module_of_the_window_loads_a_heavy_library() -> None:
    modules = [dotted(path) for path in sources("app")]
    loaded = modules_after(
        "import importlib\nfor module in json.loads(sys.argv[1]): importlib.import_module(module)", modules
    )
    assert not loaded & {*TRAINING, *TABLES}


def test_that_a_page_imports_no_other_page() -> None:
    wrong = []
    for path in sources("app/pages"):
        own = path.relative_to(ROOT / "app" / "pages").parts
        if len(own) == 1:
            continue  # joins pages on purpose
        for module in imported(path):
            parts = module.split(".")
            if parts[:2] == ["app", "pages"] and len(parts) > 2 and (ROOT / "app/pages" / parts[2]).is_dir():
                wrong += [(named(path), module)] if parts[2] != own[0] else []
    # How a run's state and numbers are worded and drawn is one thing, wherever runs are shown.
    assert not [pair for pair in wrong if not pair[1].startswith("app.pages.run.")]


def test_that_shares_are_written_in_one_way() -> None:
    everything = [*sources("app"), *sources("engine")]
    own = re.compile(r":\.\d%\}")  # engine.amounts.percent knows how the sign follows
    assert not [named(path) for path in everything if path.name != "amounts.py" and own.search(path.read_text())]


def test_that_the_window_keeps_its_manners() -> None:
    wrong = []
    for path in sources("app"):
        for call in called(path):
            last = name_of(call).rsplit(".", 1)[-1]
            if last == "processEvents" or (last == "setStyleSheet" and path.name != "theme.py"):
                wrong.append((named(path), last))
            if last == "connect" and call.args and isinstance(call.args[0], ast.Lambda):
                wrong.append((named(path), "connect(lambda …)"))
            if name_of(call) == "time.sleep":
                wrong.append((named(path), "time.sleep"))
    assert not wrong


# Safety


def test_that_nothing_runs_code_that_came_with_a_file() -> None:
    wrong = []
    for path in [*sources("app"), *sources("engine")]:
        wrong += [(named(path), module) for module in imported(path) if top(module) in CODE_LOADERS]
        for call in called(path):
            name, given = name_of(call), keywords(call)
            suspicious = (
                name in CODE_RUNNERS
                or (name == "torch.load" and given.get("weights_only") != "True")
                or given.get("weights_only") == "False"
                or given.get("trust_remote_code", "False") != "False"
                or given.get("allow_pickle", "False") != "False"
                or given.get("shell", "False") != "False"
            )
            wrong += [(named(path), name)] if suspicious else []
    assert not wrong


def test_that_nothing_reaches_for_the_network() -> None:
    everything = [*sources("app"), *sources("engine")]
    assert not [(named(path), module) for path in everything for module in imported(path) if top(module) in NETWORK]


# Size and names


def test_that_files_and_functions_stay_small() -> None:
    long = []
    for path in [*sources("app"), *sources("engine")]:
        lines = text(path).count("\n")
        long += [(named(path), lines)] if lines > 500 else []
        for node in nodes(path):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                size = (node.end_lineno or node.lineno) - node.lineno + 1
                long += [(f"{named(path)}: {node.name}", size)] if size > 60 else []
    assert not long


def test_that_every_module_says_what_lives_in_it() -> None:
    assert not [named(path) for path in [*sources("app"), *sources("engine")] if not ast.get_docstring(tree(path))]


def test_that_no_module_is_a_drawer_for_everything() -> None:
    drawers = re.compile(r"(^|_)(utils?|helpers?|common|misc|managers?)(_|$)")
    assert not [named(path) for path in [*sources("app"), *sources("engine")] if drawers.search(path.stem)]


def test_that_nothing_is_left_for_later() -> None:
    marks = re.compile(r"#.*\b(TODO|FIXME|XXX|HACK)\b")
    assert not [named(path) for path in [*sources("app"), *sources("engine")] if marks.search(text(path))]


def test_that_no_test_sleeps() -> None:
    files = [path for path in sources("tests") if path.name.startswith(("test_", "conftest"))]
    assert not [named(path) for path in files for call in called(path) if name_of(call) in {"time.sleep", "sleep"}]


# How the rules are read off the sources


def sources(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def dotted(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room_of(path: Path) -> str:
    return path.relative_to(ROOT / "engine").with_suffix("").parts[0]


def top(module: str) -> str:
    return module.split(".", maxsplit=1)[0]


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(text(path))


@cache
def nodes(path: Path) -> list[ast.AST]:
    return list(ast.walk(tree(path)))


def imported(path: Path) -> Iterator[str]:
    """Every module that a file imports; `from engine import datasets` gives engine.datasets."""
    for node in nodes(path):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def called(path: Path) -> Iterator[ast.Call]:
    return (node for node in nodes(path) if isinstance(node, ast.Call))


def name_of(call: ast.Call) -> str:
    return ast.unparse(call.func)


def keywords(call: ast.Call) -> dict[str | None, str]:
    return {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords}


def python(code: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], cwd=ROOT, capture_output=True, text=True, check=False, timeout=100
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def modules_after(code: str, argument: object = None) -> set[str]:
    """The top names of everything that is loaded after some code ran in a fresh process."""
    whole = (
        f"import json, sys\n{code}\nprint(*{{name.split('.')[0] for name, module in sys.modules.items() if module}})"
    )
    return set(python(whole, json.dumps(argument)).split())
