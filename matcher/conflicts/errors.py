"""What can be wrong with the facts that conflicts are found from. Rule data: `matcher.rules.authority`."""

from __future__ import annotations

from matcher.domain.refused import RefusedError


class FactError(RefusedError):
    """A tie, refusal or declaration contradicts itself."""
