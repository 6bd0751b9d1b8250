"""AttentionSeq2Seq: a bidirectional GRU reads, a GRU writes and at each step looks at what was read (Bahdanau et al. 2015,
with the product of Luong et al. 2015 as score)."""

import torch
from torch import nn
from torch.nn import functional
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from engine.families.text.classic.batches import PADDING, PairBatch


class AttentionSeq2Seq(nn.Module):
    """Writes a target for a source; both share one vocabulary."""

    def __init__(self, vocabulary: int, dim: int = 128, hidden: int = 128, dropout: float = 0.2) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, dim, padding_idx=PADDING)
        self.reader = nn.GRU(dim, hidden, batch_first=True, bidirectional=True)
        self.bridge = nn.Linear(2 * hidden, hidden)
        self.writer = nn.GRU(dim, hidden, batch_first=True)
        self.score = nn.Linear(hidden, 2 * hidden, bias=False)
        self.joined = nn.Linear(3 * hidden, dim)
        self.head = nn.Linear(dim, vocabulary)
        self.dropout = nn.Dropout(dropout)

    def read(self, ids: torch.Tensor, lengths: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Return what was read (B, S, 2·hidden), where there is something (B, S), and the writer's first state."""
        words = self.dropout(self.embedding(ids))
        packed = pack_padded_sequence(words, lengths.cpu(), batch_first=True, enforce_sorted=False)
        states, last = self.reader(packed)
        memory, _ = pad_packed_sequence(states, batch_first=True, total_length=ids.shape[1])
        inside = torch.arange(ids.shape[1], device=ids.device) < lengths.to(ids.device)[:, None]
        return memory, inside, self.bridge(torch.cat([last[0], last[1]], 1)).tanh()[None]

    def write(
        self, ids: torch.Tensor, memory: torch.Tensor, inside: torch.Tensor, state: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Return logits (B, T, vocabulary) of the tokens after `ids` (B, T), the state, and attention (B, T, S)."""
        told, state = self.writer(self.dropout(self.embedding(ids)), state)
        scores = self.score(told) @ memory.transpose(1, 2)
        attention = scores.masked_fill(~inside[:, None], -torch.inf).softmax(2)
        seen = torch.cat([told, attention @ memory], 2)
        return self.head(self.dropout(self.joined(seen).tanh())), state, attention

    def loss(self, batch: PairBatch) -> torch.Tensor:
        """Return the mean cross-entropy a token of the targets, each predicted from the true ones before it."""
        logits, _, _ = self.write(batch.targets.ids[:, :-1], *self.read(batch.sources.ids, batch.sources.lengths))
        wanted = batch.targets.ids[:, 1:].clone()
        places = torch.arange(1, batch.targets.ids.shape[1], device=wanted.device)
        wanted[places >= batch.targets.lengths.to(wanted.device)[:, None]] = -100
        return functional.cross_entropy(logits.flatten(0, 1).float(), wanted.flatten(), ignore_index=-100)

    @torch.no_grad()
    def generate(
        self, ids: torch.Tensor, lengths: torch.Tensor, begin: int, end: int, max_length: int = 64
    ) -> list[list[int]]:
        """Return the likeliest token at each step until `end`, which is left out, for every source."""
        was_training = self.training
        self.eval()
        memory, inside, state = self.read(ids, lengths)
        last = torch.full((len(ids), 1), begin, device=ids.device)
        done = torch.zeros(len(ids), dtype=torch.bool, device=ids.device)
        written = []
        for _ in range(max_length):
            logits, state, _ = self.write(last, memory, inside, state)
            last = logits[:, -1:].argmax(2)
            done |= last[:, 0] == end
            if bool(done.all()):
                break
            written.append(last.masked_fill(done[:, None], end))
        self.train(was_training)
        found = torch.cat(written, 1).tolist() if written else [[] for _ in range(len(ids))]
        return [one[: one.index(end)] if end in one else one for one in found]
