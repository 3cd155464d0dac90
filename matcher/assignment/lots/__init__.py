"""Panels by lot: an urn of equally likely plans, how it is filled, and its judge."""
