"""Helpers without a domain word: problems, tags, cursors, limits, logs."""
