"""A run's plots as PNG files, drawn without a screen by a process of its own: `python -m app.pictures WORKSPACE RUN`.
The plots are the window's; must not compute what they show."""

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication

from app.pages.run.plot_groups import CurveName, curve_name, plot_title, rank
from app.plots import CurvePlot, HeatMap, ScatterPlot
from app.plots.plot import Plot
from app.theme import apply
from engine.runs import RunStore, Series
from engine.runs.evaluation import Evaluation

SIZE = QSize(880, 480)


def main(workspace: Path, run_id: str) -> None:
    """Write one picture a plot and name it on standard output."""
    application = QApplication(sys.argv[:1])
    apply(application, "light")
    with RunStore(workspace) as store:
        folder = store.run_folder(run_id) / "pictures"
        series = [store.series(run_id, info.key, axes=()) for info in store.series_keys(run_id)]
        results = store.run_folder(run_id) / "evaluation.json"
    folder.mkdir(exist_ok=True)
    plots = list(_curves(series))
    if results.exists():
        plots += _results(Evaluation.model_validate_json(results.read_text(encoding="utf-8")))
    for number, (name, plot) in enumerate(plots, start=1):
        plot.resize(SIZE)
        plot.show()
        plot.redraw()
        path = folder / f"{number:02}-{name}.png"
        plot.exportImage(path)
        plot.close()
        sys.stdout.write(f"{path}\n")


def _curves(series: list[Series]) -> Iterator[tuple[str, Plot]]:
    groups: dict[str, list[tuple[CurveName, Series]]] = {}
    for one in series:
        name = curve_name(one.key)
        if not name.is_gauge:
            groups.setdefault(name.plot, []).append((name, one))
    for group in sorted(groups, key=rank):
        plot = CurvePlot()
        plot.setAxisLabels("optimizer step", plot_title(group))
        for name, one in groups[group]:
            style = "pale" if name.is_secondary else "solid"
            plot.setCurve(
                name.key,
                one.places if isinstance(one.places, range) else one.places.astype(float),
                one.values,
                name.label,
                name.colour,
                style,
            )
        yield group.replace("/", "-"), plot


def _results(evaluation: Evaluation) -> Iterator[tuple[str, Plot]]:
    for report in evaluation.classification:
        matrix = HeatMap()
        names = list(report.classes)
        matrix.setMatrix(np.asarray(report.confusion, dtype=np.float64), names, names, "actual", "predicted")
        yield "confusion", matrix
    for numbers in evaluation.regression:
        scatter = ScatterPlot()
        scatter.setAxisLabels(f"actual {numbers.target}", f"predicted {numbers.target}")
        scatter.setPoints(np.asarray(numbers.actual), np.asarray(numbers.predicted))
        scatter.setDiagonal(True)
        yield "predicted-against-actual", scatter


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
