"""Forecasts beyond the end of the series in a new file: columns matched by name, inputs that are known ahead read from
rows behind the last target, the rest said in words. Must not add the file to the workspace's datasets."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.datasets import ReadOptions, import_file, parquet_path
from engine.datasets.previewing import cell
from engine.families.files import write_table
from engine.families.findings import counted, named
from engine.families.forecasting import ahead as known_ahead
from engine.families.forecasting import repairs
from engine.families.forecasting.datasets import Names, longest_lag, make_dataset, to_frame
from engine.families.forecasting.fitting import Material
from engine.families.forecasting.folds import Fold, Span
from engine.families.forecasting.judging import Arrays, as_arrays, own_chance
from engine.families.forecasting.library import quiet
from engine.families.forecasting.loading import loader_of
from engine.families.forecasting.outlook import outlook_of
from engine.families.forecasting.placement import Placement, season_of
from engine.families.forecasting.reporting import forecast_columns
from engine.families.forecasting.series import MISSING, Floats, Ints, Series, columns_of, forecasting_of, prepare
from engine.families.forecasting.trained import TrainedForecaster, windows_at_once
from engine.families.forecasting.unseen import new_series, unseen_categories
from engine.families.frames import read_columns
from engine.families.matching import ColumnMatch, match_columns
from engine.families.output import Output, distinct_names
from engine.families.prediction import PredictionReport, Progress, check_ending
from engine.runs import RunStore
from engine.training.failures import RunFailed
from engine.training.loader import BatchPlan

Marks = NDArray[np.bool_]


def predict(
    workspace: Path,
    run_id: str,
    source: Path | None,
    options: ReadOptions | None = None,
    out: Path | None = None,
    limit: int = 200,
    allow_missing: bool = False,
    progress: Progress = lambda _told: None,
    cancelled: Callable[[], bool] = lambda: False,
    ahead: Sequence[Sequence[object]] = (),
) -> PredictionReport:
    """Forecast what comes after the last target of each series in a file, and write it to `out` where it is given.

    Columns that the model needs and the file lacks are an error; so is an input known ahead that ends before the horizon,
    unless `allow_missing` lets it go on, by the calendar or with its last value, or as the rows of `ahead` say. Without a
    file the series are those of the dataset that the model learned from.
    Raises RunFailed, DatasetError or StoreError in words.
    """
    check_ending(out)
    with RunStore(workspace) as store:
        model = TrainedForecaster.load(store.run_folder(store.run(run_id).id))
    spec, own = model.spec, forecasting_of(model.spec)
    with TemporaryDirectory(prefix="tensorbench-") as scratch:
        place = Path(scratch)
        frame, match, told = read_source(workspace, place, model, source, options, cancelled)
        prepared = prepare(frame, spec, model.recipe.frequency)
        lacking = known_ahead.lacking(prepared, own.inputs.known, own.windows.horizon)
        series = ready(prepared, model, allow_missing or bool(ahead), ahead)
        if cancelled():
            raise RunFailed("The prediction was cancelled.", "Nothing was written.")
        table = forecast(model, series)
        progress({"rows": len(table), "total_rows": len(table)})
        behind = len(series.identifiers.columns)
        write_table(place / "forecast.parquet", table, table.columns[behind : behind + 1] if series.are_days else ())
        output = Output(place / "forecast.parquet", place)
        columns, preview = output.first(limit)
        if out is not None:
            output.write(out)
        return PredictionReport(
            rows=len(table),
            matched=tuple(match.found),
            extra_columns=match.extra,
            unseen=unseen_categories(model, series),
            columns=columns,
            predicted_columns=tuple(table.columns[behind + 2 :]),
            preview=tuple(tuple(cell(value) for value in row) for row in preview),
            path=None if out is None else str(out),
            notes=(*match.notes, *told, *new_series(model, series), *series.notes),
            outlook=outlook_of(series, table, own, spec.data.roles.target),
            ahead=known_ahead.table_of(series, own.inputs.known, own.windows.horizon, lacking),
        )


def forecast(model: TrainedForecaster, series: Series) -> pd.DataFrame:
    """Return a row a series and step behind its end: identifiers, time, steps ahead, each target's forecast and quantiles.

    `series` end with as many future rows as the horizon has steps.
    """
    spec, own = model.spec, forecasting_of(model.spec)
    horizon = own.windows.horizon
    rows = (series.starts[1:, None] - horizon + np.arange(horizon)).ravel()
    numbers = series.series[rows]
    columns: list[tuple[str, object]] = [
        (name, series.identifiers[name].to_numpy()[numbers]) for name in series.identifiers.columns
    ]
    columns += [
        (own.timeline.column, series.times(rows)),
        ("step", np.tile(np.arange(1, horizon + 1), series.count)),
    ]
    targets = spec.data.roles.target
    for target, (point, quantiles) in zip(targets, _forecast(model, series), strict=True):
        columns += forecast_columns(target, point, quantiles, own.quantiles, len(targets) > 1)
    names = distinct_names([name for name, _ in columns])
    return pd.DataFrame(dict(zip(names, [values for _, values in columns], strict=True)))


def ready(
    series: Series, model: TrainedForecaster, allow_missing: bool = False, given: Sequence[Sequence[object]] = ()
) -> Series:
    """Return series of one window each for a network, whose last rows are the future that is to be forecast."""
    own = forecasting_of(model.spec)
    horizon = own.windows.horizon
    empty = np.bincount(series.series[~repairs.is_future(series)], minlength=series.count) == 0
    if empty.all():
        targets = model.spec.data.roles.target
        are_empty = "are empty" if len(targets) > 1 else "is empty"
        raise RunFailed(
            f"Column {named(targets)} {are_empty}, and a forecast goes on from its past.", "Give its past values."
        )
    if empty.any():
        names = [series.names[number] for number in np.flatnonzero(empty)[:6]]
        series = _without(series, empty).noted(
            f"{counted(int(empty.sum()), 'series', 'series')} have no past and get no forecast: {named(names)}."
        )
    short = known_ahead.too_short(series, own.inputs.known, horizon)
    if short and not allow_missing:
        raise RunFailed(
            short[0],
            "Add rows behind the last target with the time and these columns, or allow missing ones: the last value then "
            "goes on.",
        )
    series = _extended(series, horizon, own.inputs.known)
    if not given:
        series = series.noted(*(f"{one} Where the calendar does not tell it, the last value goes on." for one in short))
    series = known_ahead.filled(series, own.inputs.known, horizon, given)
    least = own.windows.encoder_length + horizon + longest_lag(own)
    policy = "pad" if own.timeline.short_series == "pad" else "drop"
    series = repairs.with_inputs(repairs.long_enough(series, least, policy), own.inputs.known)
    # A baseline may look back further than a window.
    kept = least if model.forecaster is not None else max(least, season_of(series, own) + horizon)
    behind = series.starts[1:][series.series] - np.arange(len(series))
    return series.rows(behind <= kept)


def _extended(series: Series, horizon: int, known: Sequence[str]) -> Series:
    """Give each series as many future rows as the horizon has steps; inputs go on as they were, save those known ahead."""
    future = repairs.is_future(series)
    ahead = np.bincount(series.series[future], minlength=series.count)
    place = np.arange(len(series))
    first_future = series.starts[1:] - ahead
    series_kept = series.rows(place < first_future[series.series] + horizon)
    ahead = np.minimum(ahead, horizon)
    times = np.ones(len(series_kept), dtype=np.int64)
    last = series_kept.starts[1:] - 1
    times[last] += horizon - ahead
    source = np.repeat(np.arange(len(series_kept)), times)
    offset = np.arange(len(source)) - np.repeat(np.cumsum(times) - times, times)
    grown = series_kept.rows(source)
    grown = grown.with_targets([np.where(offset > 0, np.nan, values) for values in grown.targets])
    reals, texts = dict(grown.reals), dict(grown.texts)
    for name in known:
        if name in reals:
            reals[name] = np.where(offset > 0, np.nan, reals[name])
        else:
            texts[name] = np.where(offset > 0, MISSING, texts[name])
    return replace(grown, step=grown.step + offset, reals=reals, texts=texts)


def _forecast(model: TrainedForecaster, series: Series) -> list[Arrays]:
    """Return each target's forecasts, in the order of the series."""
    spec, own = model.spec, forecasting_of(model.spec)
    names = Names.of(spec)
    if model.forecaster is None:
        return [(_baseline(model, series.of_target(place)), None) for place in range(len(series.targets))]
    dataset = make_dataset(to_frame(series, names), names, series.frequency, model.recipe)
    placed = Placement.of(dataset, series, own.windows.horizon)
    device = next(model.forecaster.network.parameters()).device
    plan = BatchPlan.of(len(dataset), windows_at_once(spec, 1), merge_single=False)
    found: list[list[Arrays]] = []
    import torch

    with quiet(), torch.inference_mode(), own_chance(spec.trainer.seed, device):
        for batch in loader_of(dataset, plan, None, device):
            found.append([as_arrays(one) for one in model.forecaster.forecast(batch)])
    # The library has its own order of series.
    order = np.argsort(placed.number, kind="stable")
    return [_ordered(batches, order) for batches in zip(*found, strict=True)]


def _ordered(batches: Sequence[Arrays], order: Ints) -> Arrays:
    levels = [one for _, one in batches if one is not None]
    points = np.concatenate([one for one, _ in batches])
    return points[order], np.concatenate(levels)[order] if levels else None


def _baseline(model: TrainedForecaster, series: Series) -> Floats:
    own = forecasting_of(model.spec)
    horizon = own.windows.horizon
    placed = Placement(series, np.arange(series.count), series.starts[1:] - horizon, horizon)
    whole = Span(int(series.step.min()), int(series.step.max()))
    material = Material(model.spec, series, Fold(whole, whole, None))
    from engine.families.forecasting.evaluation import forecast_of

    return forecast_of(model.spec.model.name, material, placed, slice(0, series.count))


def _without(series: Series, left_out: Marks) -> Series:
    kept = np.flatnonzero(~left_out)
    renumbered = np.cumsum(~left_out) - 1
    rest = series.rows(~left_out[series.series])
    return replace(
        rest, series=renumbered[rest.series], identifiers=series.identifiers.iloc[kept].reset_index(drop=True)
    )


def read_source(
    workspace: Path,
    scratch: Path,
    model: TrainedForecaster,
    source: Path | None,
    options: ReadOptions | None,
    cancelled: Callable[[], bool],
) -> tuple[pd.DataFrame, ColumnMatch, list[str]]:
    """Return the model's columns of a file or of its own dataset, how they matched, and what is to be told."""
    if source is None:
        path = parquet_path(workspace, model.spec.data.dataset)
        if not path.is_file():
            raise RunFailed("The data that this model learned from is no longer in the workspace.", "Choose a file.")
        frame = read_columns(path, columns_of(model.spec))
        return frame, _matched(model, list(frame.columns), "The dataset"), []
    dataset = import_file(scratch, source, options, cancelled=cancelled)
    match = _matched(model, [column.name for column in dataset.columns], source.name)
    frame = read_columns(parquet_path(scratch, dataset.id), list(match.found.values()))
    frame.columns = pd.Index(match.found)
    rejected = counted(dataset.rejected, "line")
    return frame, match, [f"{rejected} of {source.name} could not be read."] if dataset.rejected else []


def _matched(model: TrainedForecaster, present: list[str], file: str) -> ColumnMatch:
    own, roles = forecasting_of(model.spec), model.spec.data.roles
    match = match_columns(columns_of(model.spec), (), present)
    # What is neither static nor known ahead is needed for the past, as the target is.
    if match.missing:
        raise RunFailed(
            f"{file} {match.problem}",
            f"A forecast goes on from the past of {named(roles.target)}, by “{own.timeline.column}”: add what is missing.",
        )
    return match
