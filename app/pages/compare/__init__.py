"""The Compare page: several runs side by side. It reads what the engine thread tells and changes nothing."""

from app.pages.compare.page import ComparePage

__all__ = ["ComparePage"]
