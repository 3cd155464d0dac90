"""What a match is computed under: the day, the rates, the rulebook. Matcher itself has no clock."""

from dataclasses import dataclass, field
from datetime import date

from matcher.columns.forms import EPOCH
from matcher.domain.taxonomy import ExpertRole
from matcher.rules.rulebook import Rulebook, rulebook


@dataclass(frozen=True, slots=True)
class Context:
    """The circumstances of a match.

    today: the day on which limits and deadlines are judged. lpr: loan prime rate per year; the rulebook's if None.
    review_on, role: for experts, the day and the role that are needed; None asks for neither.
    """

    today: date
    rules: Rulebook = field(default_factory=rulebook)
    lpr: float | None = None
    review_on: date | None = None
    role: ExpertRole | None = None

    @property
    def day(self) -> int:
        """Today as days since 1970-01-01."""
        return (self.today - EPOCH).days

    @property
    def prime_rate(self) -> float:
        """The loan prime rate that counts."""
        return self.rules.lpr if self.lpr is None else self.lpr
