"""A run as a TensorBoard event file, written with tensorboardX. Must not be imported where training libraries may not:
tensorboardX imports torch when it is there, so it is imported only when something is written.
"""

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from engine.export.errors import in_words
from engine.runs import RunRecord, RunStore, Series
from engine.spec import to_toml

if TYPE_CHECKING:
    from tensorboardX.event_file_writer import EventsWriter

EVENT_FILES = "events.out.tfevents.*"


def write_tensorboard(
    store: RunStore, run_id: str, folder: Path, progress: Callable[[float], None] | None = None
) -> Path:
    """Write a run into a folder of its own inside `folder`, which TensorBoard can be started on; returns that folder.

    Every point has its step, wall time and value; the format holds values in 32 bits. The specification and how the
    run ended are there as text. Writing again replaces what was written before. Raises ExportError, StoreError.
    """
    run = store.run(run_id)
    target = folder.resolve() / _folder_name(run)
    unfinished = target.with_name(f".{target.name}.part")
    with in_words(target):
        try:
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir(parents=True)
            _write(store, run, unfinished, progress)
            target.mkdir(exist_ok=True)
            for old in target.glob(EVENT_FILES):
                old.unlink()
            for new in unfinished.glob(EVENT_FILES):
                new.replace(target / new.name)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
    return target


def _write(store: RunStore, run: RunRecord, folder: Path, progress: Callable[[float], None] | None) -> None:
    from tensorboardX.event_file_writer import EventsWriter

    writer = EventsWriter(str(folder / "events"))
    try:
        _write_texts(writer, run)
        keys = [info.key for info in store.series_keys(run.id)]
        for number, key in enumerate(keys):
            _write_series(writer, store.series(run.id, key, axes=("times",)))
            if progress is not None:
                progress((number + 1) / len(keys))
    finally:
        writer.close()


def _write_series(writer: "EventsWriter", series: Series) -> None:
    from tensorboardX.proto.event_pb2 import Event

    assert series.times is not None
    event = Event()  # One for all points: a new one for each would cost half of the time.
    point = event.summary.value.add(tag=series.key)
    for step, time, value in zip(series.steps.tolist(), series.times.tolist(), series.values.tolist(), strict=True):
        event.step, event.wall_time, point.simple_value = step, time, value
        writer.write_event(event)


def _write_texts(writer: "EventsWriter", run: RunRecord) -> None:
    from tensorboardX.proto.event_pb2 import Event
    from tensorboardX.summary import text

    spec = run.spec_or_none
    shown = to_toml(spec) if spec is not None else run.spec_json
    texts = {"specification": "".join(f"    {line}\n" for line in shown.splitlines())}
    if run.outcome is not None:
        texts["outcome"] = f"**{run.outcome.title}.** {run.outcome.cause} {run.outcome.advice}".strip()
    for tag, content in texts.items():
        writer.write_event(Event(step=0, wall_time=run.started or run.created, summary=text(tag, content)))


def _folder_name(run: RunRecord) -> str:
    """Return the name that TensorBoard shows: the run's own, as far as files may have it, and its id."""
    name = re.sub(r"[^\w.+=-]+", "-", run.name).strip("-.")[:60]
    return f"{name}-{run.id}" if name else run.id
