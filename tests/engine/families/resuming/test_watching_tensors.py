"""The tensors of a run at work are seen as they are, and a run that is watched is the run that it would have been."""

import math

import pytest

from engine.families import live_taps
from engine.runs import RunStore
from engine.runs.taps import LOOK_EVENT, Tap, TapOffer, TapWish, read_looks, read_newest, read_offer
from engine.training.recorder import Recorder
from tests.engine.families.resuming.conftest import Family, Runs, Wish


def everything(offer: TapOffer) -> tuple[Tap, ...]:
    """Return the weight and gradient of the first two parameters, two attention maps, and what some layers return."""
    parameters = [one for layer in offer.layers for one in layer.parameters if one.learns and math.prod(one.shape)]
    taps = [Tap(name=one.name, kind=kind) for one in parameters[:2] for kind in ("weight", "gradient")]
    maps = [Tap(name=layer.name, kind="attention") for layer in offer.layers if layer.attends]
    return (*taps, *maps[:2], *(Tap(name=layer.name, kind="activation") for layer in offer.layers[:8]))


def watch(recorder: Recorder) -> None:
    offer = read_offer(recorder.folder)
    assert offer is not None
    recorder.tap_wish = TapWish(taps=everything(offer), every=0)


def test_that_a_watched_run_is_to_the_bit_the_run_that_nobody_watches(
    family: Family, runs: Runs, pause: Wish, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_taps, "REST", 0.0)
    spec = family.spec()
    run_id = runs.begin(spec)

    def watch_then_rest(recorder: Recorder) -> None:
        watch(recorder)
        runs._wishes[9] = pause

    assert not runs.train(run_id, at=1, wish=watch_then_rest)
    assert runs.resume(run_id)
    runs.assert_equal(run_id, runs.reference(spec))

    looks, _ = read_looks(runs.folder(run_id))
    assert [look.step for look in looks] == [*range(2, 10), *range(10, 19)]  # also after the rest
    assert read_newest(runs.folder(run_id)) == looks[-1]
    kinds = {one.tap.kind for one in looks[-1].tensors}
    assert kinds - {"attention"} == {"weight", "gradient", "activation"}
    assert all(one.nan == one.inf == 0 and (one.picture or one.heads) for look in looks for one in look.tensors)
    offer = read_offer(runs.folder(run_id))
    assert offer is not None and ("attention" in kinds) == any(layer.attends for layer in offer.layers)
    with RunStore(runs.workspace) as store:
        told = [event.kind for event in store.events(run_id)]
    assert told.count(LOOK_EVENT) == 1, "looks are kept beside the run"
