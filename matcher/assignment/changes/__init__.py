"""A plan that must change: a vacant seat, and who may fill it."""
