"""Starts the window; where there is no display, does the same main job in the terminal."""

import argparse
import gc
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from app.main_window import MainWindow

SETTLED_MS = 1500


def main(arguments: list[str] | None = None) -> int:
    """Open the window on a workspace. Returns the process's exit code."""
    options = _parser().parse_args(arguments)
    workspace = options.workspace or _default_workspace()
    if not _has_display():
        from app.terminal import run_in_terminal

        return run_in_terminal(workspace)
    return _open_window(workspace, options.files)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tensorbench-window", description="Tensorbench, the window.")
    parser.add_argument("files", nargs="*", type=Path, help="data files or a specification (.toml) to open")
    parser.add_argument("--workspace", type=Path, help="the folder that holds datasets and runs")
    return parser


def _default_workspace() -> Path:
    from engine.workspace import default_workspace

    return default_workspace()


def _has_display() -> bool:
    if not sys.platform.startswith("linux") or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _open_window(workspace: Path, files: list[Path]) -> int:
    from PySide6.QtWidgets import QApplication, QMessageBox

    from engine.runs import StoreError

    application = QApplication(sys.argv[:1])
    application.setApplicationName("Tensorbench")
    application.setOrganizationName("Tensorbench")
    try:
        window = open_window(application, workspace)
    except StoreError as error:
        QMessageBox.critical(None, "Tensorbench", str(error))
        return 2
    window.openPaths(files)
    return application.exec()


def open_window(application: "QApplication", workspace: Path, warm_up: bool = True) -> "MainWindow":
    """Make the window on a workspace and show it. Raises StoreError."""
    from app import theme
    from app.main_window import MainWindow
    from app.settings import Settings
    from engine.runs import RunStore

    settings = Settings()
    theme.choose(application, settings.theme)
    RunStore(workspace).close()
    window = MainWindow(workspace, settings, warm_up)
    theme.dress(application)
    window.show()
    spare_what_is_loaded()
    return window


def spare_what_is_loaded() -> None:
    """Keep the garbage collector from going through all that was loaded, again and again, for a tenth of a second."""
    from PySide6.QtCore import QTimer

    QTimer.singleShot(SETTLED_MS, gc.freeze)


if __name__ == "__main__":
    sys.exit(main())
