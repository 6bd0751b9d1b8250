"""What all families share when they train: recorder, loops' hooks, loaders, schedules, checkpoints. Knows no model."""
