"""Organisations and keys over HTTP."""
