"""The first weights of a run that begins where another one's model is. Safetensors only."""

from pathlib import Path

from torch import nn

from engine.runs import RunStore, StoreError
from engine.spec import OriginSpec
from engine.training.failures import RunFailed
from engine.training.state_files import FOLDER

MODEL = "model"


def take_weights(model: nn.Module, workspace: Path, origin: OriginSpec) -> None:
    """Give a network the weights of another run. Raises RunFailed where there are none, or they do not fit."""
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    path = weights_file(workspace, origin)
    try:
        weights = load_file(path)
    except OSError as error:
        raise RunFailed(
            f"The run “{origin.run}” has no weights “{origin.checkpoint}” to begin with.",
            "Choose a run that is finished, or one of its checkpoints.",
        ) from error
    except SafetensorError as error:
        raise RunFailed(f"{path.name}: these are no weights, or they are damaged.", "Choose others.") from error
    try:
        model.load_state_dict({name: tensor.to(next(model.parameters()).device) for name, tensor in weights.items()})
    except RuntimeError as error:
        raise RunFailed(
            f"The weights of the run “{origin.run}” do not fit this model.",
            "Take the same model, the same settings of it and the same columns. Another split or seed may bring other "
            "categories into the training rows, and then they fit no more; other training settings may differ.",
        ) from error


def weights_file(workspace: Path, origin: OriginSpec) -> Path:
    """Return where the weights of an origin are. Raises RunFailed where there is no such run."""
    try:
        with RunStore(workspace) as store:
            run = store.find(origin.run)
            folder = store.run_folder(run.id)
    except StoreError as error:
        raise RunFailed(f"The run “{origin.run}”, whose weights are wanted, is not here.", str(error)) from error
    if origin.checkpoint == MODEL:
        return folder / "model.safetensors"
    return folder / FOLDER / f"{Path(origin.checkpoint).name.removesuffix('.safetensors')}.safetensors"
