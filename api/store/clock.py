"""The time and new ids: the only clock of the service."""

import secrets
from datetime import UTC, datetime


def now() -> str:
    """The moment in UTC as ISO 8601 with microseconds; such texts sort by time."""
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def new_id(prefix: str) -> str:
    """A new id nobody can guess: `imp_` and 22 characters."""
    return f"{prefix}_{secrets.token_urlsafe(16)}"
