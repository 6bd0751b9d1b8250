"""What is told of a model that was written for other programs. Pure data."""

from pydantic import BaseModel, ConfigDict


class ExportReport(BaseModel):
    """What was written. `difference` is the largest between an output of the file and of the network that went into it (in
    half precision where that was asked for); `speed_up` and `half_difference` compare half precision with full, measured
    on this machine; `beside` are the files that say how a text model's file is used.
    """

    model_config = ConfigDict(frozen=True)

    path: str
    bytes: int
    number_format: str
    notes: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    difference: float
    speed_up: float | None = None
    half_difference: float | None = None
