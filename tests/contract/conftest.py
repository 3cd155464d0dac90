"""The service that these tests talk to."""

from tests.api.service import accounts_file, quiet, service, settings, small_encoder

__all__ = ["accounts_file", "quiet", "service", "settings", "small_encoder"]
