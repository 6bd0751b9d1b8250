"""word2vec's skip-gram with negative sampling (Mikolov et al. 2013). Negatives are drawn for a whole batch and weigh as
many as `negatives` for each pair, so that a batch is two matrix products; gradients touch the rows of its words only."""

import torch
from torch import nn
from torch.nn import functional

from engine.families.text.classic.pairs import WordPairs

NOISE_POWER = 0.75


class SkipGram(nn.Module):
    """Two vectors a word, `vectors` for what stands in the middle and `contexts` for what stands around it."""

    noise: torch.Tensor

    def __init__(
        self, counts: torch.Tensor, dim: int = 100, negatives: int = 5, shared: int = 64, sparse: bool = True
    ) -> None:
        """`counts` (vocabulary,) say how often each word occurs; `shared` negatives are drawn a batch.

        Raises ValueError where no word occurs.
        """
        super().__init__()
        if not len(counts):
            raise ValueError("there are no words")
        self.negatives, self.shared = negatives, shared
        self.vectors = nn.Embedding(len(counts), dim, sparse=sparse)
        self.contexts = nn.Embedding(len(counts), dim, sparse=sparse)
        nn.init.uniform_(self.vectors.weight, -0.5 / dim, 0.5 / dim)
        nn.init.zeros_(self.contexts.weight)
        self.register_buffer("noise", torch.empty(0, dtype=torch.float64), persistent=False)
        self.set_counts(counts)

    def set_counts(self, counts: torch.Tensor) -> None:
        """Draw negatives by how often each word occurs, (vocabulary,), to the power of three quarters."""
        noise = counts.to(self.noise.device, torch.float64).pow(NOISE_POWER).cumsum(0)
        self.noise = noise / noise[-1]

    def loss(self, batch: WordPairs, chance: torch.Generator | None = None) -> torch.Tensor:
        """Return the mean loss a pair: its own term and the expected terms of `negatives` words drawn at random."""
        middle = self.vectors(batch.centers)
        around = self.contexts(batch.contexts)
        drawn = torch.rand(self.shared, dtype=torch.float64, generator=chance).to(self.noise.device)
        false = self.contexts(torch.searchsorted(self.noise, drawn).clamp(max=len(self.noise) - 1))
        true_loss = functional.softplus(-(middle * around).sum(1)).mean()
        false_loss = functional.softplus(middle @ false.T).mean()
        return true_loss + self.negatives * false_loss

    @torch.no_grad()
    def neighbours(self, word: int, count: int = 10) -> list[tuple[int, float]]:
        """Return the words with the most similar vectors and their cosine similarity, the best first, itself left out."""
        unit = functional.normalize(self.vectors.weight, dim=1)
        similarity = unit @ unit[word]
        similarity[word] = -torch.inf
        best = similarity.topk(min(count, len(similarity) - 1))
        return list(zip(best.indices.tolist(), best.values.tolist(), strict=True))

    @torch.no_grad()
    def similarity(self, first: int, second: int) -> float:
        """Return the cosine similarity of two words."""
        one, other = self.vectors.weight[first], self.vectors.weight[second]
        return float(functional.cosine_similarity(one, other, dim=0))
