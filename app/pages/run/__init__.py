"""The Run page: one run, live and afterwards. It shows what was recorded and never reads the store or a file itself."""

from app.pages.run.page import RunPage

__all__ = ["RunPage"]
