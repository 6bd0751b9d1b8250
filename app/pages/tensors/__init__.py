"""The Tensors page: what operations do to every cell, and tensors of files. Asks the tensors lab; never loads torch."""

from app.pages.tensors.page import TensorsPage

__all__ = ["TensorsPage"]
