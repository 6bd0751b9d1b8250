"""What the data lab answers: datasets, their pages and profiles, and the records of runs. Must not import torch."""

from pathlib import Path
from typing import TYPE_CHECKING

from engine import datasets
from engine.datasets import Melt, ReadOptions
from engine.export import write_csv
from engine.jobs.requests import Call, Method, RequestError
from engine.runs.evaluation import Evaluation
from engine.runs.store import RunStore
from engine.spec import parse

if TYPE_CHECKING:
    from engine.families.forecasting.forecasts import Forecasts

Options = dict[str, object] | None


def _sniff(_call: Call, path: str) -> object:
    return datasets.sniff(Path(path))


def _sheets(_call: Call, path: str) -> object:
    return [sheet.model_dump(mode="json") for sheet in datasets.sheets(Path(path))]


def _preview(_call: Call, path: str, options: Options = None, rows: int = 200) -> object:
    return datasets.preview(Path(path), _options(options), rows)


def _import(call: Call, path: str, options: Options = None, name: str = "") -> object:
    return datasets.import_file(
        call.workspace,
        Path(path),
        _options(options),
        name=name,
        progress=lambda share, stage: call.progress({"fraction": share, "stage": stage}),
        cancelled=call.cancelled,
    )


def _melt(call: Call, id: str, melt: dict[str, object], name: str = "") -> object:
    return datasets.melt(
        call.workspace,
        id,
        Melt.model_validate(melt),
        name=name,
        progress=lambda share, stage: call.progress({"fraction": share, "stage": stage}),
        cancelled=call.cancelled,
    )


def _melt_preview(call: Call, id: str, melt: dict[str, object]) -> object:
    return datasets.melt_preview(call.workspace, id, Melt.model_validate(melt))


def _import_sample(call: Call, name: str) -> object:
    return datasets.import_sample(call.workspace, name)


def _samples(_call: Call) -> object:
    return list(datasets.sample_names())


def _datasets(call: Call) -> object:
    return datasets.list_datasets(call.workspace)


def _dataset(call: Call, id: str) -> object:
    return datasets.load_dataset(call.workspace, id)


def _delete_dataset(call: Call, id: str) -> object:
    datasets.delete_dataset(call.workspace, id)
    return None


def _page(
    call: Call,
    id: str,
    offset: int = 0,
    limit: int = 200,
    sort: list[tuple[str, bool]] | None = None,
    filter: str = "",
    columns: list[str] | None = None,
) -> object:
    order = [(column, bool(descending)) for column, descending in sort or []]
    return datasets.read_page(call.workspace, id, offset, limit, order, filter, columns=columns)


def _profile(call: Call, id: str, column: str) -> object:
    return datasets.profile(call.workspace, id, column)


def _roles(call: Call, id: str) -> object:
    return datasets.infer_roles(call.workspace, id)


def _text_lengths(call: Call, id: str) -> object:
    return datasets.text_lengths(call.workspace, id)


def _date_texts(call: Call, id: str) -> object:
    from engine.families.forecasting.looking import date_texts

    texts = [column.name for column in datasets.load_dataset(call.workspace, id).columns if column.type == "text"]
    return date_texts(datasets.parquet_path(call.workspace, id), texts)


def _model_folder(_call: Call, path: str) -> object:
    from engine.families.text.model_folder import look_into

    return look_into(Path(path))


def _fetch_model(call: Call, name: str) -> object:
    from engine.jobs.fetcher import fetched

    return fetched(call.workspace, name, call.progress, call.cancelled)


def _rejects(call: Call, id: str, offset: int = 0, limit: int = 200) -> object:
    return datasets.rejects(call.workspace, id, offset, limit)


def _export_rejects(call: Call, id: str, path: str) -> object:
    datasets.export_rejects(call.workspace, id, Path(path))
    return path


def _evaluation(call: Call, run: str) -> object:
    with RunStore(call.workspace) as store:
        path = store.run_folder(run) / "evaluation.json"
    if not path.exists():
        raise RequestError("This run has no results: it ended before its model could be evaluated.")
    return Evaluation.model_validate_json(path.read_text(encoding="utf-8"))


def _word_map(call: Call, run: str) -> object:
    from engine.runs.word_map import read_word_map

    with RunStore(call.workspace) as store:
        found = read_word_map(store.run_folder(run))
    if found is None:
        raise RequestError("This run has no map of its words.")
    return found


def _forecasts(call: Call, run: str, target: int) -> "Forecasts":
    from engine.families.forecasting.forecasts import Forecasts

    with RunStore(call.workspace) as store:
        return Forecasts.of(store.run_folder(run), target)


def _forecast_names(call: Call, run: str, target: int = 0) -> object:
    return _forecasts(call, run, target).names


def _forecast_series(call: Call, run: str, series: int, target: int = 0) -> object:
    return _forecasts(call, run, target).series(series)


def _forecast_window(call: Call, run: str, series: int, place: int, target: int = 0) -> object:
    return _forecasts(call, run, target).window(series, place)


def _export_csv(call: Call, run: str, path: str) -> object:
    with RunStore(call.workspace) as store:
        write_csv(store, run, Path(path), call.progress)
    return path


def _series(call: Call, spec: dict[str, object], index: int = 0, origin: int | None = None, target: int = 0) -> object:
    from engine.families.forecasting.preview import series_view

    return series_view(call.workspace, parse(spec), index, origin, target)


def _options(options: Options) -> ReadOptions | None:
    return None if options is None else ReadOptions.model_validate(options)


METHODS: dict[str, Method] = {
    "sniff": _sniff,
    "sheets": _sheets,
    "preview": _preview,
    "import": _import,
    "import_sample": _import_sample,
    "melt": _melt,
    "melt_preview": _melt_preview,
    "samples": _samples,
    "datasets": _datasets,
    "dataset": _dataset,
    "delete_dataset": _delete_dataset,
    "page": _page,
    "profile": _profile,
    "roles": _roles,
    "text_lengths": _text_lengths,
    "date_texts": _date_texts,
    "model_folder": _model_folder,
    "fetch_model": _fetch_model,
    "rejects": _rejects,
    "export_rejects": _export_rejects,
    "evaluation": _evaluation,
    "word_map": _word_map,
    "forecast_names": _forecast_names,
    "forecast_series": _forecast_series,
    "forecast_window": _forecast_window,
    "export_csv": _export_csv,
    "series": _series,
}
