"""The window: everything with Qt in it. Must not import torch or a training library."""
