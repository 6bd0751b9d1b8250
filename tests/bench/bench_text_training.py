"""Measures steps of text runs against transformers' Trainer with its defaults: the same model, texts, batch size, seed and
number of threads, each in processes of its own, ours as a worker is started; causal models read packed blocks with both.
Processor seconds from the second step of an epoch to its last, so that what else the machine does counts little; the best of
three rounds of two epochs each, in turns. Neither is judged afterwards. On one and the same batch both must give
the same loss."""

import argparse
import contextlib
import json
import sys
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any

from figures import Row, child, row, show

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from engine.jobs.processes import KEEPING  # noqa: E402

BATCH, STEPS, WORDS, ROUNDS = 32, 40, 2_000, 3
ALIKE = 1e-5  # of a loss, in its last digits
CASES = {
    "masked-lm=equal": 1.0,
    "masked-lm=ragged": 1.3,
    "sequence-classification=equal": 1.0,
    "sequence-classification=ragged": 1.3,
    "causal-lm=equal": 1.0,
}
SIZES: dict[str, dict[str, Any]] = {
    "bert": {"hidden_size": 128, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 512},
    "gpt2": {"n_embd": 128, "n_layer": 2, "n_head": 2, "n_positions": 64},
}


def main() -> None:
    """Print a row for each figure, as text or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--only", choices=CASES)
    parser.add_argument("--child", metavar="CASE")
    options = parser.parse_args()
    if options.child:
        case, who, steps = options.child.split("@")
        measure(case, who, int(steps))
        return
    chosen = {options.only: CASES[options.only]} if options.only else CASES
    show([line(case, goal, options.steps) for case, goal in chosen.items()], options.json)


def line(case: str, goal: float, steps: int) -> Row:
    """Measure a case in a process of its own."""
    ours, theirs = [], []
    for _ in range(ROUNDS):
        ours.append(seconds(case, "ours", steps, **KEEPING))
        theirs.append(seconds(case, "theirs", steps))
    apart = seconds(case, "apart", steps)
    ratio = min(theirs) / min(ours)
    is_alike = apart <= ALIKE
    told = f"{ratio:.2f}× ({min(ours):.1f} s against {min(theirs):.1f} s)"
    told += "" if is_alike else f", losses {apart:.1g} apart"
    return row(f"{case.replace('=', ', ')} texts against Trainer", told, f"≥ {goal}×", ratio >= goal and is_alike)


def seconds(case: str, who: str, steps: int, **environment: str) -> float:
    """Return what a process of its own measures."""
    quiet = {"HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}
    return child(__file__, f"{case}@{who}@{steps}", timeout=900, **quiet, **environment)["found"]


def texts(is_ragged: bool, steps: int) -> list[str]:
    """Return texts of 62 words, or of 5 to 126 words with few long ones."""
    import numpy as np

    draw = np.random.default_rng(0)
    count = BATCH * steps
    lengths = draw.lognormal(3.2, 0.7, count).clip(5, 126).astype(int) if is_ragged else [62] * count
    return [" ".join(f"w{word}" for word in draw.integers(0, WORDS, length)) for length in lengths]


def measure(case: str, who: str, steps: int) -> None:
    """Train two epochs with either and print the processor seconds of the better one, or how far apart losses are."""
    import torch

    task, kind = case.split("=")
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run = prepare(folder, task, texts(kind == "ragged", steps))
        if who == "apart":
            found = losses_apart(folder, run)
        else:
            train = our_seconds if who == "ours" else their_seconds
            found = min(train(folder, run, steps) for _ in range(2))
    print(json.dumps({"found": found}))


class OverError(BaseException):
    """Leaves our loop after its last step, so that nothing is validated or judged."""


def prepare(folder: Path, task: str, lines: list[str]) -> Any:
    """Import the texts, a tenth more to validate, and return the specification."""
    import csv

    from engine import datasets
    from engine.catalog import new_text
    from engine.spec import DataSpec, parse

    with (folder / "texts.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "label", "part"])
        for place, text in enumerate([*lines, *lines[:64]]):
            writer.writerow([text, "even" if len(text) % 2 else "odd", "train" if place < len(lines) else "valid"])
    dataset = datasets.import_file(folder, folder / "texts.csv")
    columns = {"text": "text", "labels": ("label",)} if task == "sequence-classification" else {"text": "text"}
    name = "gpt2" if task == "causal-lm" else "bert"
    spec = new_text(DataSpec(dataset=dataset.id, name=dataset.name), task, name, {}, {}, columns)  # type: ignore[arg-type]
    content = spec.model_dump(mode="json")
    content["split"] = {"kind": "column", "column": "part"}
    content["model"]["params"] = SIZES[name]
    content["text"]["tokenizer"] |= {"kind": "words"}
    content["text"]["max_length"] = 64 if task == "causal-lm" else 128
    content["trainer"] |= {"epochs": 1, "batch_size": BATCH, "device": "cpu", "threads": 1}
    return parse(content)


def our_seconds(folder: Path, spec: Any, steps: int) -> float:
    """Run it as the window does; seconds between the first step and the last."""
    from engine import families
    from engine.runs import RunStore
    from engine.training.recorder import Recorder
    from engine.training.watch import Watch

    told: list[float] = []
    boundary = Watch.boundary

    def timed(watch: Watch, step: int) -> None:
        told.append(time.process_time())
        boundary(watch, step)
        if step >= watch.steps_per_epoch:
            raise OverError

    Watch.boundary = timed  # type: ignore[method-assign, assignment]
    try:
        with RunStore(folder) as store:
            run_id = store.create_run(spec).id
        with Recorder(folder, run_id) as recorder, contextlib.suppress(OverError):
            families.run(recorder)
    finally:
        Watch.boundary = boundary  # type: ignore[method-assign]
    return (told[-1] - told[0]) / (len(told) - 1) * (steps - 1)


def their_seconds(folder: Path, spec: Any, steps: int) -> float:
    """Train the same network with Trainer; seconds between the first step and the last."""
    import transformers
    from transformers import Trainer, TrainingArguments
    from transformers.utils import logging

    logging.set_verbosity_error()
    logging.disable_progress_bar()
    model, samples, collate = their_parts(folder, spec)
    told: list[float] = []

    class Clock(transformers.TrainerCallback):  # type: ignore[misc]
        def on_step_end(self, *_: Any, **__: Any) -> None:
            told.append(time.process_time())

    arguments = TrainingArguments(
        str(folder / "theirs"),
        per_device_train_batch_size=BATCH,
        num_train_epochs=1,
        use_cpu=True,
        report_to="none",
        save_strategy="no",
        disable_tqdm=True,
        seed=spec.trainer.seed,
    )
    Trainer(model, arguments, data_collator=collate, train_dataset=samples, callbacks=[Clock()]).train()
    return (told[-1] - told[0]) / (len(told) - 1) * (steps - 1)


def their_parts(folder: Path, spec: Any) -> tuple[Any, list[dict[str, Any]], Any]:
    """Return the network, the samples and the collator that a user of Trainer would take."""
    from transformers import DataCollatorForLanguageModeling, DataCollatorWithPadding

    from engine.families.text import networks
    from engine.families.text.corpus import read_corpus
    from engine.families.text.labelled import read_rows

    if spec.text.task == "sequence-classification":
        rows = read_rows(folder, spec)
        encoder = rows.encoder(rows.folds[0])
        lines, labels = rows.texts(rows.folds[0].train), rows.sequences(rows.folds[0].train, encoder).target
        collate: Any = DataCollatorWithPadding(encoder.tokenizer)
        more = [{"labels": int(one)} for one in labels.flatten()]  # type: ignore[union-attr]
    else:
        corpus = read_corpus(folder, spec)
        encoder = corpus.encoder(corpus.folds[0], [])
        lines = corpus.texts(corpus.folds[0].train)
        collate = DataCollatorForLanguageModeling(encoder.tokenizer, mlm=spec.text.task == "masked-lm")
        more = [{} for _ in lines]
    network: Any = networks.build(spec, encoder, networks.config_of(spec, encoder))
    if spec.text.task == "causal-lm":  # as run_clm packs it
        longest = spec.text.max_length
        ids = corpus.tokens(corpus.folds[0].train, encoder)[0].values.tolist()
        return network.model, [{"input_ids": ids[at : at + longest]} for at in range(0, len(ids), longest)], collate
    samples = [
        {"input_ids": encoder.tokenizer(text, truncation=True, max_length=128)["input_ids"], **extra}
        for text, extra in zip(lines, more, strict=True)
    ]
    return network.model, samples, collate


def losses_apart(folder: Path, spec: Any) -> float:
    """Return how far apart the losses are that both give to the first batch, by the same weights."""
    import torch
    from torch.nn import functional

    from engine.families.text.language_task import asked
    from engine.families.text.transformers_models import TransformersNetwork

    model, samples, collate = their_parts(folder, spec)
    batch = collate(samples[:BATCH])
    network = TransformersNetwork(model.eval())
    ours = {"input_ids": batch["input_ids"], "mask": batch["attention_mask"].bool(), "labels": batch["labels"]}
    with torch.no_grad():
        theirs = model(**batch).loss
        if spec.text.task == "sequence-classification":
            mine = functional.cross_entropy(network(ours)["logits"], batch["labels"])
        else:
            if spec.text.task == "causal-lm":  # each label is the token after its place
                after = batch["labels"].roll(-1, 1)
                after[:, -1] = -100
                ours["labels"] = after
            logits, labels, _ = asked(network, ours, None)
            mine = functional.cross_entropy(logits, labels)
    return abs(float(mine) - float(theirs))


if __name__ == "__main__":
    main()
