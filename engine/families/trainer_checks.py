"""What can be seen in a trainer's settings alone, whatever the family: contradictions, what would never happen, what
nothing would be left of. Plain functions of a specification and a few counts that yield findings."""

import math
import string
from collections.abc import Iterator

from engine.families.findings import Finding, counted, named
from engine.spec import BY_VALIDATION, RunSpec
from engine.training.loader import BatchPlan
from engine.training.schedules import warmup_steps

RISING = frozenset(
    {
        *("accuracy", "balanced_accuracy", "f1", "f1_macro", "f1_micro", "auroc", "average_precision", "r2"),
        *("exact_match", "rouge1", "rouge2", "rougeL", "rougeLsum"),
    }
)
"""Metrics of which more is better."""


def check_monitors(spec: RunSpec, metrics: frozenset[str], kind: str) -> Iterator[Finding]:
    """Yield monitored metrics that a run of this kind (classification …) does not record, or that are watched the wrong way
    round.
    """
    trainer = spec.trainer
    watched = [("trainer.checkpoints", trainer.checkpoints.monitor, trainer.checkpoints.mode, "Checkpoints are ranked")]
    if trainer.early_stopping.enabled:
        stopping = trainer.early_stopping
        watched.append(("trainer.early_stopping", stopping.monitor, stopping.mode, "Early stopping waits"))
    if trainer.checkpoints.top_k == 0:
        watched = watched[1:]
    for field, monitor, mode, what in watched:
        if monitor not in metrics:
            text = f"{what} by “{monitor}”, which a {kind} run does not record."
            fix = f"Choose one of {', '.join(sorted(metrics))}."
            yield Finding(severity="error", field=f"{field}.monitor", text=text, fix=fix)
        elif (monitor.split("/")[-1] in RISING) != (mode == "max"):
            better = "higher" if mode == "min" else "lower"
            text = f"{what} by “{monitor}” with mode {mode}, but {better} is better."
            fix = f"Set the mode to {'max' if mode == 'min' else 'min'}."
            yield Finding(severity="warning", field=f"{field}.mode", text=text, fix=fix)


def check_checkpoints(spec: RunSpec, metrics: frozenset[str]) -> Iterator[Finding]:
    """Yield settings that leave nothing to resume from, and file names that cannot be made."""
    kept, epochs = spec.trainer.checkpoints, math.ceil(spec.trainer.epochs)
    if not kept.keep_last and kept.top_k == 0:
        text = "No checkpoint is kept: a run that is stopped or crashes cannot be resumed, and the best epoch is lost."
        fix = "Keep the last one, or at least the best."
        yield Finding(severity="warning", field="trainer.checkpoints.keep_last", text=text, fix=fix)
    elif kept.every_epochs > epochs and not spec.trainer.validate_every_steps:
        text = f"A checkpoint every {kept.every_epochs} epochs is never due in {counted(epochs, 'epoch')}."
        fix = "Write one more often."
        yield Finding(severity="warning", field="trainer.checkpoints.every_epochs", text=text, fix=fix)
    field = "trainer.checkpoints.filename"
    try:
        asked = {part[1] for part in string.Formatter().parse(kept.filename) if part[1] is not None}
    except ValueError:
        text = f"The file name “{kept.filename}” has a brace that is not closed."
        yield Finding(severity="error", field=field, text=text, fix="Use {epoch}, {step} or a metric's name in braces.")
        return
    unknown = sorted(asked - {"epoch", "step"} - {metric.replace("/", "-") for metric in metrics})
    if unknown:
        text = f"The file name asks for {named(['{' + name + '}' for name in unknown])}, which nothing fills in."
        fix = "It knows {epoch}, {step} and the metrics' names with “/” written “-”, such as {valid-loss}."
        yield Finding(severity="error", field=field, text=text, fix=fix)


def check_steps(spec: RunSpec, plan: BatchPlan, train_rows: int, optimizer_steps: int) -> Iterator[Finding]:
    """Yield batch sizes and schedules that do not fit the number of rows and of optimizer steps an epoch."""
    trainer, field = spec.trainer, "trainer.batch_size"
    batch, left = trainer.batch_size, train_rows % trainer.batch_size
    if batch > train_rows:
        text = f"A batch of {batch:,} is larger than the {train_rows:,} training rows: every epoch is one step."
        yield Finding(severity="warning", field=field, text=text, fix="A smaller batch learns in fewer epochs.")
    elif batch == 1 or train_rows == 1:
        text = "Batches of one row have no spread: models with batch normalisation cannot learn from them."
        yield Finding(severity="error", field=field, text=text, fix="Take a batch of 2 or more.")
    elif left == 1:
        text = f"{train_rows:,} training rows in batches of {batch:,} leave one row over. {plan.note}".rstrip()
        fix = "Another batch size avoids it; batch normalisation cannot use a batch of one row."
        yield Finding(severity="info", field=field, text=text, fix=fix)
    yield from _schedule(spec, optimizer_steps)


def _schedule(spec: RunSpec, optimizer_steps: int) -> Iterator[Finding]:
    trainer, schedule = spec.trainer, spec.trainer.schedule
    total = trainer.steps(optimizer_steps)
    if total and trainer.validate_every_steps >= total:
        every = f"A validation every {trainer.validate_every_steps:,} steps"
        text = f"{every} comes once alone, at the end: there are {counted(total, 'step')} in all."
        fix = "Validate more often, so that the best weights can be chosen; 0 validates after each epoch."
        yield Finding(severity="warning", field="trainer.validate_every_steps", text=text, fix=fix)
    if schedule.warmup > 0 and schedule.name in ("constant", *BY_VALIDATION):
        text = f"The schedule “{schedule.name}” knows no warm-up; the setting has no effect."
        fix = "Choose constant_with_warmup, or set the warm-up to 0."
        yield Finding(severity="info", field="trainer.schedule.warmup", text=text, fix=fix)
    elif total and schedule.warmup > 0 and warmup_steps(schedule, total) >= total:
        length = (
            f"{counted(total, 'optimizer step')} in {trainer.epochs:g} {'epoch' if trainer.epochs == 1 else 'epochs'}"
        )
        text = f"The warm-up lasts the whole run ({length}): the learning rate never gets to its height."
        fix = "Make the warm-up shorter (below 1 it is a share of all steps), or train for more epochs."
        yield Finding(severity="warning", field="trainer.schedule.warmup", text=text, fix=fix)
    stopping = trainer.early_stopping
    if stopping.enabled and schedule.name == "reduce_lr_on_plateau" and stopping.patience <= schedule.patience:
        text = "Early stopping ends the run before the learning rate is first lowered."
        fix = "Give early stopping more patience than the schedule has."
        yield Finding(severity="warning", field="trainer.early_stopping.patience", text=text, fix=fix)


def check_device(spec: RunSpec, cuda_devices: int, has_mps: bool) -> Iterator[Finding]:
    """Yield a device that is not there, and a number format that it cannot compute in."""
    device, precision = spec.trainer.device, spec.trainer.precision
    field, fix = "trainer.device", "Choose auto or cpu."
    wanted = int(device.partition(":")[2] or 0)
    if device.startswith("cuda") and cuda_devices == 0:
        text = f"The device “{device}” was asked for, and no CUDA device is usable here."
        yield Finding(severity="error", field=field, text=text, fix=fix)
    elif device.startswith("cuda") and wanted >= cuda_devices:
        text = f"The device “{device}” was asked for, and there are only {cuda_devices} (the first is cuda:0)."
        yield Finding(severity="error", field=field, text=text, fix="Choose one of them.")
    elif device == "mps" and not has_mps:
        text = "The device “mps” was asked for, and this machine has none."
        yield Finding(severity="error", field=field, text=text, fix=fix)
    # “auto” takes a CUDA device or the CPU.
    on_cpu = device == "cpu" or (device == "auto" and not cuda_devices)
    if on_cpu and precision == "16-mixed":
        text = "Half precision (16-mixed) needs a GPU."
        fix = "Choose 32-true, or bf16-mixed."
        yield Finding(severity="error", field="trainer.precision", text=text, fix=fix)
    if precision == "64-true" and device == "mps":
        text = "Apple's GPU cannot compute in double precision (64-true)."
        yield Finding(severity="error", field="trainer.precision", text=text, fix="Choose 32-true, or the cpu.")


def check_catalogue(spec: RunSpec) -> Iterator[Finding]:
    """Yield what the catalogue finds wrong, and a device that is not there."""
    import torch

    from engine.catalog import problems

    for sentence in problems(spec):
        field, _, text = sentence.partition(": ")
        yield Finding(severity="error", field=field, text=text[:1].upper() + text[1:].rstrip(".") + ".")
    cuda = torch.cuda.device_count() if torch.cuda.is_available() else 0
    yield from check_device(spec, cuda, torch.backends.mps.is_available())
