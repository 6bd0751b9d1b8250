"""A recurrent network that reads a text and writes another, looking back at what it read (Bahdanau et al. 2015).
Must not know how texts were cut into tokens."""

import torch
from torch import nn

from engine.families.text.classic.reading_rows import lengths_of, read_rows

Memory = tuple[torch.Tensor, torch.Tensor, torch.Tensor]
"""What was read [n, source, 2·hidden], the same ready to be compared [n, source, hidden], and its mask [n, source]."""


class AttentionSeq2Seq(nn.Module):
    """A GRU that reads from both ends, additive attention, and a GRU that writes. Both sides share their embedding."""

    def __init__(
        self,
        vocabulary: int,
        begin: int,
        embedding_dim: int = 128,
        hidden_size: int = 256,
        layers: int = 1,
        dropout: float = 0.2,
    ) -> None:
        """`begin` is the token that writing begins with."""
        super().__init__()
        self.opening = (begin,)
        between = dropout if layers > 1 else 0.0
        self.embedding = nn.Embedding(vocabulary, embedding_dim)
        self.reader = nn.GRU(embedding_dim, hidden_size, layers, batch_first=True, dropout=between, bidirectional=True)
        self.bridge = nn.Linear(2 * hidden_size, layers * hidden_size)
        self.remembered = nn.Linear(2 * hidden_size, hidden_size, bias=False)
        self.asked = nn.Linear(hidden_size, hidden_size)
        self.weighed = nn.Linear(hidden_size, 1, bias=False)
        self.writer = nn.GRU(embedding_dim + 2 * hidden_size, hidden_size, layers, batch_first=True, dropout=between)
        self.narrow = nn.Linear(embedding_dim + 3 * hidden_size, embedding_dim)
        self.head = nn.Linear(embedding_dim, vocabulary)
        self.dropout = nn.Dropout(dropout)
        self._layers = layers
        nn.init.normal_(self.embedding.weight, std=0.1)

    def forward(self, batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        """Return under “logits” the scores [n, target, vocabulary] of the token after each of decoder_ids [n, target]."""
        memory, state = self.read(batch["input_ids"], batch["mask"])
        vectors = self.dropout(self.embedding(batch["decoder_ids"]))
        written = []
        for place in range(vectors.shape[1]):
            found, state = self._step(vectors[:, place], memory, state)
            written.append(found)
        return {"logits": self.head(self.dropout(torch.stack(written, dim=1)))}

    def read(self, ids: torch.Tensor, mask: torch.Tensor) -> tuple[Memory, torch.Tensor]:
        """Return what is remembered of ids [n, source], and the writer's first state [layers, n, hidden]."""
        vectors = self.dropout(self.embedding(ids))
        read, ends = read_rows(self.reader, vectors, lengths_of(mask))
        state = torch.stack(torch.tanh(self.bridge(ends)).chunk(self._layers, dim=1))
        return (read, self.remembered(read), mask), state

    def write(self, ids: torch.Tensor, memory: Memory, state: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the scores [n, vocabulary] of the token after ids [n], and the state behind it."""
        found, behind = self._step(self.embedding(ids), memory, state)
        logits: torch.Tensor = self.head(found)
        return logits, behind

    def _step(self, vectors: torch.Tensor, memory: Memory, state: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the vector [n, embedding] from which a token is told, and the state behind it."""
        read, compared, mask = memory
        scores = self.weighed(torch.tanh(compared + self.asked(state[-1])[:, None])).squeeze(2)
        weights = scores.masked_fill(~mask, torch.finfo(scores.dtype).min).softmax(dim=1)
        context = (weights[:, None] @ read).squeeze(1)
        out, behind = self.writer(torch.cat([vectors, context], dim=1)[:, None], state)
        return torch.tanh(self.narrow(torch.cat([vectors, context, out[:, 0]], dim=1))), behind
