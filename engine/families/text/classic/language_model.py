"""A recurrent language model: guesses each next word from all before it (Zaremba et al. 2014; tied weights by Press and
Wolf 2017). Must not know how the text was cut into words."""

import torch
from torch import nn

State = tuple[torch.Tensor, ...]


class RnnLanguageModel(nn.Module):
    """Embedding, LSTM or GRU, and a linear layer over the vocabulary, which may share the embedding's weights."""

    def __init__(
        self,
        vocabulary: int,
        cell: str = "lstm",
        embedding_dim: int = 200,
        hidden_size: int = 200,
        layers: int = 2,
        dropout: float = 0.5,
        tied: bool = True,
    ) -> None:
        """Raises ValueError where tied weights would need another width."""
        super().__init__()
        if tied and embedding_dim != hidden_size:
            raise ValueError(f"tied weights need embedding_dim {embedding_dim} to equal hidden_size {hidden_size}")
        self.embedding = nn.Embedding(vocabulary, embedding_dim)
        between = dropout if layers > 1 else 0.0
        kind = {"lstm": nn.LSTM, "gru": nn.GRU}[cell]
        self.reader = kind(embedding_dim, hidden_size, layers, batch_first=True, dropout=between)
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(hidden_size, vocabulary)
        nn.init.uniform_(self.embedding.weight, -0.1, 0.1)
        nn.init.zeros_(self.head.bias)
        nn.init.uniform_(self.head.weight, -0.1, 0.1)
        if tied:
            self.head.weight = self.embedding.weight

    def forward(self, ids: torch.Tensor, state: State | None = None) -> tuple[torch.Tensor, State]:
        """Return logits [n, length, vocabulary] for the word after each of ids [n, length], and the state behind them."""
        vectors = self.dropout(self.embedding(ids))
        if state is None:
            given = None
        else:
            given = state if isinstance(self.reader, nn.LSTM) else state[0]
        read, behind = self.reader(vectors, given)
        logits: torch.Tensor = self.head(self.dropout(read))
        return logits, behind if isinstance(behind, tuple) else (behind,)
