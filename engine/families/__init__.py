"""The families of models: from a RunSpec to a trained, evaluated, usable model. Imports a library only when used."""

from importlib import import_module

from engine.runs import Outcome
from engine.training.recorder import Recorder

FAMILIES = ("tabular", "forecasting", "text")


def run(recorder: Recorder) -> Outcome:
    """Train, evaluate and save the recorder's run with the family that its specification names. Called in a worker."""
    if recorder.spec.family == "forecasting":
        from engine.families import forecasting

        return forecasting.run(recorder)
    if recorder.spec.family == "text":
        from engine.families import text

        return text.run(recorder)
    from engine.families import tabular

    return tabular.run(recorder)


def warm_up(family: str = "") -> None:
    """Import everything heavy that a run of a family needs, or without its name of any (several seconds), so that it
    starts at once later.
    """
    for name in [family] if family else FAMILIES:
        import_module(f"engine.families.{name}").warm_up()
