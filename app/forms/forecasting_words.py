"""What the fields, choices and groups of forecasting are called for people. Words only, by dotted key."""

from PySide6.QtCore import QT_TRANSLATE_NOOP

LABELS = {
    "data.roles.target": QT_TRANSLATE_NOOP("Fields", "Target"),
    "data.roles.target.further": QT_TRANSLATE_NOOP("Fields", "Forecast as well"),
    "data.roles.group": QT_TRANSLATE_NOOP("Fields", "Series are told apart by"),
    "forecasting.timeline.column": QT_TRANSLATE_NOOP("Fields", "Time"),
    "forecasting.timeline.frequency": QT_TRANSLATE_NOOP("Fields", "One step is"),
    "forecasting.timeline.missing_steps": QT_TRANSLATE_NOOP("Fields", "Missing steps"),
    "forecasting.timeline.duplicates": QT_TRANSLATE_NOOP("Fields", "Rows of one time"),
    "forecasting.timeline.missing_target": QT_TRANSLATE_NOOP("Fields", "Missing targets"),
    "forecasting.timeline.short_series": QT_TRANSLATE_NOOP("Fields", "Series too short"),
    "forecasting.windows.encoder_length": QT_TRANSLATE_NOOP("Fields", "Looks back on"),
    "forecasting.windows.horizon": QT_TRANSLATE_NOOP("Fields", "Forecasts"),
    "forecasting.windows.step": QT_TRANSLATE_NOOP("Fields", "A window every"),
    "forecasting.windows.evaluation_step": QT_TRANSLATE_NOOP("Fields", "When judged, every"),
    "forecasting.inputs.calendar": QT_TRANSLATE_NOOP("Fields", "Parts of the date"),
    "forecasting.inputs.holidays": QT_TRANSLATE_NOOP("Fields", "Holidays of"),
    "forecasting.inputs.lags": QT_TRANSLATE_NOOP("Fields", "Lags of the target"),
    "forecasting.inputs.series": QT_TRANSLATE_NOOP("Fields", "Which series it is"),
    "forecasting.inputs.relative_time": QT_TRANSLATE_NOOP("Fields", "Place in the window"),
    "forecasting.inputs.target_scales": QT_TRANSLATE_NOOP("Fields", "The target’s scale"),
    "forecasting.scaling": QT_TRANSLATE_NOOP("Fields", "Scaling of the target"),
    "forecasting.scaling.normaliser": QT_TRANSLATE_NOOP("Fields", "Scaled by"),
    "forecasting.scaling.method": QT_TRANSLATE_NOOP("Fields", "Measured by"),
    "forecasting.scaling.center": QT_TRANSLATE_NOOP("Fields", "Take the centre away"),
    "forecasting.scaling.transformation": QT_TRANSLATE_NOOP("Fields", "First transformed"),
    "forecasting.loss": QT_TRANSLATE_NOOP("Fields", "Loss"),
    "forecasting.quantiles": QT_TRANSLATE_NOOP("Fields", "Quantiles"),
    "forecasting.season": QT_TRANSLATE_NOOP("Fields", "Steps of a season"),
    "split.valid_steps": QT_TRANSLATE_NOOP("Fields", "Validation steps"),
    "split.test_steps": QT_TRANSLATE_NOOP("Fields", "Test steps"),
    "split.valid_from": QT_TRANSLATE_NOOP("Fields", "Validation from"),
    "split.test_from": QT_TRANSLATE_NOOP("Fields", "Test from"),
    "split.train_steps": QT_TRANSLATE_NOOP("Fields", "Training steps"),
    "split.gap": QT_TRANSLATE_NOOP("Fields", "Steps between parts"),
}

# Parameters of forecasters that are something else than a table model's of the same name.
PARAMS = {
    "n_blocks": QT_TRANSLATE_NOOP("Fields", "Blocks a stack"),
    "num_blocks": QT_TRANSLATE_NOOP("Fields", "Blocks a stack"),
    "n_layers": QT_TRANSLATE_NOOP("Fields", "Layers a block"),
    "num_block_layers": QT_TRANSLATE_NOOP("Fields", "Layers a block"),
    "num_layers": QT_TRANSLATE_NOOP("Fields", "Layers"),
    "n_heads": QT_TRANSLATE_NOOP("Fields", "Attention heads"),
    "attention_head_size": QT_TRANSLATE_NOOP("Fields", "Attention heads"),
    "d_ff": QT_TRANSLATE_NOOP("Fields", "Feed-forward width"),
    "e_layers": QT_TRANSLATE_NOOP("Fields", "Encoder layers"),
    "num": QT_TRANSLATE_NOOP("Fields", "Spline pieces"),
    "k": QT_TRANSLATE_NOOP("Fields", "Spline degree"),
}

_FILL = {
    "forward": QT_TRANSLATE_NOOP("Choices", "the last value before"),
    "interpolate": QT_TRANSLATE_NOOP("Choices", "a line across"),
    "zero": QT_TRANSLATE_NOOP("Choices", "zero"),
    "refuse": QT_TRANSLATE_NOOP("Choices", "refuse to run"),
}
# By the field's key, then by value.
CHOICES: dict[str, dict[str, object]] = {
    "split.kind": {
        "holdout": QT_TRANSLATE_NOOP("Choices", "the newest stretch"),
        "rolling": QT_TRANSLATE_NOOP("Choices", "k stretches: a backtest"),
    },
    "forecasting.timeline.frequency": {"": QT_TRANSLATE_NOOP("Choices", "detected")},
    "forecasting.timeline.missing_steps": dict(_FILL),
    "forecasting.timeline.missing_target": dict(_FILL),
    "forecasting.timeline.duplicates": {
        "mean": QT_TRANSLATE_NOOP("Choices", "become their mean"),
        "sum": QT_TRANSLATE_NOOP("Choices", "become their sum"),
        "last": QT_TRANSLATE_NOOP("Choices", "the last one counts"),
    },
    "forecasting.timeline.short_series": {
        "drop": QT_TRANSLATE_NOOP("Choices", "are left out"),
        "pad": QT_TRANSLATE_NOOP("Choices", "are lengthened in front"),
    },
    "forecasting.scaling.normaliser": {
        "auto": QT_TRANSLATE_NOOP("Choices", "what suits the window"),
        "encoder": QT_TRANSLATE_NOOP("Choices", "each window’s past"),
        "last": QT_TRANSLATE_NOOP("Choices", "each window’s last value"),
        "series": QT_TRANSLATE_NOOP("Choices", "each series"),
        "all": QT_TRANSLATE_NOOP("Choices", "all series together"),
    },
    "forecasting.scaling.method": {
        "standard": QT_TRANSLATE_NOOP("Choices", "mean and deviation"),
        "robust": QT_TRANSLATE_NOOP("Choices", "median and quartiles"),
    },
    "forecasting.loss": {
        "quantile": QT_TRANSLATE_NOOP("Choices", "quantile loss"),
        "mae": QT_TRANSLATE_NOOP("Choices", "absolute error (MAE)"),
        "rmse": QT_TRANSLATE_NOOP("Choices", "squared error (RMSE)"),
        "smape": QT_TRANSLATE_NOOP("Choices", "relative error (SMAPE)"),
        "mase": QT_TRANSLATE_NOOP("Choices", "scaled error (MASE)"),
        "poisson": QT_TRANSLATE_NOOP("Choices", "Poisson, for counts"),
        "tweedie": QT_TRANSLATE_NOOP("Choices", "Tweedie, for counts"),
        "normal": QT_TRANSLATE_NOOP("Choices", "normal distribution"),
        "lognormal": QT_TRANSLATE_NOOP("Choices", "log-normal distribution"),
        "negative_binomial": QT_TRANSLATE_NOOP("Choices", "negative binomial, for counts"),
        "beta": QT_TRANSLATE_NOOP("Choices", "beta distribution"),
        "implicit_quantile": QT_TRANSLATE_NOOP("Choices", "implicit quantile network"),
        "multivariate_normal": QT_TRANSLATE_NOOP("Choices", "multivariate normal"),
        "mqf2": QT_TRANSLATE_NOOP("Choices", "quantile function (MQF2)"),
    },
    "forecasting.inputs.calendar": {
        "day": QT_TRANSLATE_NOOP("Choices", "day of the month"),
        "year_day": QT_TRANSLATE_NOOP("Choices", "day of the year"),
    },
}
