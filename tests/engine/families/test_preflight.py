import numpy as np
import pytest

from engine.families.tabular import network
from engine.families.tabular.encoding import Encoder
from engine.families.tabular.preflight import preflight
from engine.families.tabular.splitting import split
from engine.spec import (
    BalanceSpec,
    CheckpointSpec,
    EarlyStoppingSpec,
    GroupSplit,
    KFoldSplit,
    ModelSpec,
    Roles,
    ScheduleSpec,
    TabularSpec,
    TrainerSpec,
)


def trainer(**parts):
    return TrainerSpec(**{"epochs": 3, "batch_size": 32, "device": "cpu", **parts})


def fields(report, severity):
    return [one.field for one in report.warnings if one.severity == severity]


@pytest.fixture
def look(workspace, small_frame, snapshot, make_spec):
    snapshot(small_frame)

    def at(*args, **parts):
        return preflight(workspace, make_spec(*args, **parts))

    return at


def test_that_a_sound_specification_gives_figures_and_no_finding(look, small_frame, make_spec):
    report = look()
    spec = make_spec()
    fold = split(small_frame, spec)[0]
    built = network.build(spec, Encoder.fit(small_frame, fold.train, spec))
    assert report.warnings == ()
    assert report.ready
    assert report.rows == {"train": 168, "valid": 36, "test": 36}
    assert report.steps_per_epoch == 6  # 168 rows in batches of 32
    assert report.optimizer_steps == 18
    assert report.parameters == network.parameter_count(built)
    assert report.memory_bytes > 16 * report.parameters


@pytest.mark.parametrize("model", ["gandalf", "node", "tabnet", "ft_transformer"])
def test_that_models_of_every_kind_are_sized(look, model):
    report = look(model=ModelSpec(name=model))
    assert report.ready
    assert report.parameters > 100
    assert report.memory_bytes > 16 * report.parameters


def test_that_accumulation_and_folds_are_counted(look):
    report = look(trainer=trainer(accumulate_grad_batches=4), split=KFoldSplit(folds=4))
    assert report.trainings == 4
    assert report.rows == {"train": 180, "valid": 60, "test": 0}
    assert report.steps_per_epoch == 6
    assert report.optimizer_steps == 6  # two an epoch


def test_that_a_monitor_that_is_never_recorded_is_an_error(look):
    report = look("regression", trainer=trainer(early_stopping=EarlyStoppingSpec(monitor="valid/accuracy", mode="max")))
    assert fields(report, "error") == ["trainer.early_stopping.monitor"]
    assert "valid/rmse" in report.warnings[0].fix
    stopped = trainer(early_stopping=EarlyStoppingSpec(enabled=False, monitor="valid/accuracy"))
    assert look("regression", trainer=stopped).ready


def test_that_a_monitor_watched_the_wrong_way_round_is_noticed(look):
    report = look(trainer=trainer(checkpoints=CheckpointSpec(monitor="valid/accuracy", mode="min")))
    assert fields(report, "warning") == ["trainer.checkpoints.mode"]


def test_that_settings_that_leave_nothing_to_resume_are_noticed(look):
    report = look(trainer=trainer(checkpoints=CheckpointSpec(keep_last=False, top_k=0)))
    assert fields(report, "warning") == ["trainer.checkpoints.keep_last"]
    report = look(trainer=trainer(checkpoints=CheckpointSpec(every_epochs=10)))
    assert fields(report, "warning") == ["trainer.checkpoints.every_epochs"]


@pytest.mark.parametrize("name", ["{epoch}-{loss}", "{epoch"])
def test_that_a_file_name_that_cannot_be_made_is_an_error(look, name):
    assert fields(look(trainer=trainer(checkpoints=CheckpointSpec(filename=name))), "error") == [
        "trainer.checkpoints.filename"
    ]
    assert look(trainer=trainer(checkpoints=CheckpointSpec(filename="{epoch:03d}-{valid-loss:.3f}"))).ready


def test_that_batches_that_do_not_fit_are_noticed(look):
    large = look(trainer=trainer(batch_size=500))
    assert fields(large, "warning") == ["trainer.batch_size"]
    assert large.steps_per_epoch == 1
    left = look(trainer=trainer(batch_size=167))
    assert fields(left, "info") == ["trainer.batch_size"]
    assert "leave one row over" in left.warnings[0].text
    assert fields(look(trainer=trainer(batch_size=1)), "error") == ["trainer.batch_size"]


def test_that_a_warm_up_of_the_whole_run_is_noticed(look):
    report = look(trainer=trainer(schedule=ScheduleSpec(name="linear", warmup=18)))
    assert fields(report, "warning") == ["trainer.schedule.warmup"]
    assert look(trainer=trainer(schedule=ScheduleSpec(name="linear", warmup=17))).warnings == ()
    idle = look(trainer=trainer(schedule=ScheduleSpec(name="constant", warmup=5)))
    assert fields(idle, "info") == ["trainer.schedule.warmup"]


def test_that_a_device_that_is_absent_is_an_error(look):
    assert fields(look(trainer=trainer(device="cuda:99")), "error") == ["trainer.device"]
    assert fields(look(trainer=trainer(precision="16-mixed")), "error") == ["trainer.precision"]


def test_that_roles_and_models_that_do_not_work_are_errors(look, workspace, make_spec):
    spec = make_spec()
    nothing = spec.model_copy(update={"data": spec.data.model_copy(update={"roles": Roles()})})
    report = preflight(workspace, nothing)
    assert fields(report, "error") == ["data.roles.target", "data.roles"]
    assert report.parameters is None
    assert "error" in {one.severity for one in look(model=ModelSpec(name="mdn")).warnings}
    assert fields(look(model=ModelSpec(params={"layerz": "8"})), "error") == ["model.params.layerz"]


def test_that_a_column_or_dataset_that_is_gone_is_a_finding(look, workspace, make_spec):
    spec = make_spec(target=("prices",), task="regression")
    report = preflight(workspace, spec)
    assert fields(report, "error") == ["data.roles.target"]
    assert "“price” is close" in report.warnings[0].text
    elsewhere = spec.model_copy(update={"data": spec.data.model_copy(update={"dataset": "e" * 16})})
    assert fields(preflight(workspace, elsewhere), "error") == ["data.dataset"]


def test_that_a_split_that_cannot_be_made_is_a_finding_once(look):
    assert fields(look(split=GroupSplit(column="kind")), "error") == ["split"]
    tight = look(split={"kind": "random", "valid": 0.6, "test": 0.6})
    assert fields(tight, "error") == ["split.test"]
    assert tight.rows == {}


def test_that_balancing_twice_is_noticed(look):
    both = BalanceSpec(class_weights="balanced", balanced_sampling=True)
    assert fields(look(tabular=TabularSpec(balance=both)), "warning") == ["tabular.balance"]


def test_that_learning_from_the_column_that_splits_is_noticed(look, small_frame):
    found = [one for one in look(split=GroupSplit(column="colour")).warnings if one.field == "data.roles"]
    assert "“colour” names the groups" in found[0].text


def test_that_memory_beyond_the_machine_is_noticed(look, monkeypatch):
    import psutil

    monkeypatch.setattr(psutil, "virtual_memory", lambda: type("Memory", (), {"available": 10_000_000})())
    report = look()
    assert fields(report, "warning") == ["trainer.batch_size"]
    assert "GB" in report.warnings[0].text


def test_that_a_report_travels_as_json(look):
    report = look(trainer=trainer(batch_size=167))
    assert type(report).model_validate_json(report.model_dump_json()) == report
    assert np.isfinite(report.memory_bytes)
