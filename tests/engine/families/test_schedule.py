import itertools
from typing import get_args

import pytest
import torch

from engine.families.schedule import MAX_POINTS, schedule_curve
from engine.spec import BY_VALIDATION, DataSpec, OptimizerSpec, RunSpec, ScheduleSpec, TrainerSpec
from engine.spec.training import ScheduleName
from engine.training.schedules import make_scheduler, waits_for_validation, warmup_steps


def spec_of(name, epochs=4, **settings):
    trainer = TrainerSpec(
        epochs=epochs,
        optimizer=OptimizerSpec(name="SGD", learning_rate=0.2),
        schedule=ScheduleSpec(name=name, **settings),
    )
    return RunSpec(data=DataSpec(dataset="none"), trainer=trainer)


def stepped(spec, total):
    """The rates that a training loop would see."""
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=spec.trainer.optimizer.learning_rate)
    scheduler = make_scheduler(optimizer, spec.trainer, total)
    rates = []
    for _ in range(total):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if not waits_for_validation(scheduler):
            scheduler.step()
    return rates


@pytest.mark.parametrize("name", get_args(ScheduleName))
@pytest.mark.parametrize("warmup", [0, 0.25, 7])
def test_that_the_drawn_curve_is_what_a_training_loop_sees(name, warmup):
    spec = spec_of(name, warmup=warmup, num_cycles=1.5, power=2.0, min_lr_ratio=0.1)
    curve = schedule_curve(spec, 10)
    assert curve.steps == tuple(range(40))
    assert curve.rates == pytest.approx(stepped(spec, 40))


@pytest.mark.parametrize("name", get_args(ScheduleName))
def test_that_extreme_settings_still_give_a_curve(name):
    grid = itertools.product([0, 0.9999, 1e6], [0.0, 1.0], [0.0, 1.0], [1, 3])
    for warmup, ratio, decay, steps in grid:
        spec = spec_of(name, epochs=1, warmup=warmup, min_lr_ratio=ratio, decay=decay, num_cycles=0.01)
        rates = stepped(spec, steps)
        assert schedule_curve(spec, steps).rates == pytest.approx(rates)
        assert all(0 <= rate <= 0.2 * 1.0001 for rate in rates)


def test_that_a_long_run_is_drawn_with_few_points_that_reach_its_last_step():
    curve = schedule_curve(spec_of("cosine", epochs=1000), 5000)
    assert len(curve.steps) == len(curve.rates) == MAX_POINTS
    assert curve.steps[0] == 0
    assert curve.steps[-1] == curve.total_steps - 1 == 4_999_999
    assert curve.rates[-1] == pytest.approx(0, abs=1e-9)


def test_that_warm_up_below_one_is_a_share_and_never_longer_than_the_run():
    assert warmup_steps(ScheduleSpec(warmup=0.1), 200) == 20
    assert warmup_steps(ScheduleSpec(warmup=30), 200) == 30
    assert warmup_steps(ScheduleSpec(warmup=300), 200) == 200


def test_that_a_curve_says_what_it_cannot_show():
    assert "100 steps" in schedule_curve(spec_of("linear"), None).note
    for name in BY_VALIDATION:
        assert "validation loss" in schedule_curve(spec_of(name), 10).note
    assert schedule_curve(spec_of("linear"), 10).note == ""
