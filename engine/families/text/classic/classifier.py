"""TextClassifier: embeddings, then a mean, convolutions (Kim 2014) or a bidirectional LSTM or GRU, then one layer."""

from typing import Literal

import torch
from torch import nn
from torch.nn import functional
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from engine.families.text.classic.batches import PADDING, TextBatch

Kind = Literal["average", "cnn", "lstm", "gru"]
Target = Literal["one", "many", "number"]
WIDTHS = (3, 4, 5)


class TextClassifier(nn.Module):
    """Scores texts; (B, outputs) logits, or one number a text.

    `word_dropout` is the share of words that become `unknown` in training (Iyyer et al. 2015 leave them out).
    """

    def __init__(
        self,
        vocabulary: int,
        outputs: int,
        kind: Kind = "average",
        dim: int = 100,
        hidden: int = 100,
        dropout: float = 0.5,
        word_dropout: float = 0.0,
        target: Target = "one",
        unknown: int = 1,
    ) -> None:
        super().__init__()
        self.kind, self.target = kind, target
        self.word_dropout, self.unknown = word_dropout, unknown
        self.embedding = nn.Embedding(vocabulary, dim, padding_idx=PADDING)
        nn.init.normal_(self.embedding.weight, std=0.1)
        self.dropout = nn.Dropout(dropout)
        features = dim
        if kind == "cnn":
            self.convolutions = nn.ModuleList(nn.Conv1d(dim, hidden, width, padding=width - 1) for width in WIDTHS)
            features = hidden * len(WIDTHS)
        elif kind in {"lstm", "gru"}:
            recurrent = nn.LSTM if kind == "lstm" else nn.GRU
            self.recurrent = recurrent(dim, hidden, batch_first=True, bidirectional=True)
            features = 2 * hidden
        self.head = nn.Linear(features, outputs)

    def forward(self, ids: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
        """Return (B, outputs) for ids (B, L) of `lengths` (B,)."""
        inside = torch.arange(ids.shape[1], device=ids.device) < lengths.to(ids.device)[:, None]
        if self.training and self.word_dropout:
            dropped = (torch.rand(ids.shape, device=ids.device) < self.word_dropout) & inside
            ids = torch.where(dropped, self.unknown, ids)
        words = self.embedding(ids)
        if self.kind == "cnn":
            features = self._convolved(self.dropout(words) * inside[..., None], lengths.to(ids.device))
        elif self.kind == "average":
            features = _mean(words, inside)
        else:
            features = self._read(self.dropout(words), lengths, inside)
        scores: torch.Tensor = self.head(self.dropout(features))
        return scores

    def loss(self, batch: TextBatch) -> torch.Tensor:
        """Return the mean loss: cross-entropy, binary cross-entropy or squared error."""
        if batch.targets is None:
            raise ValueError("These texts have no targets.")
        scores = self(batch.ids, batch.lengths)
        if self.target == "one":
            return functional.cross_entropy(scores, batch.targets, ignore_index=-1)
        if self.target == "many":
            return functional.binary_cross_entropy_with_logits(scores, batch.targets)
        return functional.mse_loss(scores[:, 0], batch.targets)

    def _convolved(self, words: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
        """Return the strongest answer of each filter anywhere in its text; what lies in the padding alone is passed over."""
        found = []
        for one in self.convolutions:
            answers = functional.relu(one(words.transpose(1, 2)))
            width = answers.shape[2] - words.shape[1]
            inside = torch.arange(answers.shape[2], device=words.device) < (lengths + width)[:, None]
            found.append((answers * inside[:, None]).amax(2))
        return torch.cat(found, 1)

    def _read(self, words: torch.Tensor, lengths: torch.Tensor, inside: torch.Tensor) -> torch.Tensor:
        packed = pack_padded_sequence(words, lengths.cpu(), batch_first=True, enforce_sorted=False)
        states, _ = pad_packed_sequence(self.recurrent(packed)[0], batch_first=True, total_length=words.shape[1])
        return states.masked_fill(~inside[..., None], -torch.inf).amax(1)


def _mean(words: torch.Tensor, inside: torch.Tensor) -> torch.Tensor:
    return (words * inside[..., None]).sum(1) / inside.sum(1, keepdim=True)
