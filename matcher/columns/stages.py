"""How stages are stored: a tuple of round(s) and a span of technology readiness levels."""

from collections.abc import Iterable

from matcher.columns.forms import bits_of
from matcher.domain.taxonomy import Round, VerificationStage

UNSTATED = 0
"""Stands for a round or a level that is not stated; rounds and levels count from 1."""


def mandate_stage(
    rounds: Iterable[Round] | None,
    stages: Iterable[VerificationStage] | None,
    trl_min: int | None,
    trl_max: int | None,
) -> tuple[int, int, int] | None:
    """(bits of the rounds, lowest TRL, highest TRL) that an offer looks for; None where it states none of them.

    A missing TRL bound is open; without any, the spans of the verification stages stand in.
    """
    low, high = UNSTATED, UNSTATED
    if trl_min is not None or trl_max is not None:
        low, high = trl_min or 1, trl_max or 9
    elif stages := tuple(stages or ()):
        low, high = min(stage.trl_span[0] for stage in stages), max(stage.trl_span[1] for stage in stages)
    word = bits_of(rounds or ())
    return (word, low, high) if word or low else None
