"""What transformers' heads are fed: token ids made into inputs and labels, with a chance that comes from a generator alone.
Must not import a model."""

IGNORED = -100
"""The label of a place that no loss counts."""
