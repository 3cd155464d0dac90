"""Calls, plans, draws and minutes as files, by the ids that people write."""
