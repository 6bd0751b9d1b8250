"""Text classifiers that were usual before transformers: word averages, a convolution over words, recurrent networks.
Must not know where the numbers of the words come from."""

from collections.abc import Sequence

import torch
from torch import nn
from torch.nn import functional

from engine.families.text.classic.reading_rows import is_behind, lengths_of, read_rows


class WordEmbedding(nn.Module):
    """Vectors of words, zero where `mask` [n, length] is false; in training whole words are dropped (Iyyer et al. 2015).

    They begin evenly spread between −reach and reach.
    """

    def __init__(self, vocabulary: int, size: int, word_dropout: float, reach: float = 0.05) -> None:
        super().__init__()
        self.table = nn.Embedding(vocabulary, size)
        nn.init.uniform_(self.table.weight, -reach, reach)
        self._word_dropout = word_dropout

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return vectors [n, length, size] of ids [n, length], and the mask of the words that are left [n, length]."""
        if self.training and self._word_dropout:
            mask = mask & (torch.rand(mask.shape, device=mask.device) >= self._word_dropout)
        return self.table(ids) * mask.unsqueeze(-1), mask


class WordAverage(nn.Module):
    """The mean of a text's word vectors, and one linear layer (Joulin et al. 2017 without its n-grams)."""

    def __init__(
        self, vocabulary: int, outputs: int, embedding_dim: int = 100, dropout: float = 0.5, word_dropout: float = 0.1
    ) -> None:
        super().__init__()
        self.embedding = WordEmbedding(vocabulary, embedding_dim, word_dropout)
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(embedding_dim, outputs)

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Return the outputs [n, outputs] of ids [n, length]."""
        vectors, left = self.embedding(ids, mask)
        mean = vectors.sum(dim=1) / left.sum(dim=1, keepdim=True).clamp(min=1)
        logits: torch.Tensor = self.head(self.dropout(mean))
        return logits


class TextCnn(nn.Module):
    """Filters over neighbouring words, each one's largest answer in the text (Kim 2014)."""

    def __init__(
        self,
        vocabulary: int,
        outputs: int,
        embedding_dim: int = 100,
        filters: int = 100,
        widths: Sequence[int] = (3, 4, 5),
        dropout: float = 0.5,
        word_dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.embedding = WordEmbedding(vocabulary, embedding_dim, word_dropout, reach=0.25)  # Kim's, § 3.1
        self.filters = nn.ModuleList(nn.Conv1d(embedding_dim, filters, width) for width in widths)
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(filters * len(widths), outputs)
        self._widest = max(widths)

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Return the outputs [n, outputs] of ids [n, length]."""
        vectors = self.embedding(ids, mask)[0].transpose(1, 2)
        if missing := max(0, self._widest - vectors.shape[2]):
            vectors = functional.pad(vectors, (0, missing))
        found = [functional.relu(one(vectors)).amax(dim=2) for one in self.filters]
        logits: torch.Tensor = self.head(self.dropout(torch.cat(found, dim=1)))
        return logits


class TextRnn(nn.Module):
    """The largest value of each unit of an LSTM or a GRU that has read the text, from both ends if wanted."""

    def __init__(
        self,
        vocabulary: int,
        outputs: int,
        cell: str = "lstm",
        embedding_dim: int = 100,
        hidden_size: int = 128,
        layers: int = 1,
        bidirectional: bool = True,
        dropout: float = 0.5,
        word_dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.embedding = WordEmbedding(vocabulary, embedding_dim, word_dropout)
        kind = {"lstm": nn.LSTM, "gru": nn.GRU}[cell]
        between = dropout if layers > 1 else 0.0
        self.reader = kind(
            embedding_dim, hidden_size, layers, batch_first=True, dropout=between, bidirectional=bidirectional
        )
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(hidden_size * (2 if bidirectional else 1), outputs)

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Return the outputs [n, outputs] of ids [n, length]."""
        vectors, _ = self.embedding(ids, mask)
        lengths = lengths_of(mask)
        read, _ = read_rows(self.reader, self.dropout(vectors), lengths)
        behind = is_behind(lengths, ids.shape[1])
        largest = read.masked_fill(behind.unsqueeze(-1), torch.finfo(read.dtype).min).amax(dim=1)
        logits: torch.Tensor = self.head(self.dropout(largest))
        return logits
