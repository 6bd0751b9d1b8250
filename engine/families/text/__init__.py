"""The text family: from texts in a snapshot to tokens, networks, losses and scores. Loads no heavy library here."""
