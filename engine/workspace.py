"""Where the workspace is when nobody names one. Knows nothing of what is inside."""

import os
from pathlib import Path

import platformdirs


def default_workspace() -> Path:
    """Return $TENSORBENCH_WORKSPACE, or a folder in the user's data directory."""
    named = os.environ.get("TENSORBENCH_WORKSPACE")
    return Path(named) if named else Path(platformdirs.user_data_path("tensorbench", appauthor=False)) / "workspace"
