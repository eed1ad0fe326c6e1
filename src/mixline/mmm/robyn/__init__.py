"""Robyn's files: models read and written in its formats."""
