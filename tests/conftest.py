"""Fixtures that every test may use; the offscreen platform is chosen before Qt is first imported."""

import os
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("TENSORBENCH_WORKSPACE", "/nonexistent/tests-must-name-their-workspace")


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """An empty workspace folder."""
    folder = tmp_path / "workspace"
    folder.mkdir()
    return folder
