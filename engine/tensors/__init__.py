"""Tensors to look at: expressions, what each operation does to every cell, and why torch refuses.
Knows torch and numbers only: no Qt, no store, no files, and nothing of the other rooms."""
