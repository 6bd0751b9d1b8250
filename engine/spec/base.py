"""The base of every specification model: frozen, and closed to unknown keys."""

from pydantic import BaseModel, ConfigDict


class SpecModel(BaseModel):
    """An immutable piece of a specification; a key it does not know is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
