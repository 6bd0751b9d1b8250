"""A failure is told in words, and what would mend it is data: changes that fit the specification it came from."""

import errno
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.families.frames import read_snapshot
from engine.jobs.failure import died, explain
from engine.jobs.fixes import apply_fix, fixes
from engine.runs import Fix, Outcome, OutcomeKind, StoreError
from engine.spec import DataSpec, Roles, RunSpec, SpecError, with_settings
from engine.training.failures import Fault, FaultKind, RunFailed

ROLES = Roles(target=("y",), continuous=("a", "b"), categorical=("c",))
SPEC = RunSpec(data=DataSpec(dataset="abc", roles=ROLES))


def first(outcome: Outcome, spec: RunSpec = SPEC) -> RunSpec:
    return apply_fix(spec, outcome.fixes[0])


@pytest.mark.parametrize(
    ("error", "where"),
    [
        (MemoryError(), "The machine"),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate"), "The machine"),
        (RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB"), "The GPU"),
        (RuntimeError("MPS backend out of memory (MPS allocated: 9 GB)"), "The GPU"),
    ],
)
def test_that_too_little_memory_offers_half_the_batch_and_twice_the_accumulation(error: Exception, where: str) -> None:
    outcome = explain(error, "Traceback …", SPEC)
    assert outcome.cause == f"{where} ran out of memory."
    assert outcome.fixes[0].changes == {"trainer.batch_size": 128, "trainer.accumulate_grad_batches": 2}
    assert ("CPU" in " ".join(fix.label for fix in outcome.fixes)) == (where == "The GPU")
    assert first(outcome).trainer.batch_size == 128
    assert outcome.fixes[-1].changes == {"model.params.layers": "64-32"}


def test_that_a_diverged_run_offers_a_lower_rate_and_names_the_last_good_checkpoint(tmp_path: Path) -> None:
    folder = tmp_path / "checkpoints"
    folder.mkdir()
    for name, step in (("best", 40), ("epoch=002", 80), ("last", 99)):
        (folder / f"{name}.json").write_text(json.dumps({"step": step, "epoch": 1}))
        (folder / f"{name}.safetensors").touch()
    (folder / "broken.json").write_text("{")
    error = RunFailed("The loss became NaN at step 100.", "Lower it.", Fault(FaultKind.DIVERGED, step=100))
    outcome = explain(error, "", SPEC, tmp_path)
    assert "“epoch=002”, of step 80" in outcome.advice  # the weights of step 99 are what gave the NaN
    assert outcome.fixes[0].changes == {"trainer.optimizer.learning_rate": 0.0001}
    assert first(outcome).trainer.optimizer.learning_rate == 0.0001
    begun = apply_fix(SPEC, outcome.fixes[-1])
    assert begun.origin is not None and (begun.origin.run, begun.origin.checkpoint) == (tmp_path.name, "epoch=002")


def test_that_a_bad_column_value_offers_another_role_or_to_leave_it_out() -> None:
    outcome = explain(RunFailed("text", "", Fault(FaultKind.TEXT, ("b",), "continuous")), "", SPEC)
    as_category, without = (apply_fix(SPEC, fix).data.roles for fix in outcome.fixes)
    assert as_category.continuous == ("a",) and as_category.categorical == ("c", "b")
    assert without.features == ("a", "c")


def test_that_gaps_offer_a_policy_that_the_role_has() -> None:
    refusing = with_settings(SPEC, {"tabular.preprocess.missing_continuous": "refuse"})
    found = fixes(refusing, Fault(FaultKind.GAPS, ("a",), "continuous"))
    assert [fix.changes["tabular.preprocess.missing_continuous"] for fix in found] == ["median", "drop"]


def test_that_a_full_disk_is_told_whoever_noticed_it() -> None:
    keeping = with_settings(SPEC, {"trainer.checkpoints.top_k": "5"})
    for error in (OSError(errno.ENOSPC, "No space left on device"), StoreError("workspace.db: the disk is full. Free")):
        outcome = explain(error, "", keeping)
        assert "disk is full" in outcome.cause
        assert first(outcome, keeping).trainer.checkpoints.top_k == 1
        assert explain(error, "", SPEC).fixes == ()


def test_that_a_dataset_that_is_gone_is_told_in_words(workspace: Path) -> None:
    with pytest.raises(RunFailed) as raised:
        read_snapshot(workspace, with_settings(SPEC, {"data.dataset": "0" * 16}), ["a"])
    outcome = explain(raised.value, "Traceback …", SPEC)
    assert outcome.kind is OutcomeKind.FAILED
    assert "no longer in the workspace" in outcome.cause and "Import the file again" in outcome.advice


def test_that_a_killed_worker_may_have_needed_too_much_memory() -> None:
    assert "SIGKILL" in died(-9, SPEC).cause and first(died(-9, SPEC)).trainer.batch_size == 128
    assert died(-11, SPEC).fixes == () and died(-9).fixes == ()


def test_that_an_error_without_a_name_offers_nothing() -> None:
    assert explain(ValueError("what"), "ValueError: what", SPEC).fixes == ()
    assert explain(RunFailed("no dataset"), "", SPEC).fixes == ()


SETTINGS: dict[str, st.SearchStrategy[Any]] = {
    "trainer.batch_size": st.integers(1, 1000),
    "trainer.accumulate_grad_batches": st.integers(1, 10_000),
    "trainer.precision": st.sampled_from(['"32-true"', '"bf16-mixed"', '"16-mixed"', '"64-true"']),
    "trainer.device": st.sampled_from(["auto", "cpu", "cuda:1"]),
    "trainer.optimizer.learning_rate": st.floats(1e-12, 10),
    "trainer.gradient_clip": st.sampled_from([0.0, 1.0, 3.0]),
    "trainer.checkpoints.top_k": st.integers(0, 100),
    "model.name": st.sampled_from(["category_embedding", "ft_transformer", "mdn", "unheard_of"]),
}


@settings(max_examples=60, deadline=None)
@given(
    given_settings=st.fixed_dictionaries({}, optional=SETTINGS),
    kind=st.sampled_from(list(FaultKind)),
    columns=st.lists(st.sampled_from(["a", "b", "c", "y"]), max_size=3, unique=True),
    role=st.sampled_from(["target", "continuous", "categorical"]),
)
def test_that_every_fix_fits_and_changes_something(
    given_settings: dict[str, Any], kind: FaultKind, columns: list[str], role: str
) -> None:
    spec = with_settings(SPEC, {key: str(value) for key, value in given_settings.items()})
    for fix in fixes(spec, Fault(kind, tuple(columns), role)):
        assert fix.label and apply_fix(spec, fix) != spec


def test_that_a_fix_for_another_specification_is_refused_in_words() -> None:
    for key, value in (("trainer.nothing", 1), ("trainer.batch_size.x", 1), ("trainer.batch_size", -1)):
        with pytest.raises(SpecError):
            apply_fix(SPEC, Fix(label="?", changes={key: value}))
