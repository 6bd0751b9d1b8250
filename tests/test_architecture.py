"""The house's rules: who may import whom, and what nobody does. Read it as a description."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
QT = {"app", "PySide6", "shiboken6", "pyqtgraph", "qtpy"}
TRAINING = {"torch", "transformers", "lightning", "pytorch_lightning", "pytorch_tabular", "pytorch_forecasting"}
# Inside the engine each room may import the rooms named here (and itself).
ROOMS = {
    "spec": set(),
    "runs": {"spec"},
    "datasets": {"spec"},
    "catalog": {"spec"},
    "training": {"runs", "datasets", "spec"},
    "families": {"training", "runs", "datasets", "catalog", "spec"},
    "jobs": {"families", "training", "runs", "datasets", "catalog", "spec"},
    "tensors": set(),
}


def sources(top: str) -> list[Path]:
    return sorted((ROOT / top).rglob("*.py"))


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def called(path: Path) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            yield node


def name_of(call: ast.Call) -> str:
    return ast.unparse(call.func)


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_that_the_engine_knows_nothing_of_the_window() -> None:
    wrong = [
        (named(path), module) for path in sources("engine") for module in imported(path) if module.split(".")[0] in QT
    ]
    assert not wrong


def test_that_the_window_never_imports_a_training_library() -> None:
    wrong = [
        (named(path), module)
        for path in sources("app")
        for module in imported(path)
        if module.split(".")[0] in TRAINING
    ]
    assert not wrong


def test_that_arrows_between_the_engines_rooms_run_one_way() -> None:
    wrong = []
    for path in sources("engine"):
        room = path.relative_to(ROOT / "engine").parts[0]
        if room not in ROOMS:
            continue
        for module in imported(path):
            parts = module.split(".")
            if parts[0] == "engine" and len(parts) > 1 and parts[1] in ROOMS and parts[1] not in {room, *ROOMS[room]}:
                wrong.append((named(path), module))
    assert not wrong


def test_that_a_page_imports_no_other_page() -> None:
    wrong = []
    for path in sources("app/pages"):
        parts = path.relative_to(ROOT / "app" / "pages").parts
        if len(parts) == 1:
            continue
        for module in imported(path):
            if (
                module.startswith("app.pages.")
                and module.split(".")[2] != parts[0]
                and (ROOT / "app/pages" / module.split(".")[2]).is_dir()
            ):
                wrong.append((named(path), module))
    assert not [pair for pair in wrong if "app.pages.run." not in pair[1]]


def test_that_files_stay_small() -> None:
    long = [
        (named(path), lines)
        for top in ("app", "engine")
        for path in sources(top)
        if (lines := path.read_text(encoding="utf-8").count("\n")) > 500
    ]
    assert not long


def test_that_nothing_loads_or_runs_foreign_code() -> None:
    forbidden = {"eval", "exec", "pickle.load", "pickle.loads", "joblib.load", "pd.read_pickle"}
    wrong = []
    for path in [*sources("app"), *sources("engine")]:
        modules = set(imported(path))
        wrong += [(named(path), module) for module in modules & {"pickle", "joblib", "cloudpickle", "dill"}]
        for call in called(path):
            name = name_of(call)
            keywords = {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords}
            if (
                name in forbidden
                or keywords.get("trust_remote_code") == "True"
                or keywords.get("weights_only") == "False"
            ):
                wrong.append((named(path), name))
    assert not wrong


def test_that_the_window_keeps_its_manners() -> None:
    wrong = []
    for path in sources("app"):
        for call in called(path):
            name = name_of(call).rsplit(".", 1)[-1]
            if name == "processEvents" or (name == "setStyleSheet" and path.name != "theme.py"):
                wrong.append((named(path), name))
            if name == "connect" and call.args and isinstance(call.args[0], ast.Lambda):
                wrong.append((named(path), "connect(lambda …)"))
    assert not wrong


def python(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False, timeout=100
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_that_opening_the_window_loads_no_heavy_library() -> None:
    loaded = python("import sys, app.main_window; print(*{name.split('.')[0] for name in sys.modules})").split()
    assert not set(loaded) & {*TRAINING, "pandas", "duckdb", "sklearn"}


@pytest.mark.parametrize(
    "module", ["engine.families.tabular.running", "engine.jobs.worker", "engine.jobs.lab", "engine.cli"]
)
def test_that_the_engine_works_with_qt_blocked(module: str) -> None:
    blocked = ", ".join(f"'{name}': None" for name in sorted(QT))
    python(f"import sys; sys.modules.update({{{blocked}}}); import {module}")
