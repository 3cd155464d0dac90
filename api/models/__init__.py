"""The text encoders of the service."""
