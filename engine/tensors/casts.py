"""Operations that give a tensor another dtype, by name. Plain values, which the window may read; no torch."""

NAMED_CASTS = ("float", "double", "half", "bfloat16", "int", "long", "short", "bool")
CASTS = frozenset({"to", *NAMED_CASTS})
MOVES = frozenset({"to", "cpu", "cuda"})
"""Operations that give a tensor another device."""
