"""queue: who waits, in which order, how many at once; and the terminal that works it off. `tag` and `group` beside it."""

import time
from argparse import Namespace
from collections.abc import Callable

from engine.commands.interrupts import interrupts
from engine.commands.output import DONE, RUN_FAILED, BadInput, as_json, complain, table
from engine.commands.runs import described, find
from engine.jobs.dispatch import Dispatcher
from engine.jobs.supervisor import Supervisor
from engine.runs import OutcomeKind, RunRecord, RunStore

LOOK_EVERY_S = 0.1


def queue_command(options: Namespace) -> int:
    """List the queue, or do to it what was asked."""
    actions: dict[str, Callable[[Namespace], int]] = {
        "add": _add,
        "move": _move,
        "remove": _remove,
        "limit": _limit,
        "run": _run,
    }
    return actions.get(options.action or "", _list)(options)


def tag_command(options: Namespace) -> int:
    """Add tags to a run, or take them away."""
    with RunStore(options.workspace) as store:
        run = find(store, options.run)
        given = list(options.tags)
        kept = [tag for tag in run.tags if tag not in given]
        store.set_tags(run.id, kept if options.remove else [*run.tags, *given])
        return _told(options, store.run(run.id), "tagged")


def group_command(options: Namespace) -> int:
    """Put a run into a group, or without a name into none."""
    with RunStore(options.workspace) as store:
        run = find(store, options.run)
        store.set_group([run.id], options.name or "")
        return _told(options, store.run(run.id), "grouped")


def _told(options: Namespace, run: RunRecord, done: str) -> int:
    if options.json:
        as_json(described(run))
    else:
        said = ", ".join(run.tags) if done == "tagged" else run.group
        print(f"{run.id} is {done}: {said or 'nothing'}")
    return DONE


def _list(options: Namespace) -> int:
    with RunStore(options.workspace) as store:
        state, runs = store.queue_state(), store.queue()
    if options.json:
        as_json({"limit": state.limit, "working": state.working, "waiting": [described(run) for run in runs]})
        return DONE
    rows = [[place, run.id, run.name, device(run)] for place, run in enumerate(runs, start=1)]
    table(["place", "id", "name", "device"], rows, right=["place"])
    return DONE


def device(run: RunRecord) -> str:
    """Return where a run is to work, as its specification says it."""
    return spec.trainer.device if (spec := run.spec_or_none) is not None else "?"


def _move(options: Namespace) -> int:
    with RunStore(options.workspace) as store:
        run = find(store, options.run).id
        waiting = store.queue_state().waiting
        before = (waiting[0] if waiting else None) if options.first else None
        if options.before is not None:
            before = find(store, options.before).id
        if not store.move_in_queue(run, before):
            who = run if run not in waiting else before
            raise BadInput(f"{who} does not wait in the queue; `tensorbench queue` lists who does")
    return _list(options)


def _add(options: Namespace) -> int:
    with RunStore(options.workspace) as store:
        run = find(store, options.run)
        Supervisor(options.workspace).reopen(run.id, waiting=True)
    return _list(options)


def _remove(options: Namespace) -> int:
    with RunStore(options.workspace) as store:
        run = find(store, options.run)
        if run.id not in store.queue_state().waiting:
            raise BadInput(f"{run.id} does not wait in the queue; `tensorbench stop` stops a run at work")
    Supervisor(options.workspace).stop(run.id)
    return _list(options)


def _limit(options: Namespace) -> int:
    if options.number is not None:
        if options.number < 1:
            raise BadInput("the limit is at least 1 run per device")
        with RunStore(options.workspace) as store:
            store.set_queue_limit(options.number)
    with RunStore(options.workspace) as store:
        limit = store.queue_state().limit
    if options.json:
        as_json({"limit": limit})
    else:
        print(f"{limit} at once on each device")
    return DONE


def _run(options: Namespace) -> int:
    """Work the queue off until it is empty and what was started here is over."""
    supervisor = Supervisor(options.workspace)
    supervisor.reconcile()
    dispatcher = Dispatcher(supervisor)
    working: list[str] = []
    over: list[RunRecord] = []
    try:
        with RunStore(options.workspace) as store, interrupts() as pressed:
            obeyed = 0
            while True:
                if not pressed:
                    dispatcher.recover(store)
                    working += _begin(store, dispatcher, quiet=options.json)
                if not working and (pressed or not store.queue_state().waiting):
                    break
                over += _ended(store, supervisor, working, quiet=options.json)
                if len(pressed) > obeyed:
                    obeyed += 1
                    _obey(supervisor, working, obeyed)
    finally:
        supervisor.close()
    if options.json:
        as_json([described(run) for run in over])
    good = {OutcomeKind.FINISHED, OutcomeKind.STOPPED}
    return DONE if all(run.outcome is not None and run.outcome.kind in good for run in over) else RUN_FAILED


def _begin(store: RunStore, dispatcher: Dispatcher, quiet: bool) -> list[str]:
    started = dispatcher.start_waiting(store)
    if not quiet:
        for run_id in started:
            left = len(store.queue_state().waiting)
            print(f"{run_id} starts: {store.run(run_id).name} ({left} more wait)", flush=True)
    return started


def _ended(store: RunStore, supervisor: Supervisor, working: list[str], quiet: bool) -> list[RunRecord]:
    """Wait a moment; return the runs that are over now, which are at work no more."""
    if not working:  # others have taken all the room
        time.sleep(LOOK_EVERY_S)
    over = [store.run(run_id) for run_id in list(working) if supervisor.wait(run_id, LOOK_EVERY_S / len(working))]
    for run in over:
        working.remove(run.id)
        if not quiet:
            cause = run.outcome.cause if run.outcome is not None else ""
            print(f"{run.id} is {run.status.value}. {cause}".rstrip(), flush=True)
    return over


def _obey(supervisor: Supervisor, working: list[str], pressed: int) -> None:
    if pressed == 1:
        complain("stopping what is at work; the rest keeps waiting; press Ctrl-C again to end at once")
    for run_id in working:
        if pressed == 1:
            supervisor.stop(run_id)
        else:
            supervisor.kill(run_id)
