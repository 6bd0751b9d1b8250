"""The Runs page: every run of the workspace in one table. Must not read the store itself; it asks the engine thread."""

from app.pages.runs.page import RunsPage

__all__ = ["RunsPage"]
