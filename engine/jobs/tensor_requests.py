"""What the tensors lab answers: expressions worked out, cells traced, tensors of files. torch lives here.

Nothing here changes anything, so that a request may be asked again of a new process.
"""

from collections.abc import Mapping
from typing import Any

import torch

from engine.jobs import inspector_requests
from engine.jobs.requests import Call, Method

# With more threads than this machine's training leaves free, small operations take longer, not shorter.
torch.set_num_threads(1)


def _versions(_call: Call) -> Mapping[str, Any]:
    return {"torch": torch.__version__}


METHODS: dict[str, Method] = {"versions": _versions, **inspector_requests.METHODS}
