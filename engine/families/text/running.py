"""A text run from beginning to end, by its task."""

from engine.families.folds import check
from engine.families.text.networks import text_of
from engine.runs import Outcome
from engine.spec import LABELLED
from engine.training.recorder import Recorder


def run_recorded(recorder: Recorder) -> Outcome:
    """Train, evaluate and save the recorder's run. Raises RunFailed for failures with a name."""
    recorder.progress(stage="preparing the data")
    check(recorder)
    task = text_of(recorder.spec).task
    if task in LABELLED and text_of(recorder.spec).labels != "many":
        from engine.families.text.classifying import run_classifier

        return run_classifier(recorder)
    if task in {"masked-lm", "causal-lm", "rnn-lm"}:
        from engine.families.text.language_modelling import run_language_model

        return run_language_model(recorder)
    if task == "word2vec":
        from engine.families.text.word_vectors import run_word_vectors

        return run_word_vectors(recorder)
    from engine.families.text.head_training import run_head

    return run_head(recorder)
