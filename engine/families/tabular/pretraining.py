"""Self-supervised pre-training: the network's denoising autoencoder mends corrupted inputs; it sees no target."""

from typing import Any

from torch import nn

from engine.families.tabular import library
from engine.families.tabular.encoding import Tensors
from engine.spec import RunSpec
from engine.training.failures import Stopped
from engine.training.loader import BatchPlan, ResidentLoader
from engine.training.optimizers import make_optimizer
from engine.training.recorder import Recorder
from engine.training.steps import StepLog


def pretrain(model: nn.Module, spec: RunSpec, train: Tensors, recorder: Recorder, prefix: str) -> None:
    """Train the autoencoder inside `model` on all inputs, then make it an encoder again. Raises Stopped, RunFailed."""
    settings, trainer = spec.tabular.pretrain, spec.trainer
    autoencoder: Any = model.backbone
    autoencoder.mode = "pretrain"
    # The library logs through a trainer that this part does without.
    autoencoder.log = _silent
    plan = BatchPlan.of(len(train), trainer.batch_size, trainer.drop_last)
    loader = ResidentLoader({"continuous": train.continuous, "categorical": train.categorical}, plan, trainer.seed)
    log = StepLog(recorder, train.device, prefix, stage="pretrain")
    optimizer = make_optimizer(autoencoder.parameters(), trainer)
    recorder.progress(stage="pre-training", total_steps=settings.epochs * len(loader), total_epochs=settings.epochs)
    recorder.log(f"Pre-training the denoising autoencoder for {settings.epochs} epochs.")
    step = 0
    autoencoder.train()
    with library.quiet():
        for _ in range(settings.epochs):
            for batch in loader:
                optimizer.zero_grad(set_to_none=True)
                loss = autoencoder.calculate_loss(autoencoder(batch), "pretrain")
                loss.backward()
                optimizer.step()
                step += 1
                log.count(len(batch["continuous"]))
                log.add(step, step / len(loader), loss.detach(), None, trainer.optimizer.learning_rate)
                if recorder.stop_requested or recorder.pause_requested:
                    log.copy()
                    raise Stopped(to_rest=not recorder.stop_requested)
            log.copy(end_of_epoch=True)
            recorder.progress(step=step, epoch=step / len(loader))
    conclude(model, spec)


def conclude(model: nn.Module, spec: RunSpec) -> None:
    """Make the autoencoder inside `model` an encoder, after its training or where its weights come from a state."""
    autoencoder: Any = model.backbone
    autoencoder.log = _silent
    autoencoder.mode = "finetune"
    if spec.tabular.pretrain.freeze:
        for parameter in autoencoder.parameters():
            parameter.requires_grad_(False)


def _silent(*_: object, **__: object) -> None:
    """Take what the library logs, and drop it."""
