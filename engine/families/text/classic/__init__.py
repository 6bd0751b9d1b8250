"""Small networks of our own for text: what a learner meets before transformers."""
