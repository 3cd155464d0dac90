"""Ranked lists over HTTP, one at once or many as a job."""
