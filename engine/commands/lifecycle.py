"""pause, resume, kill, change, extend, fork, clear: what is done to a run once it was begun.
Must not decide what is allowed."""

from argparse import Namespace

from engine.catalog import with_value
from engine.commands.output import DONE, BadInput, as_json, size
from engine.commands.runs import described, find
from engine.commands.training import begin, changed, checked, follow, quoted
from engine.jobs.supervisor import Supervisor
from engine.runs import RunRecord, RunStore
from engine.spec import KFoldSplit, OriginSpec, with_settings
from engine.training.changes import EPOCHS, RATE
from engine.training.state_files import FOLDER


def pause_command(options: Namespace) -> int:
    """Ask a run to write its state and free the machine at its next step."""
    run, supervisor = _found(options)
    supervisor.pause(run.id)
    return _told(options, run.id, "was asked to pause; `tensorbench resume` goes on exactly there")


def kill_command(options: Namespace) -> int:
    """End a run's worker now."""
    run, supervisor = _found(options)
    if not run.status.is_active:
        raise BadInput(f"the run {run.id} is not at work: it is {run.status}")
    supervisor.kill(run.id)
    return _told(options, run.id, "was ended; `tensorbench resume` goes on from its last checkpoint")


def resume_command(options: Namespace) -> int:
    """Go on with a run where it was left, here or in the background."""
    run, supervisor = _found(options)
    supervisor.reopen(run.id)
    return _go_on(options, run.id)


def change_command(options: Namespace) -> int:
    """Change a run's learning rate or number of epochs, from its next step on."""
    wanted = {RATE: options.learning_rate, EPOCHS: options.epochs}
    given = {field: value for field, value in wanted.items() if value is not None}
    if not given:
        raise BadInput("say what to change: --learning-rate X or --epochs N")
    run, supervisor = _found(options)
    for field, value in given.items():
        supervisor.change(run.id, field, value)
    when = "from its next step on" if run.status.is_active else "when it goes on"
    said = ", ".join(f"{field.rpartition('.')[2]} {value:g}" for field, value in given.items())
    return _told(options, run.id, f"gets {said} {when}")


def extend_command(options: Namespace) -> int:
    """Train a finished run further, here or in the background."""
    run, supervisor = _found(options)
    supervisor.add_epochs(run.id, options.epochs)
    return _go_on(options, run.id)


def fork_command(options: Namespace) -> int:
    """Train a new run that begins with another's weights, with other settings if wanted."""
    run, _supervisor = _found(options)
    _expect_weights(options, run.id)
    origin = OriginSpec(run=run.id, checkpoint=options.checkpoint)
    spec = with_value(run.spec, "origin", origin.model_dump())
    spec = changed(with_settings(spec, {"name": quoted(options.name or f"{run.name[:180]} (fork)")}), options.set)
    if isinstance(spec.split, KFoldSplit):
        raise BadInput("folds cannot begin with a model that has seen their rows; try --set split.kind=random")
    return begin(options, checked(options.workspace, spec))


def clear_command(options: Namespace) -> int:
    """Delete the checkpoints of a run that is over, whose kept model stays, or the tokens of texts, or both."""
    if options.run is None and not options.tokens:
        raise BadInput("say what to clear: a run, or --tokens")
    freed = Supervisor(options.workspace).clear_tokens() if options.tokens else 0
    if options.tokens and not options.json:
        print(f"the tokens of texts take {size(freed)} less; a run that needs them makes them again")
    if options.run is None:
        if options.json:
            as_json({"freed": freed})
        return DONE
    run, supervisor = _found(options)
    freed += (of_run := supervisor.clear_checkpoints(run.id, state_too=options.state))
    if options.json:
        as_json({"id": run.id, "freed": freed})
    else:
        print(f"{run.id} takes {size(of_run)} less; its kept model stays")
    return DONE


def _expect_weights(options: Namespace, run_id: str) -> None:
    with RunStore(options.workspace) as store:
        folder = store.run_folder(run_id)
    there = [
        path.stem for path in sorted((folder / FOLDER).glob("*.safetensors")) if path.with_suffix(".json").exists()
    ]
    there += ["model"] if (folder / "model.safetensors").exists() else []
    if options.checkpoint not in there:
        raise BadInput(
            f"the run {run_id} has no weights “{options.checkpoint}”; it has {', '.join(there) or 'none yet'}"
        )


def _found(options: Namespace) -> tuple[RunRecord, Supervisor]:
    supervisor = Supervisor(options.workspace)
    supervisor.reconcile()
    with RunStore(options.workspace) as store:
        return find(store, options.run), supervisor


def _go_on(options: Namespace, run_id: str) -> int:
    if not options.detach:
        return follow(options.workspace, run_id, quiet=options.json)
    Supervisor(options.workspace).start_detached(run_id)
    return _told(options, run_id, f"goes on in the background; `tensorbench show {run_id}` tells how far it is")


def _told(options: Namespace, run_id: str, sentence: str) -> int:
    if options.json:
        with RunStore(options.workspace) as store:
            as_json(described(store.run(run_id)))
    else:
        print(f"{run_id} {sentence}")
    return DONE
