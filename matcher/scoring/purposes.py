"""The parts of each purpose's score."""

import numpy as np

from matcher.columns.pairs import Block
from matcher.domain import Purpose
from matcher.scoring import expert, insurance, investment, loan
from matcher.scoring.part import Part, Setting

_PARTS: dict[Purpose, tuple[Part, ...]] = {
    Purpose.INVESTMENT: investment.PARTS,
    Purpose.LOAN: loan.PARTS,
    Purpose.INSURANCE: insurance.PARTS,
    Purpose.EXPERT: expert.PARTS,
}


def parts_of(purpose: Purpose) -> tuple[Part, ...]:
    """The parts of a purpose's score, in the order in which they are shown."""
    return _PARTS[purpose]


def deduction(purpose: Purpose, setting: Setting) -> Block | None:
    """Points that are taken off at the end: for insurance, exclusions that touch the project (DOMAIN 4.2)."""
    if purpose is not Purpose.INSURANCE:
        return None
    touched = insurance.exclusions_touched(setting)
    if touched is None:
        return None
    each = np.float32(100 * setting.context.rules.weights["insurance_exclusions"]["each"])
    return lambda i, j: touched(i, j) * each
