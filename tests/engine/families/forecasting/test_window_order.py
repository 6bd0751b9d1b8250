"""Windows come in an order that seed and epoch alone decide, and go on exactly where they stood."""

import numpy as np
import pandas as pd
import pytest
import torch
from pytorch_forecasting import Baseline, GroupNormalizer, TimeSeriesDataSet
from pytorch_forecasting.data.encoders import NaNLabelEncoder

from engine.families.forecasting.window_loader import WindowLoader, why_not
from engine.training.loader import BatchPlan


@pytest.fixture(scope="module")
def dataset() -> TimeSeriesDataSet:
    frame = pd.DataFrame(
        {
            "series": np.repeat(["a", "b", "c"], 30),
            "t": np.tile(np.arange(30), 3),
            "y": np.random.default_rng(0).normal(size=90),
            "price": np.random.default_rng(1).normal(size=90),
        }
    )
    return dataset_of(frame)


def dataset_of(frame: pd.DataFrame, **options: object) -> TimeSeriesDataSet:
    given: dict[str, object] = {
        "max_encoder_length": 5,
        "max_prediction_length": 2,
        "time_varying_known_reals": ["price"],
        "time_varying_unknown_reals": ["y"],
        "target_normalizer": GroupNormalizer(groups=["series"]),
    }
    return TimeSeriesDataSet(frame, "t", "y", ["series"], **(given | options))


def loader_of(dataset: TimeSeriesDataSet, seed: int | None = 1) -> WindowLoader:
    return WindowLoader(dataset, BatchPlan.of(len(dataset), 16, drop_last=seed is not None), seed)


def windows_of(loader: WindowLoader) -> list[list[tuple[int, int]]]:
    """Each batch's windows by series and first predicted time."""
    return [
        list(zip(x["groups"][:, 0].tolist(), x["decoder_time_idx"][:, 0].tolist(), strict=True)) if x else []
        for x, _ in loader
    ]


def test_that_epochs_differ_and_repeat_with_the_same_seed(dataset: TimeSeriesDataSet) -> None:
    one, two, other = loader_of(dataset), loader_of(dataset), loader_of(dataset, seed=2)
    first, second = windows_of(one), windows_of(one)
    assert first != second
    assert [windows_of(two), windows_of(two)] == [first, second]
    assert windows_of(other) != first


def test_that_training_batches_have_the_librarys_number_and_size(dataset: TimeSeriesDataSet) -> None:
    library = dataset.to_dataloader(train=True, batch_size=16)
    mine = windows_of(loader_of(dataset))
    assert [len(batch) for batch in mine] == [len(y[0]) for _, y in library]
    assert len(loader_of(dataset)) == len(library)
    seen = [window for batch in mine for window in batch]
    assert len(set(seen)) == len(seen)


@pytest.mark.parametrize("taken", [0, 1, 3, 4, 6])
def test_that_a_loader_with_the_state_of_another_goes_on_where_it_stood(dataset: TimeSeriesDataSet, taken: int) -> None:
    whole = loader_of(dataset)
    expected = [*windows_of(whole), *windows_of(whole)]
    interrupted, resumed = loader_of(dataset), loader_of(dataset)
    seen: list[object] = []
    while len(seen) < taken:
        for x, _ in interrupted:
            seen.append(x)
            if len(seen) == taken:
                break
    resumed.load_state_dict(interrupted.state_dict())
    rest = [batch for _ in range(2 - resumed.epoch) for batch in windows_of(resumed) if batch]
    assert rest == expected[taken:]


@pytest.mark.filterwarnings("ignore")  # the library and its trainer warn of much; what they give is compared
def test_that_the_librarys_predict_takes_the_loader(dataset: TimeSeriesDataSet) -> None:
    model = Baseline()
    trainer = {"accelerator": "cpu", "logger": False}
    mine = model.predict(loader_of(dataset, None), return_index=True, return_y=True, trainer_kwargs=dict(trainer))
    library = model.predict(
        dataset.to_dataloader(train=False, batch_size=16, num_workers=0),
        return_index=True,
        return_y=True,
        trainer_kwargs=dict(trainer),
    )
    assert torch.equal(mine.output, library.output)
    assert torch.equal(mine.y[0], library.y[0])
    pd.testing.assert_frame_equal(mine.index, library.index)


@pytest.mark.parametrize(
    ("options", "word"),
    [({"randomize_length": True, "min_encoder_length": 2}, "randomize_length"), ({}, "allow_missing_timesteps")],
)
def test_that_what_is_not_taken_over_is_named_and_refused(options: dict[str, object], word: str) -> None:
    frame = pd.DataFrame({"series": "a", "t": np.arange(30), "y": np.arange(30.0) % 7, "price": 1.0})
    if not options:
        frame = frame.drop(index=[12])
        options = {"allow_missing_timesteps": True}
    made = dataset_of(frame, **options)
    assert word in why_not(made)
    with pytest.raises(ValueError, match=word):
        loader_of(made)


@pytest.mark.filterwarnings("ignore:X does not have valid feature names")
def test_that_values_overwritten_later_are_noticed(dataset: TimeSeriesDataSet) -> None:
    loader = loader_of(dataset)
    dataset.set_overwrite_values(1.0, "price")
    try:
        with pytest.raises(ValueError, match="price"):
            next(iter(loader))
    finally:
        dataset.reset_overwrite_values()
    assert next(iter(loader))


def test_that_a_data_set_with_windows_of_its_own_is_refused(dataset: TimeSeriesDataSet) -> None:
    class Own(TimeSeriesDataSet):
        def __getitem__(self, idx: int) -> object:
            return super().__getitem__(idx)

    own = Own.from_dataset(dataset, dataset_frame())
    assert "Own" in why_not(own)


def dataset_frame() -> pd.DataFrame:
    return pd.DataFrame({"series": "a", "t": np.arange(30), "y": np.arange(30.0), "price": np.arange(30.0)})


def test_that_series_scaled_by_the_numbers_of_others_are_refused() -> None:
    frame = pd.concat(
        [dataset_frame(), dataset_frame().assign(series="b", y=1000.0 + np.arange(30))], ignore_index=True
    )
    encoders = {"series": NaNLabelEncoder(add_nan=True)}
    wrong = dataset_of(frame, categorical_encoders=encoders)
    with pytest.raises(ValueError, match="__group_id__series"):
        loader_of(wrong)
    right = dataset_of(frame, categorical_encoders=encoders | {"__group_id__series": NaNLabelEncoder(add_nan=True)})
    x, _ = next(iter(loader_of(right, None)))
    assert (x["target_scale"][:, 0] < 100).all()
