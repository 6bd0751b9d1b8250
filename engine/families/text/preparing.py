"""What every training on text begins with: settings, device, encoder, and a network with its first weights.
Must not know what is learned."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from engine.amounts import percent
from engine.families.fitting import FLOPS_A_PARAMETER, has_first_weights
from engine.families.folds import State
from engine.families.supervised.splitting import Fold
from engine.families.text import networks
from engine.families.text.encoder import TextEncoder
from engine.families.text.freezing import freeze
from engine.families.text.kept_encoder import kept
from engine.families.text.networks import text_of
from engine.families.text.trained import TrainedText
from engine.families.text.transformers_models import TransformersNetwork, take_checkpoint
from engine.spec import TrainerSpec
from engine.training.changes import changed
from engine.training.hardware import choose_device, choose_threads, data_type
from engine.training.recorder import Recorder


@dataclass(frozen=True)
class Prepared:
    """A network on its device, about to be trained on a fold; `notes` are about its tokenizer."""

    recorder: Recorder
    fold: Fold
    trainer: TrainerSpec
    device: torch.device
    encoder: TextEncoder
    config: dict[str, Any]
    network: nn.Module
    notes: tuple[str, ...]

    @property
    def dtype(self) -> torch.dtype:
        """The format of its numbers."""
        return data_type(self.trainer)

    def model(self) -> TrainedText:
        """Return the network as it stands as a model that can be used."""
        return TrainedText(self.recorder.spec, self.encoder, self.network, self.config)

    def use_threads(self, tokens: float) -> None:
        """Choose the threads for batches of so many tokens."""
        work = FLOPS_A_PARAMETER * networks.work_parameters(self.network) * tokens
        torch.set_num_threads(choose_threads(self.trainer, work))

    def tell(self, sentences: Sequence[str] = ()) -> None:
        """Say in the log what is about to be trained, and these sentences; once the threads are chosen."""
        name = f"{self.fold.name}: " if self.fold.name else ""
        for sentence in (*self.notes, *sentences, self._described()):
            self.recorder.log(name + sentence)

    def _described(self) -> str:
        fold, device = self.fold, self.device
        threads = f", {torch.get_num_threads()} thread(s)" if device.type == "cpu" else ""
        parts = f"{len(fold.train):,} texts to train, {len(fold.valid):,} to validate, {len(fold.test):,} to test"
        count, vocabulary = networks.parameter_count(self.network), self.encoder.vocabulary
        share = networks.trainable_share(self.network)
        still = f" ({percent(share, 2)} of all; the others keep still)" if share < 1 else ""
        return f"{count:,} parameters to train{still}, {vocabulary:,} tokens; {parts}; on {device}{threads}."


def prepare(
    recorder: Recorder, fold: Fold, resumed: State | None, make: Callable[[list[str]], TextEncoder]
) -> Prepared:
    """Return what is ready to be trained, or to go on from a state's content. Raises RunFailed.

    `make` fits the encoder, where the run has none yet, and adds sentences about it to the list that it is given.
    """
    spec = recorder.spec
    trainer = changed(spec.trainer, [recorder.changes[place] for place in resumed["changes"]] if resumed else ())
    device = choose_device(trainer)
    notes: list[str] = []
    encoder = kept(recorder, fold.name, lambda: make(notes))
    config = networks.config_of(spec, encoder)
    network = networks.build(spec, encoder, config)
    network.to(device, data_type(trainer))
    _take_first_weights(network, recorder, resumed)
    freeze(network, spec)
    return Prepared(recorder, fold, trainer, device, encoder, config, network, tuple(notes))


def _take_first_weights(network: nn.Module, recorder: Recorder, resumed: State | None) -> None:
    """Give a network the weights that training begins with: of a state, of another run, or of a checkpoint's folder."""
    folder = text_of(recorder.spec).checkpoint
    if has_first_weights(network, recorder, resumed) or not folder:
        return
    assert isinstance(network, TransformersNetwork)
    for note in take_checkpoint(network, Path(folder)):
        recorder.log(note)
