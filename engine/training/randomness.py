"""Seeds: every source of chance that a run uses, set in one place. Nothing here may depend on a family."""

import random
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch


def seed_everything(seed: int) -> None:
    """Seed Python, numpy's global generator (some libraries draw initial weights from it) and torch on all devices."""
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)


def permutation(count: int, seed: int, epoch: int) -> torch.Tensor:
    """Return a permutation of range(count) on the CPU that depends on nothing but its arguments."""
    return torch.randperm(count, generator=generator(seed, epoch))


def generator(seed: int, epoch: int) -> torch.Generator:
    """Return a CPU generator for one epoch."""
    made = torch.Generator()
    # Neighbouring seeds and epochs must not share streams: mix both into 64 bits (SplitMix64's constants).
    mixed = (seed * 0x9E3779B97F4A7C15 + (epoch + 1) * 0xBF58476D1CE4E5B9) & 0x7FFFFFFFFFFFFFFF
    made.manual_seed(mixed)
    return made


def random_state() -> dict[str, Any]:
    """Return where every source of chance stands."""
    return {
        "python": random.getstate(),
        "numpy": np.random.get_state(),
        "torch": torch.get_rng_state(),
        "cuda": torch.cuda.get_rng_state_all() if torch.cuda.is_available() else [],
    }


def restore_random_state(state: Mapping[str, Any]) -> None:
    """Set every source of chance to where it stood. Generators of GPUs are left alone where their number has changed."""
    random.setstate(state["python"])
    np.random.set_state(state["numpy"])
    torch.set_rng_state(state["torch"])
    if torch.cuda.is_available() and len(state["cuda"]) == torch.cuda.device_count():
        torch.cuda.set_rng_state_all(state["cuda"])
