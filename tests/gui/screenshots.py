"""Drives the real window through a new user's path and writes a PNG of every page, light and dark.

`python tests/gui/screenshots.py FOLDER [--size 1280x800] [--keep WORKSPACE]`
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


def main() -> None:
    """Take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--size", default="1280x800")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    width, height = (int(part) for part in options.size.split("x"))
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_CONFIG_HOME"] = str(Path(folder) / "config")
        Tour(Path(folder) / "workspace", options.folder, width, height).take()


class Tour:
    """One window, one path."""

    def __init__(self, workspace: Path, pictures: Path, width: int, height: int) -> None:
        from PySide6.QtWidgets import QApplication

        from app.main_window import MainWindow
        from app.theme import apply

        self._pictures = pictures
        self._apply = apply
        self.application = QApplication([])
        apply(self.application, "light")
        self.window = MainWindow(workspace)
        self.window.resize(width, height)
        self.window.show()

    def take(self) -> None:
        """Walk the path."""
        window = self.window
        self.wait(1.5)
        self.shoot("data-start")
        self._import_sample()
        self.shoot("data")
        self._press("data.next")
        self.wait(9)
        self.shoot("train")
        self._press("train.start")
        self.until(lambda: window.runs.run.isVisible(), 20)
        self.until(lambda: bool(self._runs()) and self._runs()[0].progress.epoch >= 3, 60)
        self.shoot("run-live")
        self.until(lambda: self._runs()[0].status.is_over, 120)
        self.wait(2)
        self.shoot("run-finished")
        self._tab("results")
        self.wait(2)
        self.shoot("run-results")
        self._compare()
        window.showRuns()
        self.wait(0.5)
        self.shoot("runs")
        window.runs.openPredict(self._runs()[0].id)
        self._predict()
        self.shoot("predict")
        self._forecast()
        self._text()
        self._tensors()
        window.close()

    def _tensors(self) -> None:
        self.window.showTensors()
        page = self.window.tensors.playground
        for name, text, cell in (
            ("matmul", "A = rand(3, 4); B = rand(4, 2); C = A @ B", (2, (1, 1))),
            ("reshape", "x = arange(12).view(3, 4); y = x.T.reshape(2, 6)", (3, (1, 2))),
            (
                "convolution",
                "x = rand(1, 1, 4, 4); w = randn(1, 1, 3, 3); y = conv2d(x, w, padding=1)",
                (2, (0, 0, 1, 1)),
            ),
            (
                "attention",
                "Q = randn(4, 3); K = randn(4, 3); V = randn(4, 2); y = scaled_dot_product_attention(Q, K, V)",
                (3, (1, 1)),
            ),
            ("clash", "A = rand(3, 4); b = rand(3); y = A * b", None),
        ):
            page.setExpression(text)
            self.until(lambda: not page._requests.isWaiting("show"), 60)
            if cell is not None:
                page.pin(*cell)
            self.wait(0.5)
            self.shoot(f"tensors-{name}")
        self._inspect()

    def _inspect(self) -> None:
        """Look at a layer over the checkpoints of the first run."""
        inspector, first = self.window.tensors.inspector, self._runs()[-1]
        self.window.tensors.showInspector()
        inspector.openRun(first.id, first.name)
        self.until(inspector.pane.map.isVisible, 60)
        inspector.tree.choose(inspector.shelf()[0], "_backbone.linear_layers.2.weight")
        self.wait(3)
        self.shoot("tensors-inspector")

    def shoot(self, name: str) -> None:
        """Grab the window in both themes."""
        for mode in ("dark", "light"):
            self._apply(self.application, mode)
            self.wait(0.4)
            self.window.grab().save(str(self._pictures / f"{name}-{mode}.png"))
        print(f"{name}: done", flush=True)

    def wait(self, seconds: float) -> None:
        """Let the window live for a while."""
        end = time.monotonic() + seconds
        self.until(lambda: time.monotonic() > end, seconds + 1)

    def until(self, condition: Callable[[], bool], timeout: float) -> None:
        """Run the event loop until the condition holds."""
        from PySide6.QtCore import QEventLoop, QTimer

        loop, deadline = QEventLoop(), time.monotonic() + timeout
        timer = QTimer()
        timer.timeout.connect(lambda: loop.quit() if condition() or time.monotonic() > deadline else None)
        timer.start(20)
        loop.exec()
        timer.stop()
        if not condition():
            raise TimeoutError("the window did not get there in time")

    def _runs(self) -> list:
        from engine.runs import RunStore

        with RunStore(self.window.engine.workspace) as store:
            return store.runs()

    def _press(self, name: str) -> None:
        from PySide6.QtWidgets import QAbstractButton

        button = self.window.findChild(QAbstractButton, name)
        assert button is not None, f"there is no button {name}"
        self.until(button.isEnabled, 60)
        button.click()

    def _import_sample(self) -> None:
        path = Path(self.window.engine.workspace) / "breast_cancer.csv"
        # In a process of its own, so that the memory in the picture is the window's.
        code = (
            "import sys; from sklearn.datasets import load_breast_cancer as load; bunch = load(as_frame=True);"
            "frame = bunch.frame; frame['target'] = frame['target'].map(lambda code: bunch.target_names[code]);"
            "frame.to_csv(sys.argv[1], index=False)"
        )
        subprocess.run([sys.executable, "-c", code, str(path)], check=True)
        self.csv = path
        self.window.openPaths([path])
        self.wait(1.5)
        self.shoot("data-import")
        self._press("data.import.start")
        self.wait(3)

    def _tab(self, name: str) -> None:
        from PySide6.QtWidgets import QTabWidget

        for tabs in self.window.runs.run.findChildren(QTabWidget):
            for index in range(tabs.count()):
                if name in tabs.tabText(index).lower():
                    tabs.setCurrentIndex(index)

    def _compare(self) -> None:
        """Train three more with other settings, waiting in the queue meanwhile, and compare them all."""
        first = self._runs()[0].spec
        for name, rate, seed in (("slower", 3e-4, 1), ("faster", 1e-2, 1), ("another seed", 1e-3, 2)):
            trainer = first.trainer.model_copy(
                update={
                    "seed": seed,
                    "optimizer": first.trainer.optimizer.model_copy(update={"learning_rate": rate}),
                }
            )
            self.window.engine.enqueue(first.model_copy(update={"name": name, "trainer": trainer}))
        self.window.queue.show()
        self.until(lambda: any(run.status.is_active for run in self._runs()), 60)
        self.until(lambda: self.window.queue.model.working.rowCount() == 1, 60)
        self.wait(1)
        self.shoot("queue")
        self.window.queue.hide()
        self.until(lambda: len(self._runs()) == 4 and all(run.status.is_over for run in self._runs()), 180)
        self.window.runs.openCompare([run.id for run in self._runs()])
        self.wait(3)
        self.shoot("compare")

    def _forecast(self) -> None:
        """Train a small forecaster on a sample of many series."""
        window, page = self.window, self.window.train
        window.showData()
        window.data.openSample("waves")
        self.wait(6)  # until then the dataset before it is on show
        self.until(lambda: window.data.dataset.isVisible() and window.data.dataset.next.isEnabled(), 60)
        self._press("data.next")
        self.until(lambda: page.spec() is not None and page.spec().family == "forecasting", 60)
        page.form.setCurrentIndex(4)
        self.until(lambda: bool(page.form.windows.close_up.bands()), 60)
        self.wait(5)
        self.shoot("forecast-train")
        page.form.setCurrentIndex(0)
        self._press("train.preset.small")
        page._edit("trainer.epochs", 12)
        self._press("train.start")
        self.until(lambda: len(self._runs()) == 5 and self._runs()[0].progress.epoch >= 3, 180)
        self.wait(2)
        self.shoot("forecast-live")
        self.until(lambda: self._runs()[0].status.is_over, 400)
        self.wait(3)
        self._tab("results")
        self.wait(4)
        self.shoot("forecast-results")

    def _text(self) -> None:
        """Train a small classifier on a sample of opinions, and try it on a typed one."""
        window, page = self.window, self.window.train
        window.showData()
        window.data.openSample("opinions")
        self.wait(6)
        self.until(lambda: window.data.dataset.isVisible() and window.data.dataset.next.isEnabled(), 60)
        self._press("data.next")
        self.until(lambda: page.spec() is not None and page.spec().family == "text", 60)
        self.wait(5)
        self.shoot("text-train")
        page._edit("trainer.epochs", 20)
        self._press("train.start")
        self.until(lambda: len(self._runs()) == 6 and self._runs()[0].status.is_over, 400)
        self.wait(3)
        self.shoot("text-live")
        window.runs.openPredict(self._runs()[0].id)
        self.wait(2)
        from PySide6.QtWidgets import QPlainTextEdit

        box = window.findChild(QPlainTextEdit, "predict.text")
        assert box is not None
        box.setPlainText("The staff was friendly, but the soup was cold and the wine was dreadful.")
        self._press("predict.text.go")
        self.until(lambda: bool(window.runs.predict._typed.answer()), 60)
        self.wait(1)
        self.shoot("text-predict")

    def _predict(self) -> None:
        self.window.runs.predict.setFile(self.csv)
        self.wait(4)


if __name__ == "__main__":
    main()
