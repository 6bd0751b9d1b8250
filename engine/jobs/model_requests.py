"""What the model lab answers: what a specification will do, learning-rate curves, predictions, exports. torch lives here."""

from pathlib import Path
from typing import TYPE_CHECKING

from engine.datasets import ReadOptions
from engine.jobs.requests import Call, Method
from engine.spec import parse

if TYPE_CHECKING:
    from engine.families.exporting import Format


def _preflight(call: Call, spec: dict[str, object]) -> object:
    from engine.families.preflight import preflight

    return preflight(call.workspace, parse(spec))


def _texts(call: Call, spec: dict[str, object]) -> object:
    from engine.families.text.seeing import see

    return see(call.workspace, parse(spec), call.cancelled)


def _tokens(call: Call, spec: dict[str, object], text: str) -> object:
    from engine.families.text.seeing import tokenize

    return tokenize(call.workspace, parse(spec), text, call.cancelled)


def _schedule(_call: Call, spec: dict[str, object], steps_per_epoch: int | None = None) -> object:
    from engine.families.schedule import schedule_curve

    return schedule_curve(parse(spec), steps_per_epoch)


def _find_learning_rate(call: Call, spec: dict[str, object]) -> object:
    from engine.families.learning_rate_finder import find_learning_rate

    return find_learning_rate(call.workspace, parse(spec), progress=call.progress, cancelled=call.cancelled)


def _devices(_call: Call) -> object:
    from engine.training.devices import devices

    return [device.model_dump(mode="json") for device in devices()]


def _predict(
    call: Call,
    run: str,
    path: str = "",
    options: dict[str, object] | None = None,
    out: str | None = None,
    limit: int = 200,
    allow_missing: bool = False,
    ahead: list[list[object]] | None = None,
) -> object:
    from engine.families.prediction import predict

    return predict(
        call.workspace,
        run,
        Path(path) if path else None,
        options=None if options is None else ReadOptions.model_validate(options),
        out=None if out is None else Path(out),
        limit=limit,
        allow_missing=allow_missing,
        progress=call.progress,
        cancelled=call.cancelled,
        ahead=ahead or (),
    )


def _score(call: Call, run: str, path: str, options: dict[str, object] | None = None) -> object:
    from engine.families.prediction import score

    read = None if options is None else ReadOptions.model_validate(options)
    return score(call.workspace, run, Path(path), read, cancelled=call.cancelled)


def _text(
    call: Call,
    run: str,
    text: str,
    second: str | None = None,
    decoding: dict[str, object] | None = None,
    choices: list[str] | None = None,
) -> object:
    from engine.families.text.typed import answer
    from engine.runs.texts import Decoding

    how = None if decoding is None else Decoding.model_validate(decoding)
    return answer(call.workspace, run, text, second, how, call.cancelled, choices or (), call.progress)


def _word_similarity(call: Call, run: str, path: str) -> object:
    from engine.families.text.typed import agreement

    return agreement(call.workspace, run, path)


def _export_model(call: Call, run: str, path: str, kind: "Format", half: bool = False) -> object:
    from engine.families.exporting import export_model

    return export_model(call.workspace, run, Path(path), kind, half)


def _export_tensorboard(call: Call, run: str, folder: str) -> object:
    from engine.export import write_tensorboard
    from engine.runs import RunStore

    with RunStore(call.workspace) as store:
        return str(write_tensorboard(store, run, Path(folder), call.progress))


METHODS: dict[str, Method] = {
    "devices": _devices,
    "preflight": _preflight,
    "texts": _texts,
    "tokens": _tokens,
    "schedule": _schedule,
    "find_learning_rate": _find_learning_rate,
    "predict": _predict,
    "score": _score,
    "text": _text,
    "word_similarity": _word_similarity,
    "export_model": _export_model,
    "export_tensorboard": _export_tensorboard,
}
