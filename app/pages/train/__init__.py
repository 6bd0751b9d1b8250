"""The Train page, from a dataset to a RunSpec that is started. Shows what catalogue and lab say; computes nothing."""

from app.pages.train.page import TrainPage

__all__ = ["TrainPage"]
