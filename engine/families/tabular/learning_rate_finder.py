"""Makes a fresh network and its batches ready for the search for a learning rate, as a training would. Must not train."""

from pathlib import Path

from engine.families.supervised.objective import Objective, balanced_weights
from engine.families.tabular import library, network
from engine.families.tabular.encoding import Encoder
from engine.families.tabular.frames import load
from engine.families.tabular.splitting import split
from engine.families.tabular.task import loss_of
from engine.spec import RunSpec
from engine.training.hardware import choose_device, data_type
from engine.training.loader import BatchPlan, ResidentLoader
from engine.training.rate_search import LrCurve, Search, sweep


def search_rows(workspace: Path, spec: RunSpec, search: Search) -> LrCurve:
    """Search on the first fold's training rows, weighted and drawn as the training would. Raises RunFailed."""
    frame = load(workspace, spec)
    rows = split(frame, spec)[0].train
    device = choose_device(spec.trainer)
    encoder = Encoder.fit(frame, rows, spec)
    search.leave_if_cancelled()
    model = network.build(spec, encoder)
    tensors = encoder.transform(frame, rows).to(device, data_type(spec.trainer))
    network.initialise(model, tensors)
    model.to(device, data_type(spec.trainer)).train()
    search.leave_if_cancelled()
    parts = {"continuous": tensors.continuous, "categorical": tensors.categorical, "target": tensors.target}
    balance = spec.tabular.balance
    drawn = tensors.target[:, 0] if balance.balanced_sampling else None
    plan = BatchPlan.of(len(tensors), spec.trainer.batch_size)
    loader = ResidentLoader(parts, plan, spec.trainer.seed, drawn)
    weighted = spec.tabular.task == "classification" and balance.class_weights == "balanced"
    sizes = [len(target.classes) for target in encoder.targets]
    weights = balanced_weights(tensors.target, sizes) if weighted else ()
    objective = Objective.of(encoder, weights).to(device, data_type(spec.trainer))
    with library.quiet():
        return sweep(model, lambda batch: loss_of(model, objective, batch)[1], loader, spec.trainer, search)
