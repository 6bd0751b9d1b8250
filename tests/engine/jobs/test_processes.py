"""Child processes are started with what they need."""

import os
import platform
import subprocess
import sys

import pytest

from engine.jobs.processes import KEEPING

STEPS = """
import mmap, resource
import numpy as np
held = [np.ones(1 << 19) for _ in range(4)]
del held
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(50):
    held = [np.ones(1 << 19) for _ in range(4)]
    del held
print((resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before) * mmap.PAGESIZE)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc heeds how much memory is to be kept")
def test_that_what_a_step_frees_is_kept_for_the_next_one():
    """Without it, nearly every step takes its 16 MiB anew from the system, page by page."""
    done = subprocess.run(
        [sys.executable, "-c", STEPS], env={**os.environ, **KEEPING}, capture_output=True, text=True, check=True
    )
    assert int(done.stdout) < 16 << 20
