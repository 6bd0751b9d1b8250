"""Says which data sets the window loader takes over; every other one is read with the library's own loader.
Must not change a data set."""

import numpy as np
import torch
from pytorch_forecasting import TimeSeriesDataSet
from pytorch_forecasting.data.encoders import (
    EncoderNormalizer,
    GroupNormalizer,
    MultiNormalizer,
    NaNLabelEncoder,
    TorchNormalizer,
)
from sklearn.preprocessing import RobustScaler, StandardScaler

from engine.families.forecasting.normalisers import WholeNormalizer

NORMALISERS = (EncoderNormalizer, GroupNormalizer, NaNLabelEncoder, TorchNormalizer, WholeNormalizer)
SCALERS = (StandardScaler, RobustScaler)


def why_not(dataset: TimeSeriesDataSet) -> str:
    """Return a sentence that names what of the data set the window loader cannot reproduce, or "" if it can.

    A library's loader must then be used: `dataset.to_dataloader(...)`.
    """
    if type(dataset) is not TimeSeriesDataSet and _overridden(type(dataset)):
        return f"{type(dataset).__name__} cuts its windows in a way of its own."
    if dataset.randomize_length is not None:
        return "Encoder lengths are drawn at random for every window (randomize_length)."
    if dataset._overwrite_values is not None:
        return f"Values of {dataset._overwrite_values['variable']} are overwritten (set_overwrite_values)."
    return _gaps(dataset) or _of_targets(dataset) or _of_covariates(dataset)


def wrong_scales(dataset: TimeSeriesDataSet) -> str:
    """Return a sentence if the library takes the target scales of one series for another's, else "".

    WORKAROUND pytorch-forecasting 1.8: TimeSeriesDataSet looks scales up by the codes of its own encoder of identifiers
    (“__group_id__…”), but GroupNormalizer knows series by the codes of the column's encoder. Both must give the same
    codes; with `NaNLabelEncoder(add_nan=True)` for the column alone each series gets the scales of the one before it.
    """
    for normaliser in dataset.target_normalizers:
        for name in getattr(normaliser, "_groups", []):
            known = getattr(dataset._categorical_encoders.get(name), "classes_", {})
            used = getattr(dataset._categorical_encoders.get(f"__group_id__{name}"), "classes_", known)
            if any(used.get(label, code) != code for label, code in known.items()):
                return (
                    f"Series would be scaled by the numbers of others: categorical_encoders must hold encoders of the "
                    f"same kind for {name} and __group_id__{name}."
                )
    return ""


def _overridden(kind: type) -> list[str]:
    watched = ("__getitem__", "_collate_fn", "calculate_decoder_length", "transform_values")
    return [name for name in watched if getattr(kind, name) is not getattr(TimeSeriesDataSet, name)]


def _gaps(dataset: TimeSeriesDataSet) -> str:
    """Windows that are longer than their rows are filled up by the library, one by one."""
    index = dataset.index
    rows = index["index_end"].to_numpy() - index["index_start"].to_numpy() + 1
    count = int(np.count_nonzero(rows != index["sequence_length"].to_numpy()))
    if count:
        return f"Gaps are filled as windows are read, in {count:,} of {len(index):,} (allow_missing_timesteps)."
    return ""


def _of_targets(dataset: TimeSeriesDataSet) -> str:
    multiple = isinstance(dataset.target_normalizer, MultiNormalizer)
    for name, normaliser, values in zip(
        dataset.target_names, dataset.target_normalizers, dataset.data["target"], strict=True
    ):
        if type(normaliser) not in NORMALISERS:
            inside = " inside a MultiNormalizer" if multiple else ""
            return f"Target {name} has a normaliser of an unknown kind{inside}: {type(normaliser).__name__}."
        if not isinstance(normaliser, EncoderNormalizer):
            continue
        if not values.is_floating_point():
            return f"Target {name} holds whole numbers, which EncoderNormalizer cannot scale."
        if dataset.add_target_scales:
            for part in ("center", "scale"):
                scaler = dataset.get_transformer(f"{name}_{part}")
                if type(scaler) not in SCALERS:
                    return f"{name}_{part} is scaled by {type(scaler).__name__} (add_target_scales)."
    return ""


def _of_covariates(dataset: TimeSeriesDataSet) -> str:
    for name in dataset.reals:
        scaler = dataset.get_transformer(name)
        if not isinstance(scaler, EncoderNormalizer):
            continue
        if type(scaler) is not EncoderNormalizer:
            return f"Column {name} has a scaler of an unknown kind: {type(scaler).__name__}."
        if dataset.min_encoder_length < scaler.min_length:
            return f"EncoderNormalizer of column {name} needs an encoder of at least {scaler.min_length} steps."
        if dataset.data["reals"].dtype != torch.float32:
            return f"Column {name} holds whole numbers, which EncoderNormalizer cannot scale."
    return ""
