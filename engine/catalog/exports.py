"""In which formats a run's model can leave the house, by its specification alone: for forms, before torch is asked."""

from typing import Literal

from engine.spec import CLASSIC, RunSpec

Format = Literal["folder", "torchscript", "torch_export", "onnx"]
FORMATS: tuple[Format, ...] = ("folder", "torchscript", "torch_export", "onnx")
RECURRENT = frozenset({"lstm_lm", "gru_lm", "text_lstm", "text_gru", "seq2seq_attention"})
"""onnxruntime 1.31 computes LSTM and GRU in float32 alone; given float16, it brings the process down."""


def why_not(spec: RunSpec, kind: Format, half: bool = False) -> str:
    """Return why a model cannot be written in this format, or nothing."""
    name = spec.model.name
    if spec.family == "forecasting":
        return "A forecaster reads its windows through pytorch-forecasting and cannot be written on its own."
    own = spec.text is not None and (spec.text.task in CLASSIC or name == "seq2seq_attention")
    if kind == "folder" and spec.family != "text":
        return "A folder for transformers is for text models."
    if kind == "folder" and own:
        return "This is a network of our own, which transformers does not know."
    if half and kind == "onnx" and name in RECURRENT:
        return "onnxruntime computes recurrent layers in full precision alone."
    if half and kind == "onnx" and name == "bart":
        return "BART looks at its numbers while it computes in half precision, which ONNX cannot record."
    return ""
