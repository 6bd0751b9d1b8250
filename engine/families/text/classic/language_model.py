"""RecurrentLanguageModel with tied weights, and StreamLearner, which carries its state from batch to batch (truncated
back-propagation through time). Loaded from a stream: all texts one after the other, cut into as many columns as rows."""

from dataclasses import dataclass
from typing import Literal

import torch
from torch import nn
from torch.nn import functional

from engine.families.text.token_arrays import TokenArray
from engine.training.loader import BatchPlan, EpochLoader

Kind = Literal["lstm", "gru"]


class RecurrentLanguageModel(nn.Module):
    """Predicts the next token. With `tied` weights (Press & Wolf 2017) the output layer is the embedding."""

    def __init__(
        self,
        vocabulary: int,
        dim: int = 200,
        layers: int = 1,
        dropout: float = 0.5,
        kind: Kind = "lstm",
        tied: bool = True,
    ) -> None:
        super().__init__()
        self.layers, self.dim = layers, dim
        self.embedding = nn.Embedding(vocabulary, dim)
        recurrent = nn.LSTM if kind == "lstm" else nn.GRU
        self.recurrent = recurrent(dim, dim, layers, batch_first=True, dropout=dropout if layers > 1 else 0.0)
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(dim, vocabulary)
        nn.init.uniform_(self.embedding.weight, -0.1, 0.1)
        nn.init.zeros_(self.head.bias)
        if tied:
            self.head.weight = self.embedding.weight

    @property
    def parts(self) -> int:
        """How many tensors a state has: an LSTM's cell beside what it tells."""
        return 2 if isinstance(self.recurrent, nn.LSTM) else 1

    def forward(self, ids: torch.Tensor, state: torch.Tensor | None = None) -> tuple[torch.Tensor, torch.Tensor]:
        """Return logits (B, T, vocabulary) for ids (B, T), and the state (parts, layers, B, dim) after them."""
        if state is None:
            state = self.embedding.weight.new_zeros(self.parts, self.layers, len(ids), self.dim)
        words = self.dropout(self.embedding(ids))
        told, after = self.recurrent(words, (state[0], state[1]) if self.parts == 2 else state[0])
        kept = torch.stack(after) if self.parts == 2 else after[None]
        return self.head(self.dropout(told)), kept

    @torch.no_grad()
    def continuation(self, ids: list[int], count: int, temperature: float = 1.0) -> list[int]:
        """Return the tokens that follow these (one at least), drawn by the global generator; 0 takes the likeliest."""
        if not ids:
            raise ValueError("A continuation needs a token to begin with.")
        was_training = self.training
        self.eval()
        device = self.embedding.weight.device
        logits, state = self(torch.tensor([ids], device=device))
        found: list[int] = []
        for _ in range(count):
            last = logits[0, -1]
            if temperature > 0:
                token = int(torch.multinomial((last / temperature).softmax(0), 1))
            else:
                token = int(last.argmax())
            found.append(token)
            logits, state = self(torch.tensor([[token]], device=device), state)
        self.train(was_training)
        return found


@dataclass(frozen=True)
class StreamBatch:
    """`ids` (B, T + 1): all but the last of a row are read, all but the first are predicted. `fresh`: nothing was before."""

    ids: torch.Tensor
    fresh: bool

    def __len__(self) -> int:
        return len(self.ids)


class StreamLoader(EpochLoader[StreamBatch]):
    """Stretches of `length` tokens in each of `columns` rows, which go on from batch to batch; never shuffled.

    Few tokens make fewer columns; what does not fill a column is left out. Raises ValueError for fewer than two tokens.
    """

    def __init__(self, stream: torch.Tensor, columns: int, length: int, device: torch.device | str = "cpu") -> None:
        if len(stream) < 2:
            raise ValueError("A language model needs two tokens or more to learn from.")
        columns = min(columns, len(stream) // 2)
        per_column = len(stream) // columns
        self._rows = stream[: columns * per_column].view(columns, per_column)
        self._length, self._device = length, torch.device(device)
        batches = -(-(per_column - 1) // length)
        super().__init__(batches, BatchPlan((1,) * batches))

    @property
    def columns(self) -> int:
        """Rows of a batch."""
        return len(self._rows)

    def take(self, positions: slice | torch.Tensor) -> StreamBatch:
        """Return the stretch at a position."""
        place = positions.start if isinstance(positions, slice) else int(positions[0])
        start = place * self._length
        ids = self._rows[:, start : start + self._length + 1].long()
        return StreamBatch(ids.to(self._device), fresh=place == 0)

    def nothing(self) -> StreamBatch:
        """Return no stretch."""
        return StreamBatch(torch.empty(0, 1, dtype=torch.long), fresh=False)


class StreamLearner(nn.Module):
    """A language model that remembers, between batches, what it read; its state_dict has the memory too, so that a
    training that is gone on with reads on where it was."""

    carried: torch.Tensor

    def __init__(self, model: RecurrentLanguageModel, columns: int) -> None:
        super().__init__()
        self.model = model
        self.register_buffer("carried", torch.zeros(model.parts, model.layers, columns, model.dim))

    def loss(self, batch: StreamBatch) -> torch.Tensor:
        """Return the mean cross-entropy a token, and keep the state for the next batch."""
        before = torch.zeros_like(self.carried) if batch.fresh else self.carried
        logits, after = self.model(batch.ids[:, :-1], before)
        self.carried = after.detach()
        return functional.cross_entropy(logits.flatten(0, 1).float(), batch.ids[:, 1:].flatten())


@torch.no_grad()
def stream_loss(model: RecurrentLanguageModel, loader: StreamLoader) -> tuple[float, int]:
    """Return the summed loss of every token that a loader's stream predicts, and how many there are."""
    was_training = model.training
    model.eval()
    state, total, tokens = None, 0.0, 0
    for batch in loader:
        logits, state = model(batch.ids[:, :-1], state)
        wanted = batch.ids[:, 1:].flatten()
        total += float(functional.cross_entropy(logits.flatten(0, 1).float(), wanted, reduction="sum"))
        tokens += len(wanted)
    model.train(was_training)
    return total, tokens


def stream_of(tokens: TokenArray, end: int | None) -> torch.Tensor:
    """Return all texts one after the other, int32, each followed by `end` where there is such a token."""
    if end is None:
        return torch.tensor(tokens.ids)
    ids = torch.full((len(tokens.ids) + len(tokens),), end, dtype=torch.int32)
    of_text = torch.repeat_interleave(torch.arange(len(tokens)), torch.tensor(tokens.lengths))
    ids[torch.arange(len(tokens.ids)) + of_text] = torch.tensor(tokens.ids)
    return ids
