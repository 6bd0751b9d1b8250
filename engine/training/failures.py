"""The two ways a training loop is left early: somebody asked for it, or an error that has a name."""


class Stopped(BaseException):
    """Raised at an optimizer boundary to unwind the loop at once, because a stop was requested.

    No Exception on purpose: it must pass through every `except Exception` of the libraries.
    """


class RunFailed(Exception):
    """A failure with a plain cause and what the user can do about it."""

    def __init__(self, cause: str, advice: str = "") -> None:
        super().__init__(f"{cause} {advice}".strip())
        self.cause = cause
        self.advice = advice
