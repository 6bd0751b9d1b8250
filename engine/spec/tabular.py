"""What a tabular run needs beyond the shared parts: the task, preprocessing, balancing and pre-training."""

from typing import Literal

from pydantic import Field, JsonValue

from engine.spec.base import SpecModel

Task = Literal["classification", "regression"]


class ModelSpec(SpecModel):
    """A model of the catalogue and the parameters that differ from its defaults."""

    name: str = Field(default="category_embedding", description="The model's name in the catalogue.")
    params: dict[str, JsonValue] = Field(default_factory=dict, description="Parameters by their library names.")


class PreprocessSpec(SpecModel):
    """What is done to the columns before a model sees them; everything is fitted on the training rows alone."""

    missing_continuous: Literal["mean", "median", "zero", "drop", "refuse"] = Field(
        default="median", description="What stands in for a missing number; “drop” leaves the row out."
    )
    missing_categorical: Literal["category", "drop", "refuse"] = Field(
        default="category", description="A missing category becomes one of its own, or its row is left out."
    )
    missing_target: Literal["drop", "refuse"] = Field(
        default="drop", description="Rows without a target are left out, or the run is refused."
    )
    missing_indicator: bool = Field(default=False, description="Add a 0/1 column for each continuous column with gaps.")
    continuous_transform: Literal["none", "standard", "quantile_normal", "yeo-johnson"] = Field(
        default="standard", description="Puts every continuous column on one scale."
    )
    target_transform: Literal["none", "standard"] = Field(
        default="standard",
        description="For regression: train on standardised targets; metrics stay in the target's unit.",
    )
    max_categories: int = Field(
        default=10_000, ge=2, description="A categorical column with more distinct values keeps the most frequent ones."
    )


class PretrainSpec(SpecModel):
    """Self-supervised pre-training with a denoising autoencoder before the supervised training."""

    enabled: bool = Field(default=False, description="Pre-train a denoising autoencoder on all inputs first.")
    epochs: int = Field(default=10, ge=1, description="Epochs of pre-training.")
    noise_strategy: Literal["swap", "zero"] = Field(default="swap", description="How inputs are corrupted.")
    noise_probability: float = Field(default=0.2, gt=0, lt=1, description="Share of inputs that are corrupted.")
    freeze: bool = Field(default=False, description="Keep the encoder fixed when the head is trained.")


class BalanceSpec(SpecModel):
    """What is done about rare classes."""

    class_weights: Literal["none", "balanced"] = Field(
        default="none", description="Weigh each class by the inverse of its frequency in the loss."
    )
    balanced_sampling: bool = Field(default=False, description="Draw training rows so that classes come equally often.")


class TabularSpec(SpecModel):
    """A tabular run's own part."""

    task: Task = Field(default="classification", description="Predict a class or a number.")
    preprocess: PreprocessSpec = PreprocessSpec()
    balance: BalanceSpec = BalanceSpec()
    pretrain: PretrainSpec = PretrainSpec()
