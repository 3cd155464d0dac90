"""The conditions of each purpose."""

from matcher.domain import Purpose
from matcher.rules import expert, insurance, investment, loan
from matcher.rules.condition import Condition

_CONDITIONS: dict[Purpose, tuple[Condition, ...]] = {
    Purpose.INVESTMENT: investment.CONDITIONS,
    Purpose.LOAN: loan.CONDITIONS,
    Purpose.INSURANCE: insurance.CONDITIONS,
    Purpose.EXPERT: expert.CONDITIONS,
}


def conditions(purpose: Purpose) -> tuple[Condition, ...]:
    """The conditions of a purpose, hard ones and preferences, in the order in which they are said."""
    return _CONDITIONS[purpose]
