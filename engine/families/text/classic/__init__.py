"""The models that a learner meets first, small and readable: each a module with its loss, fed by a loader that can be left
and gone on with in the middle of an epoch. torch only; must not know runs or files."""
