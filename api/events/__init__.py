"""Matchmaking events over HTTP: from the description and the wishes to the released plan, the day and its outcomes."""
