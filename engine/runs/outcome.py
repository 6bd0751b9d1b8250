"""How a run ended: one small class that owns its words. What the user can do next is part of it."""

import signal
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, JsonValue

_RESUME = "Resume goes on from the last checkpoint"


class OutcomeKind(StrEnum):
    """The five ways a run can end."""

    FINISHED = "finished"
    STOPPED = "stopped"
    FAILED = "failed"
    CRASHED = "crashed"
    INTERRUPTED = "interrupted"


class Fix(BaseModel):
    """Something to change in a run's specification, so that it does not fail the same way again.

    `label` says it in words, for a button; `changes` maps dotted keys to their new values.
    """

    model_config = ConfigDict(frozen=True)

    label: str
    changes: dict[str, JsonValue]


class Outcome(BaseModel):
    """An ending in words: `title` is one short line, `cause` a sentence, `advice` what to do next."""

    model_config = ConfigDict(frozen=True)

    kind: OutcomeKind
    title: str
    cause: str = ""
    advice: str = ""
    traceback: str = ""
    fixes: tuple[Fix, ...] = ()

    @classmethod
    def finished(cls, detail: str = "") -> "Outcome":
        """Return the outcome of a run that did all it was asked to."""
        return cls(kind=OutcomeKind.FINISHED, title="Finished", cause=detail)

    @classmethod
    def stopped(cls, detail: str = "") -> "Outcome":
        """Return the outcome of a run that somebody stopped; `detail` says why there is no model, if there is none."""
        advice = "The best model so far was kept: it can be evaluated and used. Resume goes on from here."
        return cls(
            kind=OutcomeKind.STOPPED,
            title="Stopped",
            cause=detail or "The run was stopped on request.",
            advice=f"{_RESUME}." if detail else advice,
        )

    @classmethod
    def failed(cls, cause: str, advice: str = "", traceback: str = "", fixes: tuple[Fix, ...] = ()) -> "Outcome":
        """Return the outcome of a run that met an error it could name."""
        return cls(
            kind=OutcomeKind.FAILED, title="Failed", cause=cause, advice=advice, traceback=traceback, fixes=fixes
        )

    @classmethod
    def crashed(cls, exit_code: int | None) -> "Outcome":
        """Return the outcome of a worker that died without a word; a negative exit code is minus a signal number."""
        if exit_code is not None and exit_code < 0:
            try:
                how = f"was ended by signal {signal.Signals(-exit_code).name}"
            except ValueError:
                how = f"was ended by signal {-exit_code}"
        elif exit_code is not None:
            how = f"ended with exit code {exit_code}"
        else:
            how = "disappeared"
        advice = f"Everything recorded until then is kept. {_RESUME}."
        if exit_code == -signal.SIGKILL:
            advice += " If nobody killed it, the machine may have run out of memory: try a smaller batch or model."
        return cls(kind=OutcomeKind.CRASHED, title="Crashed", cause=f"The worker process {how}.", advice=advice)

    @classmethod
    def interrupted(cls) -> "Outcome":
        """Return the outcome of a run whose worker, started by another program, was found gone."""
        return cls(
            kind=OutcomeKind.INTERRUPTED,
            title="Interrupted",
            cause="The worker process was found gone; it may have been killed, or the machine switched off.",
            advice=f"Everything recorded until then is kept. {_RESUME}.",
        )

    @classmethod
    def not_started(cls) -> "Outcome":
        """Return the outcome of a run whose starter was gone, or failed, before a worker had taken it."""
        return cls(
            kind=OutcomeKind.INTERRUPTED,
            title="Interrupted",
            cause="The program that was to start this run ended, or failed to start a worker, before one had taken it.",
            advice=f"Nothing recorded before is lost. {_RESUME}, or begins where there is none.",
        )
