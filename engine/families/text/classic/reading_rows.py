"""How an LSTM or a GRU reads rows of unlike length: packed, as it trains, or unpacked, as a file for other programs
can hold it. Both give the same numbers. Must not know what is read."""

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

Read = tuple[torch.Tensor, torch.Tensor]
WEIGHTS = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")


def read_rows(reader: nn.Module, vectors: torch.Tensor, lengths: torch.Tensor) -> Read:
    """Return what a reader says at each place of vectors [n, length, size], zero behind each row's length [n], and what
    it says at the ends [n, directions·hidden]: forwards at the last place, backwards at the first.
    """
    if isinstance(reader, UnpackedReader):
        found: Read = reader(vectors, lengths)
        return found
    packed = pack_padded_sequence(vectors, lengths.cpu(), batch_first=True, enforce_sorted=False)
    made, behind = reader(packed)
    read, _ = pad_packed_sequence(made, batch_first=True, total_length=vectors.shape[1])
    last = behind[0] if isinstance(behind, tuple) else behind
    return read, torch.cat(list(last[-2:] if reader.bidirectional else last[-1:]), dim=1)


def lengths_of(mask: torch.Tensor) -> torch.Tensor:
    """Return the length [n] of each row of a mask [n, length] whose fill is behind; of an empty row it is one."""
    return mask.sum(dim=1).clamp(min=1)


def is_behind(lengths: torch.Tensor, length: int) -> torch.Tensor:
    """Return where rows of these lengths [n] have ended [n, length]."""
    return torch.arange(length, device=lengths.device) >= lengths[:, None]


class UnpackedReader(nn.Module):
    """A reader with the weights of another, without packing: backwards it reads each row's own part turned round."""

    def __init__(self, reader: nn.LSTM | nn.GRU) -> None:
        super().__init__()
        directions = ("", "_reverse") if reader.bidirectional else ("",)
        kind, hidden = type(reader), reader.hidden_size
        self.layers = nn.ModuleList()
        for layer in range(reader.num_layers):
            size = hidden * len(directions) if layer else reader.input_size
            own = nn.ModuleList(kind(size, hidden, batch_first=True) for _ in directions)
            for one, direction in zip(own, directions, strict=True):
                for name in WEIGHTS:
                    setattr(one, f"{name}_l0", getattr(reader, f"{name}_l{layer}{direction}"))
            self.layers.append(own.eval())

    def forward(self, vectors: torch.Tensor, lengths: torch.Tensor) -> Read:
        """Return what `read_rows` does."""
        place = torch.arange(vectors.shape[1], device=vectors.device)
        turned = torch.where(place < lengths[:, None], lengths[:, None] - 1 - place, place)[:, :, None]
        last = (lengths - 1)[:, None, None]
        for layer in self.layers:
            found, ends = [], []
            for backwards, one in enumerate(layer.children()):
                given = vectors.gather(1, turned.expand(-1, -1, vectors.shape[2])) if backwards else vectors
                made = one(given)[0]
                ends.append(made.gather(1, last.expand(-1, -1, made.shape[2]))[:, 0])
                found.append(made.gather(1, turned.expand(-1, -1, made.shape[2])) if backwards else made)
            vectors = torch.cat(found, dim=2)
        return vectors.masked_fill(is_behind(lengths, vectors.shape[1])[:, :, None], 0.0), torch.cat(ends, dim=1)
