"""train: check a specification, start its run, watch it to its end and say how it went."""

from argparse import Namespace
from pathlib import Path

from engine.amounts import percent
from engine.catalog import CatalogError, idle_fields, model, problems, run_name, with_value
from engine.catalog.text_view import TokenFacts
from engine.commands.interrupts import interrupts
from engine.commands.output import BAD_INPUT, DONE, RUN_FAILED, BadInput, as_json, complain, pairs, size
from engine.commands.runs import described, show_run
from engine.commands.watching import View, print_curves, view
from engine.datasets import load_dataset
from engine.jobs.processes import this_process
from engine.jobs.supervisor import Supervisor
from engine.runs import OutcomeKind, RunRecord, RunStore
from engine.spec import RunSpec, SpecError, read, with_settings

LOOK_EVERY_S = 0.1


def train_command(options: Namespace) -> int:
    """Train a specification: here and now, detached, or when its turn in the queue comes."""
    spec = checked(options.workspace, changed(read(options.spec), options.set))
    if options.name:
        spec = with_settings(spec, {"name": quoted(options.name)})
    return begin(options, spec)


def begin(options: Namespace, spec: RunSpec) -> int:
    """Start a checked specification's run: here and now, detached, or when its turn in the queue comes."""
    if options.queue:
        return _enqueue(options, spec)
    with RunStore(options.workspace) as store:
        run = store.create_run(spec, holder=this_process(), name=run_name(spec))
        folder = store.run_folder(run.id)
    if not options.detach:
        return follow(options.workspace, run.id, quiet=options.json)
    Supervisor(options.workspace).start_detached(run.id)
    if options.json:
        as_json({"id": run.id, "name": run.name, "folder": folder})
    else:
        print(f"{run.id} trains in the background; `tensorbench show {run.id}` tells how far it is")
    return DONE


def _enqueue(options: Namespace, spec: RunSpec) -> int:
    with RunStore(options.workspace) as store:
        run = store.create_run(spec, waiting=True, name=run_name(spec))
        place = store.queue_state().waiting.index(run.id) + 1
    if options.json:
        as_json({**described(run), "place": place})
    else:
        print(f"{run.id} waits in place {place}; an open window starts it, or `tensorbench queue run`")
    return DONE


def check_command(options: Namespace) -> int:
    """Say what a specification will do, and everything that looks wrong with it, without training."""
    spec = checked(options.workspace, changed(read(options.spec), options.set))
    from engine.families.preflight import preflight

    report = preflight(options.workspace, spec)
    if options.json:
        as_json({**report.model_dump(mode="json"), "ready": report.ready})
    else:
        known = {
            "rows": ", ".join(f"{count:,} to {part}" for part, count in report.rows.items()),
            "parameters": None if report.parameters is None else f"{report.parameters:,}",
            "memory": None if report.memory_bytes is None else size(report.memory_bytes),
            "steps": f"{report.steps_per_epoch:,} an epoch, {report.optimizer_steps:,} in all",
            "trainings": report.trainings if report.trainings > 1 else None,
            **({} if report.tokens is None else _told(report.tokens, spec)),
        }
        pairs({name: value for name, value in known.items() if value})
        for one in report.warnings:
            print(f"{one.severity}: {one.field}: {one.text} {one.fix}".rstrip())
    wrong = [one for one in report.warnings if one.severity == "error"]
    if not wrong:
        return DONE
    more = f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""
    complain(f"{wrong[0].field}: {wrong[0].text} {wrong[0].fix}{more}")
    return BAD_INPUT


def _told(tokens: TokenFacts, spec: RunSpec) -> dict[str, str]:
    """Return what there is to tell of texts and their tokenizer."""
    made, what = tokens.tokenizer, "are cut" if tokens.cuts else "become several samples"
    shares = ((made.unknown_train, "training"), (made.unknown_valid, "validation"))
    unknown = [f"{percent(share, 2)} of the {part} texts’ tokens" for share, part in shares if share is not None]
    of = "" if made.allowed is None else f" of {made.allowed:,} allowed"
    longer = f"{percent(tokens.share_longer, 1)} of the texts {what} at {tokens.limit:,} tokens"
    return {
        "tokens": f"{tokens.median:,} in the median text, 95 % have at most {tokens.p95:,}, the longest {tokens.longest:,}",
        **({} if "text.max_length" in idle_fields(spec) else {"longer": longer}),
        "vocabulary": f"{made.vocabulary:,} tokens{of}, {made.per_word:.2f} a word",
        "unknown": ", ".join(unknown) or "no token can be unknown",
    }


def follow(workspace: Path, run_id: str, quiet: bool = False) -> int:
    """Start a run that is recorded already and watch it, with live progress; returns the exit code."""
    run = watched_run(workspace, run_id, quiet)
    with RunStore(workspace) as store:
        folder = store.run_folder(run.id)
        if quiet:
            as_json({**described(run), "folder": folder})
        else:
            tell(store, run)
    if run.outcome is None or run.outcome.kind in {OutcomeKind.FINISHED, OutcomeKind.STOPPED}:
        return DONE  # without an outcome it rests: somebody paused it from elsewhere
    complain(f"{run.id} {run.outcome.title.lower()}: {run.outcome.cause} {run.outcome.advice}")
    return RUN_FAILED


def watched_run(workspace: Path, run_id: str, quiet: bool) -> RunRecord:
    """Start a run and watch it until it is over or rests. Ctrl-C asks it to stop; a second one ends it at once."""
    with RunStore(workspace) as store:
        supervisor = Supervisor(workspace)
        with view(workspace, run_id, quiet) as shown, interrupts() as pressed:
            supervisor.start_alone(run_id)
            _watch(store, run_id, supervisor, shown, pressed)
        return store.run(run_id)


def tell(store: RunStore, run: RunRecord) -> None:
    """Print a run's curves and how it ended."""
    print_curves(store, run.id)
    show_run(run, store.run_folder(run.id))


def checked(workspace: Path, spec: RunSpec) -> RunSpec:
    """Return the specification with its dataset's full id, if nothing is wrong with it that can be seen at once.

    Raises SpecError or DatasetError, before there is any run.
    """
    from engine.families.preflight import check_columns

    dataset = load_dataset(workspace, spec.data.dataset)
    found = problems(spec)
    names = [column.name for column in dataset.columns]
    found += [f"{one.field}: {one.text} {one.fix}" for one in check_columns(names, spec)]
    if found:
        raise SpecError(found)
    return spec.model_copy(update={"data": spec.data.model_copy(update={"dataset": dataset.id})})


def changed(spec: RunSpec, texts: list[str]) -> RunSpec:
    """Return the specification with what `--set KEY=VALUE` was given. Raises BadInput, SpecError."""
    found: dict[str, str] = {}
    for text in texts:
        key, equals, value = (part.strip() for part in text.partition("="))
        if not equals or not key:
            raise BadInput(f"--set {text}: write it as KEY=VALUE, such as trainer.epochs=5")
        found[key] = value
    for key in ("text.labels", "split.kind"):  # another kind has other keys beside it, or asks for some
        if kind := found.pop(key, None):
            spec = with_value(spec, key, kind.strip("\"'"))
    name = found.get("model.name", spec.model.name)
    return with_settings(spec, {key: _as_parameter(key, value, name) for key, value in found.items()})


def quoted(text: str) -> str:
    """Return a text as TOML writes it."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _as_parameter(key: str, value: str, model_name: str) -> str:
    """Quote what a model takes as text but looks like a number, such as model.params.layers=64."""
    name = key.removeprefix("model.params.")
    if name == key or not value.isdigit():
        return value
    try:
        param = model(model_name).param(name)
    except CatalogError:
        return value
    return quoted(value) if param is not None and param.kind == "text" else value


def _watch(store: RunStore, run_id: str, supervisor: Supervisor, shown: View, pressed: list[int]) -> None:
    obeyed = 0
    while not supervisor.wait(run_id, LOOK_EVERY_S):
        shown.update(store.run(run_id))
        if len(pressed) > obeyed:
            obeyed += 1
            if obeyed == 1:
                complain("stopping at the next step; press Ctrl-C again to end at once")
                supervisor.stop(run_id)
            else:
                complain("ending the run")
                supervisor.kill(run_id)
