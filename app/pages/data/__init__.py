"""The Data page: open a table, look at it, say what each column is for. It computes nothing; the data lab does."""

from app.pages.data.page import DataPage

__all__ = ["DataPage"]
