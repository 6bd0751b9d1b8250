"""Tensors in files: what is in them, and any part of it as numbers, pictures of tiles, statistics and differences.
Knows files and numpy; torch is imported to read its own files only. Nothing here runs code that came with a file."""
