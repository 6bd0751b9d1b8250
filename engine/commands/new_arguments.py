"""The arguments of `new`: what every family takes, and what series and text take beside it. Imports nothing heavy."""

import argparse
from collections.abc import Callable
from pathlib import Path

TABLE_TASKS = ("classification", "regression")
TEXT_TASKS = (
    "masked-lm",
    "causal-lm",
    "sequence-classification",
    "token-classification",
    "question-answering",
    "multiple-choice",
    "seq2seq",
    "word2vec",
    "rnn-lm",
    "text-classifier",
)
TOKENIZERS = ("wordpiece", "bpe", "byte-bpe", "unigram", "words", "characters")


def add_new(add: Callable[[str, str], argparse.ArgumentParser]) -> None:
    """Add the command to the others; `add` makes one from its name and help."""
    command = add("new", "print a specification to train")
    command.add_argument("family", choices=["tabular", "forecasting", "text"])
    command.add_argument("--data", required=True, metavar="FILE", help="a file, a dataset's name or id, or a sample")
    command.add_argument("--target", action="append", metavar="COL", help="what to predict (repeatable)")
    command.add_argument("--model", metavar="NAME", help="see `tensorbench models`")
    command.add_argument("--preset", choices=["small", "default", "large"], help="the model's size")
    command.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="such as trainer.epochs=5")
    command.add_argument(
        "--task",
        choices=[*TABLE_TASKS, *TEXT_TASKS],
        metavar="TASK",
        help=f"of a table: {', '.join(TABLE_TASKS)}; of text: {', '.join(TEXT_TASKS)}",
    )
    _add_series(command)
    _add_text(command)
    command.add_argument("-o", "--output", type=Path, metavar="SPEC", help="write to this .toml or .json file instead")


def _add_series(command: argparse.ArgumentParser) -> None:
    series = command.add_argument_group("forecasting")
    series.add_argument("--time", metavar="COL", help="the dates or whole numbers that order each series")
    series.add_argument("--group", action="append", metavar="COL", help="tells the series apart (repeatable)")
    series.add_argument("--horizon", type=int, metavar="N", help="how many steps are forecast")
    series.add_argument("--encoder", type=int, metavar="N", help="how many steps it looks back on")
    series.add_argument("--frequency", metavar="F", help="h, 15min, D, W, MS … or a whole number; detected without it")
    series.add_argument("--known", action="append", metavar="COL", help="an input that is known ahead (repeatable)")
    series.add_argument("--static", action="append", metavar="COL", help="an input that does not change (repeatable)")
    series.add_argument(
        "--holidays", metavar="CODE", help="tell the model of a country's holidays, such as DE or DE-BY"
    )


def _add_text(command: argparse.ArgumentParser) -> None:
    text = command.add_argument_group("text")
    text.add_argument(
        "--text", metavar="COL", help="what is learned from or read; without it the column of longest texts"
    )
    text.add_argument("--pair", metavar="COL", help="a second text beside it")
    text.add_argument("--tokens", metavar="COL", help="lists of tokens, for token-classification")
    text.add_argument("--tags", metavar="COL", help="the tag of each token")
    text.add_argument("--context", metavar="COL", help="the text with the answers, or before the choices")
    text.add_argument("--question", metavar="COL", help="what is asked")
    text.add_argument("--answers", metavar="COL", help="the answers, as they stand in the context")
    text.add_argument("--choices", action="append", metavar="COL", help="one of the choices (repeatable)")
    text.add_argument("--answer", metavar="COL", help="which choice is right")
    text.add_argument("--checkpoint", metavar="DIR", help="the folder of a trained model to begin with")
    text.add_argument(
        "--allow-network", action="store_true", help="fetch the checkpoint, a name on the hub, into the workspace"
    )
    text.add_argument(
        "--tokenizer", choices=TOKENIZERS, metavar="KIND", help=f"how words become tokens: {', '.join(TOKENIZERS)}"
    )
    text.add_argument("--vocabulary", type=int, metavar="N", help="the most tokens that the tokenizer may know")
    text.add_argument("--max-length", type=int, metavar="N", help="the most tokens of one sample")
