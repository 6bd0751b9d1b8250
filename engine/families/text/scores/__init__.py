"""How good predictions of texts are: sums over a whole split, in plain Python and numpy. Must not know any model."""
