"""The families of models: from a RunSpec to a trained, evaluated, usable model. Imports a library only when used."""

from engine.runs import Outcome
from engine.training.recorder import Recorder


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


def warm_up() -> None:
    """Import everything heavy that a run of any family needs (several seconds), so that it starts at once later."""
    from engine.families import forecasting, tabular, text

    tabular.warm_up()
    forecasting.warm_up()
    text.warm_up()
