"""The engine: everything that is computed, usable as a library and from the command line. Must not import Qt."""
