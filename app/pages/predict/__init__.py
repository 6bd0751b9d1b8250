"""The Predict page: a run's model on a new file. It asks the model lab and shows its report; it reads no file."""

from app.pages.predict.page import PredictPage

__all__ = ["PredictPage"]
