"""How runs are put into words: figures, durations, dates, statuses, metric names. No widgets here."""

import math
import time

from PySide6.QtCore import QCoreApplication, QDateTime, QLocale

from app.amounts import counted, epochs
from engine.runs.records import Change, RunStatus

DASH = "–"


def _tr(text: str) -> str:
    return QCoreApplication.translate("RunWords", text)


def figure(value: float | None, digits: int = 4) -> str:
    """Write a number with so many significant digits; NaN and infinities keep their names."""
    if value is None:
        return DASH
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if value == 0:
        return "0"
    size = abs(value)
    if size >= 1e6 or size < 1e-4:
        return f"{value:.{digits - 1}e}".replace("-", "−")
    decimals = max(0, digits - 1 - (math.floor(math.log10(size))))
    return f"{value:,.{min(decimals, 6)}f}".replace("-", "−")


def size(number: int) -> str:
    """Write a size on disk: 12.3 MB."""
    return QLocale().formattedDataSize(number, 1, QLocale.DataSizeFormat.DataSizeSIFormat)


def runs_count(number: int) -> str:
    """Write a number of runs: “1 run”, “12 runs”."""
    return counted(number, _tr("{0} run"), _tr("{0} runs"))


def duration(seconds: float | None) -> str:
    """Write a span of time in at most two units."""
    if seconds is None:
        return DASH
    if seconds < 10:
        return _tr("{0} s").format(f"{seconds:.1f}")
    whole = round(seconds)
    if whole < 60:
        return _tr("{0} s").format(whole)
    if whole < 3600:
        return _tr("{0} min {1} s").format(whole // 60, f"{whole % 60:02d}")
    return _tr("{0} h {1} min").format(whole // 3600, f"{whole % 3600 // 60:02d}")


def moment(when: float) -> str:
    """Write a date and time shortly: the clock alone today, no year this year."""
    there, here = time.localtime(when), time.localtime()
    if there[:3] == here[:3]:
        return _tr("today {0}").format(time.strftime("%H:%M", there))
    stamp = QDateTime.fromSecsSinceEpoch(int(when))
    pattern = "d MMM HH:mm" if there.tm_year == here.tm_year else "d MMM yyyy"
    return QLocale().toString(stamp, pattern)


def full_moment(when: float) -> str:
    """Write a date and time to the second."""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(when))


def status_word(status: RunStatus) -> str:
    """Return a status as one word for the user."""
    return {
        RunStatus.QUEUED: _tr("Queued"),
        RunStatus.STARTING: _tr("Starting"),
        RunStatus.RUNNING: _tr("Running"),
        RunStatus.PAUSING: _tr("Pausing"),
        RunStatus.PAUSED: _tr("Paused"),
        RunStatus.STOPPING: _tr("Stopping"),
        RunStatus.FINISHED: _tr("Finished"),
        RunStatus.STOPPED: _tr("Stopped"),
        RunStatus.FAILED: _tr("Failed"),
        RunStatus.CRASHED: _tr("Crashed"),
        RunStatus.INTERRUPTED: _tr("Interrupted"),
    }[status]


def metric_title(name: str) -> str:
    """Return a metric's name as a title: `f1_macro` → “F1 (macro)”.

    With several targets a metric is named `metric/target` or `target/metric`: the target follows the title.
    """
    known = {
        "loss": _tr("Loss"),
        "perplexity": _tr("Perplexity"),
        "pseudo_perplexity": _tr("Pseudo-perplexity"),
        "tokens": _tr("Tokens guessed"),
        "accuracy": _tr("Accuracy"),
        "balanced_accuracy": _tr("Balanced accuracy"),
        "f1_macro": _tr("F1 (macro)"),
        "f1": _tr("F1"),
        "f1_micro": _tr("F1 (micro)"),
        "precision": _tr("Precision"),
        "recall": _tr("Recall"),
        "exact_match": _tr("Exact match"),
        "f1_answered": _tr("F1, with an answer"),
        "f1_unanswerable": _tr("F1, without an answer"),
        "rouge1": _tr("ROUGE-1"),
        "rouge2": _tr("ROUGE-2"),
        "rougeL": _tr("ROUGE-L"),
        "rougeLsum": _tr("ROUGE-Lsum"),
        "log_loss": _tr("Log loss"),
        "auroc": _tr("Area under ROC"),
        "average_precision": _tr("Average precision"),
        "mae": _tr("Mean absolute error"),
        "rmse": _tr("Root mean squared error"),
        "median_error": _tr("Median absolute error"),
        "mape": _tr("Mean absolute percentage error"),
        "r2": _tr("R²"),
        "smape": _tr("Symmetric mean absolute percentage error"),
        "mase": _tr("Mean absolute scaled error"),
        "quantile_loss": _tr("Quantile loss"),
        "spearman": _tr("Spearman correlation"),
        "pairs": _tr("Pairs"),
        "words": _tr("Words"),
        "lr": _tr("Learning rate"),
        "grad_norm": _tr("Gradient norm"),
        "rows_per_second": _tr("Rows or windows per second"),
        "tokens_per_second": _tr("Tokens per second"),
        "pairs_per_second": _tr("Pairs per second"),
        "device/memory": _tr("Device memory, MiB"),
    }
    if name in known:
        return known[name]
    if name.startswith("coverage_"):
        return _tr("Truth within the {0} % interval").format(name.removeprefix("coverage_"))
    for metric, target in (name.split("/", 1), reversed(name.rsplit("/", 1))) if "/" in name else ():
        if metric in known:
            return f"{known[metric]} · {target}"
    words = name.replace("_", " ")
    return words[:1].upper() + words[1:]


def is_smaller_better(metric: str) -> bool:
    """Whether a metric, by its name, is better the smaller it is."""
    smaller = {"loss", "log_loss", "mae", "rmse", "mse", "median_error", "mape", "smape", "mase", "quantile_loss"}
    smaller |= {"perplexity", "pseudo_perplexity"}
    return any(part in smaller for part in metric.split("/"))


def change_words(change: Change) -> str:
    """Say what a setting was changed to, for its mark on a curve."""
    if change.field == "trainer.optimizer.learning_rate":
        return _tr("learning rate {0}").format(figure(float(change.value), 3))
    if change.field == "trainer.epochs":
        return (_tr("{0} epoch") if change.value == 1 else _tr("{0} epochs")).format(epochs(change.value))
    return f"{change.field} = {change.value}"
