"""Learning a class or a number from each row, whatever a row holds: targets, splits, losses, metrics and reports."""
