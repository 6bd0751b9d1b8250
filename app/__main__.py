"""Starts the window; where there is no display, does the same main job in the terminal."""

import argparse
import gc
import os
import sys
from pathlib import Path

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

    from app.main_window import MainWindow
    from app.settings import Settings
    from app.theme import apply
    from engine.runs import RunStore, StoreError

    application = QApplication(sys.argv[:1])
    application.setApplicationName("Tensorbench")
    application.setOrganizationName("Tensorbench")
    settings = Settings()
    apply(application, settings.theme)
    try:
        RunStore(workspace).close()
    except StoreError as error:
        QMessageBox.critical(None, "Tensorbench", str(error))
        return 2
    window = MainWindow(workspace, settings)
    window.show()
    window.openPaths(files)
    spare_what_is_loaded()
    return application.exec()


def spare_what_is_loaded() -> None:
    """Keep the garbage collector from going through all that was loaded, again and again, for a tenth of a second."""
    from PySide6.QtCore import QTimer

    QTimer.singleShot(SETTLED_MS, gc.freeze)


if __name__ == "__main__":
    sys.exit(main())
