"""Why a file or a tensor cannot be looked at."""


class Unreadable(Exception):
    """What was asked for cannot be read; the message is one sentence for the user."""


class Cancelled(Exception):
    """Nobody waits for the answer any more."""
