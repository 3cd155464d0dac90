"""What can be wrong with rule data."""

from __future__ import annotations

from matcher.domain.refused import RefusedError


class RuleDataError(RefusedError):
    """The rule data of an authority are not complete."""
