"""What each task of a text run has of its own: how rows become samples, the loss, what is judged, what is told of new
rows. Must not know how a run is trained or stored; `head_training` does."""
